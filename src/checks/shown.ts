import type { MasterFacts } from '../model/facts.js';
import { isLocked, type NodeState, type SentinelState } from '../model/snapshot.js';
import type { MasterStatus, NodeStatus, SentinelStatus } from '../model/status.js';
import { named } from '../model/words.js';

/** `mymaster → redis-1 127.0.0.1:6379`: which node a healthy first line is about. */
export const whoIsMaster = ({ name, master }: Pick<MasterStatus, 'name' | 'master'>): string =>
  `${name} → ${master === null ? 'no master' : named(master)}`;

/** `mymaster → redis-1 127.0.0.1:6379, 2/2 replicas linked, 3/3 sentinels agree, quorum 2 reachable`. */
export function summary(
  { name, master, nodes, views }: Pick<MasterStatus, 'name' | 'master' | 'nodes' | 'views'>,
  sentinels: readonly SentinelStatus[],
): string {
  const replicas = nodes.filter((n) => n.id !== master?.id);
  const linked = replicas.filter((n) => n.role === 'replica' && n.linkStatus === 'up');
  const agreeing = views.filter((v) => !v.differs);
  const known = views.length + sentinels.filter((s) => !s.reachable).length;
  const quorum = views[0]?.quorum;
  return [
    whoIsMaster({ name, master }),
    `${linked.length}/${replicas.length} replicas linked`,
    `${agreeing.length}/${known} sentinels agree`,
    ...(quorum === undefined ? [] : [`quorum ${quorum} reachable`]),
  ].join(', ');
}

/** A data node as it is shown; `masterOffset` in bytes. */
export function nodeStatus(node: NodeState, facts: MasterFacts, masterOffset: number | null): NodeStatus {
  const { answer } = node;
  const offset = answer?.offset ?? null;
  return {
    id: node.id,
    host: node.announce.host,
    port: node.announce.port,
    role: answer?.role ?? 'unknown',
    reachable: answer !== null,
    linkStatus: answer?.linkStatus ?? null,
    offset,
    lagBytes: masterOffset === null || offset === null ? null : Math.max(0, masterOffset - offset),
    follows: answer?.follows == null ? null : facts.refOf(answer.follows),
    loading: answer?.loading ?? false,
    error: answer === null ? (node.silence?.message ?? 'no answer') : null,
    ...(isLocked(node.silence) && { locked: true as const }),
  };
}

/** A sentinel as it is shown. */
export function sentinelStatus(sentinel: SentinelState): SentinelStatus {
  return {
    id: sentinel.id,
    host: sentinel.announce.host,
    port: sentinel.announce.port,
    reachable: sentinel.answer !== null,
    version: sentinel.answer?.version ?? null,
    tilt: sentinel.answer?.tilt ?? null,
    error: sentinel.answer === null ? (sentinel.silence?.message ?? 'no answer') : null,
    ...(isLocked(sentinel.silence) && { locked: true as const }),
  };
}
