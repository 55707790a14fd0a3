import { aboutLeft } from '../../model/duration.js';
import type { AnsweredNode, MasterFacts } from '../../model/facts.js';
import { followersIn } from '../believed.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { blockedAt } from '../promotable.js';
import { judgeMasters, nameOf } from '../snapshot.js';

export default {
  id: 'loading',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'master',
  title: 'a data node is loading its data',
  consequence: 'it answers only INFO until it has loaded, and Sentinel does not promote it before that',
  explanation:
    'A data node that starts first loads its data from disk; a replica in a full resync loads a copy from its ' +
    'master. Until it has loaded it answers -LOADING. A large data set takes minutes. To Sentinel -LOADING is a valid ' +
    'answer to PING: a master that was restarted faster than down-after counts as alive, and no failover comes by itself.',
  remedy: [
    'wait: INFO persistence shows the remaining time (loading_eta_seconds)',
    'or, where the master loads: SENTINEL FAILOVER promotes a replica that has the data',
  ],
  sources: [
    'server.c: processCommand (-LOADING)',
    'sentinel.c: sentinelPingReplyCallback',
    'https://github.com/redis/redis/issues/4561',
  ],
  causes: ['link-down', 'lag', 'replica-missing'],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], (group) =>
      group.answered.filter((n) => n.answer.loading).map((node) => loads(group, node)),
    ),
} satisfies SnapshotCheck;

function loads(facts: MasterFacts, node: AnsweredNode): RawFinding {
  const { master, refOf, hints } = facts;
  const isMaster = master !== null && refOf(master).id === node.id;
  const far = progress(node);
  const wait = hints.logs(node, 'INFO persistence');
  return {
    subject: node.id,
    ...(isMaster && {
      servers: followersIn(facts, node).map(({ id }) => id),
      severity: 'critical',
      impact: 'down',
      consequence:
        'it answers LOADING to each write; the sentinels take that for alive, so no failover comes by itself',
    }),
    brief: `${node.id} is loading its data${far}`,
    evidence: null,
    message: `${nameOf(node)} is loading its data and serves nothing yet${far}`,
    fix: isMaster ? [wait, ...failover(facts, node)] : [wait],
  };
}

/** ` (14 % loaded, about 102.00 s left)`, as far as INFO says it. */
function progress({ answer: { loaded } }: AnsweredNode): string {
  const parts = [
    ...(loaded?.percent == null ? [] : [`${Math.floor(loaded.percent)} % loaded`]),
    ...(loaded?.leftS == null ? [] : [aboutLeft(loaded.leftS * 1000)]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

/** Where a replica that has data would be promoted: a choice, because the master may have writes that it lacks. */
function failover(facts: MasterFacts, node: AnsweredNode): string[] {
  const replicas = followersIn(facts, node);
  const [view] = facts.sentinelViews;
  const haveData =
    replicas.length > 0 && replicas.every(({ answer }) => !answer.loading && (answer.keys ?? 0) > 0);
  if (view === undefined || !haveData || blockedAt(facts) !== null) return [];
  return [
    `# or do not wait: this promotes a replica with the data that it has; writes that only ${node.id} has are lost`,
    '# (possible until the replicas have been without a link for 10 x down-after)',
    facts.hints.cli(view.sentinel, `SENTINEL FAILOVER ${facts.name}`),
  ];
}
