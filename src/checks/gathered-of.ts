import { formatAddress } from '../model/address.js';
import type { SnapshotFacts } from '../model/facts.js';
import type { Gathered, GatheredMaster, GatheredNode, GatheredSentinel } from '../model/gathered.js';
import { oncePer } from '../model/once-per.js';
import type { NodeState, SentinelState } from '../model/snapshot.js';
import { knownBefore } from '../model/status.js';
import { pingFailed } from './group.js';

const UNASKED = { ok: false, why: 'status does not ask for it' } as const;
/** What only `doctor` asks of every server. */
const COMMON = {
  clock: UNASKED,
  clients: UNASKED,
  latency: UNASKED,
  slowlog: UNASKED,
  conf: UNASKED,
  life: UNASKED,
};

/**
 * What a snapshot has for the checks of `doctor` that need no more than it: the reverse of `factsOf`. What was not asked
 * is in it with that reason. Pure.
 */
export const gatheredOf = oncePer(({ snapshot, expectation }: SnapshotFacts): Gathered => {
  const { cluster, driver, masterName, own, underWay, unfinished } = expectation;
  const { groups, leftovers, sentinels, takenAtMs } = snapshot;
  const found = new Map<string, { node: NodeState; names: string[] }>();
  for (const { masterName: name, nodes } of groups)
    for (const node of nodes) {
      const known = found.get(node.id);
      if (known === undefined) found.set(node.id, { node, names: [name] });
      else known.names.push(name);
    }
  const members = new Set(
    sentinels.flatMap(({ answer }) =>
      (answer?.masters ?? []).flatMap(({ address, replicas }) =>
        [address, ...replicas.map((replica) => replica.address)].map(formatAddress),
      ),
    ),
  );
  return {
    ...{ takenAtMs, cluster, own, masterName },
    driver: driver as Gathered['driver'],
    ...knownBefore(expectation),
    ...(leftovers && { leftovers }),
    sentinels: sentinels.map((sentinel) => sentinelOf(sentinel, members)),
    nodes: [...found.values()].map(({ node, names }) => nodeOf(node, names)),
    host: {
      ephemeralPorts: UNASKED,
      openFilesLimit: UNASKED,
      overcommitMemory: UNASKED,
      transparentHugePages: UNASKED,
    },
    lookups: [],
    watched: null,
    app: null,
    ...((unfinished ?? underWay) && {
      runs: { ...(unfinished && { unfinished }), ...(underWay && { underWay }) },
    }),
  };
});

function nodeOf(node: NodeState, masterNames: string[]): GatheredNode {
  const { id, announce, endpoint, alsoAt, silence, answer, withheld } = node;
  const no = { ok: false, why: silence?.message ?? withheld ?? UNASKED.why } as const;
  const known = { id, announce, endpoint, silence, masterNames, ...(alsoAt && { alsoAt }), ...COMMON };
  // An error is known, and the time of an answer is not.
  const pingMs = answer?.pingError === undefined ? UNASKED : pingFailed(answer.pingError);
  const unasked = { dryrun: UNASKED, channels: UNASKED, pingMs };
  if (answer === null || answer.raw === undefined)
    return { ...known, ...unasked, info: no, role: no, config: no, whoami: no };
  const { info, config, login, whoami } = answer.raw;
  const { role, follows, linkStatus, offset } = answer;
  const link = linkStatus === 'up' ? 'connected' : linkStatus && 'connect';
  return {
    ...{ ...known, ...unasked, config, login, whoami },
    info: { ok: true, value: info },
    role: { ok: true, value: { role: role === 'unknown' ? 'other' : role, follows, link, offset } },
  };
}

function sentinelOf(sentinel: SentinelState, members: ReadonlySet<string>): GatheredSentinel {
  const { id, announce, endpoint, alsoAt, silence, answer, withheld } = sentinel;
  const no = { ok: false, why: silence?.message ?? withheld ?? UNASKED.why } as const;
  return {
    ...{ id, announce, endpoint, silence, ...(alsoAt && { alsoAt }), ...COMMON },
    info: UNASKED,
    whoami: UNASKED,
    config: UNASKED,
    debug: UNASKED,
    pendingScripts: UNASKED,
    flushConfig: UNASKED,
    // A sentinel before 6.2 does not say it.
    myid: answer === null ? no : answer.sentinelId === '' ? UNASKED : { ok: true, value: answer.sentinelId },
    masters: answer === null ? no : viewsIn(answer, members),
  };
}

/**
 * All of them, or none: what a part of them shows would be said of the whole. Of the names that were not asked about only
 * the address is known: they are in it where that is a member's, or where it monitors no other name.
 */
function viewsIn(
  { masters: views, others = [] }: Pick<NonNullable<SentinelState['answer']>, 'masters' | 'others'>,
  members: ReadonlySet<string>,
): GatheredSentinel['masters'] {
  const masters = views.flatMap(({ name, raw, ckquorum }): GatheredMaster[] =>
    raw === undefined
      ? []
      : [
          {
            ...{ name, fields: raw.fields, addr: UNASKED },
            replicas: { ok: true, value: [...raw.replicas] },
            sentinels: { ok: true, value: [...raw.sentinels] },
            ckquorum: { ok: true, value: ckquorum },
          },
        ],
  );
  if (masters.length < views.length) return UNASKED;
  const beside = others
    .filter(({ address }) => views.length === 0 || members.has(formatAddress(address)))
    .map(({ name, address: { host, port } }): GatheredMaster => {
      const fields = { name, ip: host, port: String(port) };
      return { name, fields, addr: UNASKED, replicas: UNASKED, sentinels: UNASKED, ckquorum: UNASKED };
    });
  return { ok: true, value: [...masters, ...beside] };
}
