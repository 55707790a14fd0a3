import { type AnsweredNode, isAt, type MasterFacts } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import { downAfterOfQuorum } from '../../model/sentinel-settings.js';
import { WRONG_ROLE_DOWN_MS, WRONG_ROLE_SPREAD_MS } from '../../model/sentinel-timing.js';
import type { SnapshotCheck } from '../check.js';
import { monitorAllInstead } from '../monitor-all.js';
import { judgeMasters, placed } from '../snapshot.js';

export default {
  id: 'master-address-not-master',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'down',
  group: 'live',
  part: 'master',
  title: 'the node at the master’s address is a replica',
  consequence: 'clients that check the role refuse it; others get READONLY for each write',
  explanation:
    'The node at the address that the sentinels give to clients answers, and its role is replica. That is normal ' +
    'for a moment during a failover. If it stays, the node was made a replica by hand or by its configuration ' +
    'file.',
  remedy: [
    'read the log of the node: it names the client that sent REPLICAOF',
    'where another node is a master, wait: the sentinels call a master with the wrong role down after down-after + ' +
      `${WRONG_ROLE_DOWN_MS / 1000} s, and switch`,
    'or do not wait: SENTINEL REMOVE NAME and SENTINEL MONITOR NAME with that master, at each sentinel',
    'only where no node is a master: REPLICAOF NO ONE at the one that has the data',
  ],
  sources: [
    'https://redis.io/docs/latest/develop/reference/sentinel-clients/',
    'sentinel.c: sentinelCheckSubjectivelyDown',
    'measured',
  ],
  causes: ['no-master', 'replica-orphan', 'link-down'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels', 'nodes'], (master) => {
      const { master: address, sentinelViews, answered, hints } = master;
      if (address === null || sentinelViews.length === 0) return [];
      const node = answered.find((n) => n.id === master.refOf(address).id);
      if (node === undefined || node.answer.role !== 'replica') return [];
      const { follows } = node.answer;
      const promoted = answered.find(
        (n) => follows !== null && isAt(n, follows) && n.answer.role === 'master',
      );
      return [
        {
          subject: node.id,
          brief: `the sentinels send clients to ${node.id}, which is a replica${promoted === undefined ? '' : `; ${promoted.id} is the master`}`,
          evidence: follows === null ? null : `${node.id} follows ${placed(master, follows)}`,
          message: `the sentinels send clients to ${placed(master, address)}, but it is a replica${follows === null ? '' : ` of ${placed(master, follows)}`}`,
          fix:
            promoted === undefined
              ? [hints.act(node, `logs ${node.id} --tail 50`, 'ROLE')]
              : switchesItself(master, node, promoted),
        },
      ];
    }),
} satisfies SnapshotCheck;

/** What FAILOVER, or REPLICAOF by hand, leaves behind: the sentinels end it, or are told the master at once. */
function switchesItself(facts: MasterFacts, node: AnsweredNode, promoted: AnsweredNode): string[] {
  const { answered, expectation, hints, sentinelViews } = facts;
  const earliestMs = downAfterOfQuorum(sentinelViews.map(({ view }) => view)) + WRONG_ROLE_DOWN_MS;
  const range = (fromMs: number): string =>
    `${Math.round(fromMs / 1000)} to ${Math.round((fromMs + WRONG_ROLE_SPREAD_MS) / 1000)} s`;
  const { host, port } = promoted.announce;
  // What follows a replica is in no list that the sentinels read.
  const chained = answered.filter(
    ({ id, answer: { follows } }) => id !== promoted.id && follows !== null && !isAt(promoted, follows),
  );
  return [
    hints.ctl('status --watch'),
    `# ${promoted.id} is the master: the sentinels call ${node.id} down for its role, and switch by themselves, usually ${range(earliestMs)} after the change (down-after + ${range(WRONG_ROLE_DOWN_MS)})`,
    ...(expectation.own
      ? []
      : [
          `# or do not wait, and name ${promoted.id} at each sentinel:`,
          ...monitorAllInstead(
            facts,
            promoted.announce,
            chained.map((one) => cli(one, `REPLICAOF ${host} ${port}`)),
          ),
        ]),
  ];
}
