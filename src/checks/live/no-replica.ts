import { count } from '../../model/words.js';
import type { SnapshotCheck } from '../check.js';
import { judgeMasters } from '../snapshot.js';

export default {
  id: 'no-replica',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'no-failover',
  group: 'live',
  title: 'a master has no replica',
  consequence: 'when the master fails, no failover is possible: there is no node to promote',
  explanation:
    'No data node follows this master, and no sentinel lists a replica. The sentinels monitor it but cannot ' +
    'replace it.',
  remedy: ['start another data node with: replicaof HOST PORT'],
  sources: ['sentinel.c: sentinelSelectSlave'],
  causes: ['no-good-slave'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], ({ witnesses, nodes, name, expectation, hints, refOf }) => {
      const expected = expectation.nodes?.filter((n) => n.kind === 'redis').length;
      const [first] = witnesses;
      if (first === undefined || (expectation.own && expected !== undefined && expected <= 1)) return [];
      if (nodes.length > 1 || witnesses.some((w) => w.view.replicas.length > 0)) return [];
      return [
        {
          subject: name,
          servers: [],
          brief: `the master ${refOf(first.view.address).id} has no replica`,
          evidence: null,
          message: `${name} has no replica at ${count(witnesses.length, 'sentinel')}: no node could be promoted`,
          fix: [hints.cli(first.sentinel, `SENTINEL REPLICAS ${name}`)],
        },
      ];
    }),
} satisfies SnapshotCheck;
