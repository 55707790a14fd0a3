import { sameNode } from '../../model/facts.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { ids, judgeMasters, nameOf, sentinelsOf } from '../snapshot.js';

export default {
  id: 'replica-missing',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'replicas',
  title: 'a sentinel does not know a data node of the cluster',
  consequence:
    'that sentinel cannot promote it; a sentinel learns about replicas from the master’s INFO, every 10 s',
  explanation:
    'A sentinel lists the replicas that the master reports in INFO. A data node that is missing there was never ' +
    'connected to the master since that sentinel started, or SENTINEL RESET removed it.',
  remedy: [
    'start the node, or repair its link to the master',
    'wait for the next INFO of the sentinel: 10 s, or 1 s during a failover',
  ],
  sources: ['sentinel.c: sentinelRefreshInstanceInfo'],
  causes: ['no-good-slave'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (master) => {
      const { expectation, hints, silent, sentinelViews } = master;
      const expected = expectation.nodes?.filter((n) => n.kind === 'redis') ?? [];
      return expected.flatMap((node): RawFinding[] => {
        const without = sentinelViews.filter(
          ({ view }) =>
            !sameNode(master, view.address, node.announce) &&
            !view.replicas.some((r) => sameNode(master, r.address, node.announce)),
        );
        if (without.length === 0) return [];
        const isDown = silent.some((n) => n.id === node.id);
        return [
          {
            subject: node.id,
            message: `${ids(sentinelsOf(without))} ${without.length === 1 ? 'does' : 'do'} not know ${nameOf(node)}`,
            fix: [
              isDown ? hints.revive({ id: node.id, endpoint: node.announce }, null) : hints.ctl('replicas'),
            ],
          },
        ];
      });
    }),
} satisfies SnapshotCheck;
