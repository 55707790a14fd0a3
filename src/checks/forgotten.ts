import { isAt, type MasterFacts } from '../model/facts.js';
import { cli } from '../model/hints.js';
import { isResetIn } from '../model/never-reached.js';
import type { NodeState } from '../model/snapshot.js';
import { guarded } from './fixes.js';
import { monitorAllInstead } from './monitor-all.js';
import { isDown } from './snapshot.js';

/**
 * Whether the master is down and no sentinel that answers lists a replica: SENTINEL RESET forgets them, and only the
 * master would name them again (sentinel.c, sentinelResetMaster). Where no replica is known here either, the sentinels must
 * have had an answer of it before: a master that never had one looks the same.
 */
export const isForgotten = ({ sentinelViews, nodes, master, refOf }: MasterFacts): boolean =>
  sentinelViews.length > 0 &&
  nodes.some((n) => n.silence !== null && master !== null && refOf(master).id === n.id) &&
  sentinelViews.some(({ view }) => isDown(view.flags) || view.flags.includes('disconnected')) &&
  sentinelViews.every(({ view }) => view.replicas.length === 0) &&
  (nodes.length > 1 ||
    (sentinelViews.every(({ view }) => view.runId === '') &&
      sentinelViews.some(({ view }) => isResetIn(view))));

/** What no-good-slave and no-master say of it in the same words: the first line has them once. */
export const FORGOTTEN =
  'the sentinels have forgotten its replicas (SENTINEL RESET), so no failover will come';

/**
 * How a group goes on whose replicas were forgotten: the replica that has the most of the data becomes the master. The old
 * one would come back with what is on its disk, or with nothing, and every replica would copy that.
 */
export function forgottenFix(facts: MasterFacts, lost: NodeState | null): string[] {
  const { expectation, hints, master, nodes } = facts;
  const old = `the old master${master === null ? '' : ` at ${master.host}:${master.port}`}`;
  const replicas = nodes.filter((n) => n.id !== lost?.id && n.answer !== null);
  const following = replicas.filter(
    ({ answer }) => lost !== null && answer?.follows && isAt(lost, answer.follows),
  );
  const candidates = following.length > 0 ? following : replicas;
  // By the offset, which counts what was received (replication.c).
  const [candidate] = candidates.toSorted((a, b) => (b.answer?.offset ?? 0) - (a.answer?.offset ?? 0));
  if (candidate === undefined && expectation.own && lost !== null)
    return [
      `# ${old} restarts with the data on its disk (none without persistence)`,
      hints.ctl(`start ${lost.id} --as-crashed`),
    ];
  if (candidate === undefined) return unnamed(facts, lost, old);
  const { host, port } = candidate.announce;
  return [
    ...monitorAllInstead(facts, candidate.announce, [
      cli(candidate, 'REPLICAOF NO ONE'),
      ...replicas.filter((n) => n !== candidate).map((node) => cli(node, `REPLICAOF ${host} ${port}`)),
    ]),
    `# ${candidate.id} has the most of the data. Or start ${old} again: it names its replicas, and they copy what is on its disk`,
  ];
}

/** No server that answers names the replicas: the old master would, and else a person knows where they are. */
function unnamed(facts: MasterFacts, lost: NodeState | null, old: string): string[] {
  const { hints, master } = facts;
  const again = lost === null ? `start ${old} again` : hints.revive(lost, lost.silence);
  if (master === null) return [again];
  const place = { variable: 'NODE_HOST', port: 'NODE_PORT' };
  const promote = cli({ endpoint: { host: '"$NODE_HOST"', port: 0 } }, 'REPLICAOF NO ONE');
  return [
    again,
    ...monitorAllInstead(facts, place, [
      `# once ${old} runs, it names its replicas. Only if it is gone for good: NODE_HOST and NODE_PORT are those of the data node whose INFO replication has master_host:${master.host}, master_port:${master.port} and the greatest slave_repl_offset:`,
      guarded(place, promote.replace('-p 0', '-p "$NODE_PORT"')),
      '# at each other data node: redis-cli REPLICAOF, with the host and the port of that one; then:',
    ]),
  ];
}
