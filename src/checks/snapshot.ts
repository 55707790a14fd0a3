import { formatAddress } from '../model/address.js';
import {
  livesHere,
  type MasterFacts,
  type SentinelView,
  type SnapshotFacts,
  sentinelAnswers,
} from '../model/facts.js';
import { isLocked, type NodeState, type SentinelState } from '../model/snapshot.js';
import { listed, named } from '../model/words.js';
import type { RawFinding, Skip } from './check.js';
import { skipped } from './group.js';

interface Server {
  id: string;
  announce: { host: string; port: number };
}

/** `redis-1 127.0.0.1:6379`, or the address alone where it is the id. */
export const nameOf = (server: Server): string => named({ id: server.id, ...server.announce });
/** `redis-1 127.0.0.1:6379 and redis-2 127.0.0.1:6380`. */
export const names = (servers: readonly Server[]): string => listed(servers.map(nameOf));
/** `redis-1 and redis-2`, for a sentence. */
export const ids = (servers: readonly { id: string }[]): string => listed(servers.map((s) => s.id));
/** `redis-1, redis-2`: a subject. */
export const subjectOf = (servers: readonly { id: string }[]): string => servers.map((s) => s.id).join(', ');

/** `redis-1 127.0.0.1:6379` when its id is known, for an address that a sentinel or a node gave. */
export const placed = (facts: Pick<MasterFacts, 'refOf'>, address: Server['announce']): string =>
  named(facts.refOf(address));

export const sentinelsOf = (sentinelViews: readonly SentinelView[]): SentinelView['sentinel'][] =>
  sentinelViews.map((w) => w.sentinel);

export { isDown } from '../model/flags.js';

/** It gave no answer, and does not only want a password or TLS. */
export const isSilent = ({ silence }: NodeState | SentinelState): boolean =>
  silence !== null && !isLocked(silence);

/** `is down`, or what is known of a node that accepts the connection and stays silent. */
export const downWord = (node: NodeState | SentinelState): string =>
  isStopped(node) ? 'is down' : 'does not answer';

/** It refuses the connection, so its process does not run. */
export const isStopped = ({ silence }: Pick<NodeState | SentinelState, 'silence'>): boolean =>
  silence?.kind === 'refused' || silence?.kind === 'closed';

/** Whether nothing is known of the cluster but addresses that were typed, and none of them answers. */
export const isAllUnknown = ({ expectation, masters, snapshot }: SnapshotFacts): boolean =>
  !expectation.own && masters.length === 0 && !snapshot.sentinels.some(sentinelAnswers);

/** Whether no server of a cluster answers whose processes are not known to be at this machine. */
export const isUnheard = ({
  expectation,
  snapshot,
}: Pick<SnapshotFacts, 'expectation' | 'snapshot'>): boolean =>
  !livesHere(expectation) &&
  [...snapshot.sentinels, ...snapshot.groups.flatMap(({ nodes }) => nodes)].every((s) => s.silence !== null);

/** Whether the operator named this server: it is in the cluster's plan, or its address was typed. */
export function isNamed(
  { expectation }: Pick<SnapshotFacts, 'expectation'>,
  server: Server & { endpoint?: Server['announce'] },
): boolean {
  const { own, nodes, cluster } = expectation;
  if (own) return nodes?.some((n) => n.id === server.id || sameText(n, server)) ?? true;
  const typed = cluster.split(',');
  return [server.announce, server.endpoint].some((a) => a !== undefined && typed.includes(formatAddress(a)));
}

const sameText = (a: Server, b: Server): boolean => formatAddress(a.announce) === formatAddress(b.announce);

/** Puts things that share a key together, in order of appearance. */
export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** Which answers a check needs: where one is missing, "no finding" does not mean that it passed. */
type Evidence = 'sentinels' | 'nodes';

/**
 * Judges each master. Where nothing is found and a server gave no answer that is needed, the check is skipped with the
 * reason; `missing` takes further ones.
 */
export function judgeMasters(
  facts: SnapshotFacts,
  needs: readonly Evidence[],
  judge: (master: MasterFacts, missing: string[]) => RawFinding[],
): RawFinding[] | Skip {
  const missing: string[] = [];
  if (facts.masters.length === 0) return noMasters(facts);
  const found = facts.masters.flatMap((master) =>
    judge(master, missing).map((raw) => ({ ...raw, masterName: master.name })),
  );
  const needsNodes = needs.includes('nodes');
  const needsSentinels = needs.includes('sentinels');
  const { sentinels } = facts.snapshot;
  const isLacking =
    missing.length > 0 ||
    (needsNodes && facts.masters.some(({ nodes }) => nodes.some(isUnanswered))) ||
    (needsSentinels &&
      (sentinels.some(isUnanswered) ||
        facts.masters.some(({ sentinelViews }) => sentinelViews.length === 0)));
  if (found.length > 0 || !isLacking) return found;
  return skipped(() => [
    ...missing,
    ...facts.masters.flatMap(({ name, sentinelViews, nodes }) => [
      ...(needsSentinels && sentinelViews.length === 0 ? [`${name}: no sentinel answers for it`] : []),
      ...(needsNodes ? unanswered(nodes) : []),
    ]),
    ...(needsSentinels ? unanswered(sentinels) : []),
  ]);
}

const isUnanswered = ({ answer }: NodeState | SentinelState): boolean => answer === null;

/** Why these servers did not say what they were asked. */
export const unanswered = (servers: readonly (NodeState | SentinelState)[]): string[] =>
  servers
    .filter(isUnanswered)
    .map(({ id, silence, withheld: why }) => `${id}: ${silence?.message ?? why ?? 'no answer'}`);

function noMasters({ snapshot, expectation }: SnapshotFacts): Skip {
  const { masterName } = expectation;
  if (snapshot.sentinels.some(sentinelAnswers))
    return {
      skip: masterName === null ? 'the sentinels monitor no master' : `no sentinel monitors ${masterName}`,
    };
  const [first] = unanswered(snapshot.sentinels);
  return { skip: first === undefined ? 'no sentinel is known' : `no sentinel answers: ${first}` };
}
