import { cli } from '../../model/hints.js';
import type { NodeAnswer } from '../../model/snapshot.js';
import { count } from '../../model/words.js';
import { believedNode } from '../believed.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { judgeMasters } from '../snapshot.js';

export default {
  id: 'data-differs',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'data-unsafe',
  group: 'data',
  part: 'replication',
  title: 'a replica has other keys than its master',
  consequence:
    'reads from it are wrong, and a failover to it loses what it lacks and brings back what it has too much',
  explanation:
    'At the same byte of the same replication stream a replica has the same keys as its master: expiry and eviction ' +
    'come through the stream too. Where the numbers of keys differ at one offset, the replica was written to, ' +
    'evicted by itself, or has lost commands. A partial resync does not repair that. Where writes go on, the two ' +
    'are not seen at one offset, and this is not judged.',
  remedy: [
    'a full resync of the replica, after the cause has ended (replica-read-only, replica-ignore-maxmemory): ' +
      'REPLICAOF NO ONE and at once REPLICAOF with the master, so that it has no history to continue from',
  ],
  sources: [
    'replication.c: replicationSetMaster, replicationCacheMasterUsingMyself, masterTryPartialResynchronization',
    'measured',
  ],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], (group, missing) => {
      const master = believedNode(group);
      if (master === undefined) {
        missing.push(`${group.name}: what its master holds is unknown`);
        return [];
      }
      const { id: masterId, announce: address } = master;
      return group.answered.flatMap((node): RawFinding[] => {
        const { follows } = node.answer;
        if (follows === null || group.refOf(follows).id !== masterId) return [];
        if (master.answer.role !== 'master' || !isAtOneOffset(master.answer, node.answer)) return [];
        const apart = differences(master.answer, node.answer);
        if (apart.length === 0) return [];
        const evidence = `${apart.join(', ')}, at offset ${master.answer.offset}`;
        return [
          {
            subject: node.id,
            servers: [node.id, masterId],
            brief: `${node.id} has other keys than its master`,
            evidence,
            message: `${node.id} has other keys than its master ${masterId}: ${evidence}`,
            fix: [
              `# where ${masterId} has the right data: a full resync replaces the keys of ${node.id}`,
              cli(node, 'REPLICAOF NO ONE'),
              cli(node, `REPLICAOF ${address.host} ${address.port}`),
            ],
          },
        ];
      });
    }),
} satisfies SnapshotCheck;

/** Both at the same byte of the same stream: what was read of them is comparable, although not of one moment. */
const isAtOneOffset = (master: NodeAnswer, replica: NodeAnswer): boolean =>
  replica.linkStatus === 'up' &&
  master.history !== undefined &&
  master.history.id === replica.history?.id &&
  master.offset !== null &&
  master.offset === replica.offset;

/** `db0 has 5 keys instead of 7`, of each database whose number of keys differs. */
function differences(
  { keysByDatabase: ours = {} }: NodeAnswer,
  { keysByDatabase: theirs = {} }: NodeAnswer,
): string[] {
  const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  return names.flatMap((name) => {
    const [right, is] = [ours[name] ?? 0, theirs[name] ?? 0];
    return right === is ? [] : [`${name} has ${count(is, 'key')} instead of ${right}`];
  });
}
