import type { FaultRun } from '../faults/conduct.js';
import { nodeOf } from '../faults/context.js';
import { formatAddress, sameAddress } from '../model/address.js';
import type { NodePlan } from '../model/plan.js';
import type { FullSyncs } from '../observe/invariants/trial-evidence.js';
import type { Observation, RoleSeen } from '../observe/observation.js';
import { phaseTimes } from '../observe/phases.js';
import { askingAs } from '../wire/access.js';
import { askNode } from '../wire/ask.js';

/** How many full resyncs the new master gave, at the preflight and now, and to which replicas. */
export async function fullSyncsOf(
  { live, roles, observer, before }: Pick<FaultRun, 'live' | 'roles' | 'observer' | 'before'>,
  newMaster: string,
  faultAtMs: number,
): Promise<FullSyncs> {
  const group = before.groups.find((g) => g.masterName === roles.masterName);
  const { answer } = await askNode(nodeOf(live.plan, newMaster).endpoint, askingAs(live.asking, 'redis'));
  const first = group?.nodes.find((n) => n.id === newMaster)?.answer?.fullSyncs ?? null;
  const after = answer?.fullSyncs ?? null;
  const grew = first === null || after === null ? 0 : after - first;
  const needed = grew === 0 ? [] : await neededBy(live, newMaster, before.takenAtMs);
  return {
    before: first,
    after,
    // A log that tells of another number is not the whole one.
    needed: needed?.length === grew ? needed : null,
    // With a single replica, no other one could have needed a resync.
    attached: roles.nodes.length < 3 || phaseTimes(observer.seen, roles, faultAtMs).reattachedMs !== null,
    ahead: aheadOf(newMaster, { roles, seen: observer.seen.filter(({ atMs }) => atMs >= faultAtMs) }),
  };
}

/**
 * Which replicas the log of a master says it gave a full resync: each that asked for one and was not let go on
 * (replication.c, syncCommand and masterTryPartialResync). `sinceMs`: wall clock. Null where it cannot be read.
 */
async function neededBy(
  { host, plan }: FaultRun['live'],
  master: string,
  sinceMs: number,
): Promise<string[] | null> {
  try {
    const lines: string[] = [];
    for await (const { text } of host.logs(master, { sinceMs })) lines.push(text);
    return fullResyncsIn(lines, plan.nodes);
  } catch {
    return null;
  }
}

/**
 * The ids of the replicas that a master's log says were given everything, one for each time; null where one is not known. Pure.
 * @internal Tested with lines of several server versions.
 */
export function fullResyncsIn(
  lines: readonly string[],
  nodes: readonly Pick<NodePlan, 'id' | 'announce' | 'endpoint'>[],
): string[] | null {
  const open: string[] = [];
  for (const line of lines) {
    const [, asked] = /Replica (\S+) asks for synchronization/.exec(line) ?? [];
    const [, accepted] = /Partial resynchronization request from (\S+) accepted/.exec(line) ?? [];
    if (asked !== undefined) open.push(asked);
    if (accepted !== undefined && open.includes(accepted)) open.splice(open.lastIndexOf(accepted), 1);
  }
  const ids = open.map(
    (place) => nodes.find((n) => [n.announce, n.endpoint].some((a) => formatAddress(a) === place))?.id,
  );
  return ids.every((id) => id !== undefined) ? ids : null;
}

/** Replicas whose last offset before they followed the new master was beyond its own before it was promoted. */
function aheadOf(
  newMaster: string,
  { roles, seen }: { roles: FaultRun['roles']; seen: readonly Observation[] },
): FullSyncs['ahead'] {
  const announce = roles.nodes.find(({ id }) => id === newMaster)?.announce;
  const before = (id: string, isTurn: (now: RoleSeen) => boolean): number | undefined =>
    seen.find(
      (o): o is Observation & { kind: 'role' } => o.kind === 'role' && o.source === id && isTurn(o.seen),
    )?.offsetBefore;
  const promotedAt = before(newMaster, ({ role }) => role === 'master');
  if (announce === undefined || promotedAt === undefined) return [];
  return roles.nodes.flatMap(({ id }) => {
    if (id === newMaster) return [];
    const had = before(id, ({ follows }) => sameAddress(follows, announce)) ?? promotedAt;
    return had > promotedAt ? [{ id, bytes: had - promotedAt }] : [];
  });
}
