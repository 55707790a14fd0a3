import type { Address } from '../../model/address.js';
import type { Hints } from '../../model/hints.js';
import { ifSet, ownSecret, shellWord, userOf, usesPassword } from '../../model/secrets.js';
import { count } from '../../model/words.js';
import type { SnapshotCheck } from '../check.js';
import { isForgotten } from '../forgotten.js';
import { judgeMasters } from '../snapshot.js';
import { notHeard, refusesAll } from './refused-by-master.js';

const asUser = (user: string | null): string => (user === null ? '' : `--user ${shellWord(user)} `);

/** Which node is to follow the master only a person knows: the sentinels know none, and REPLICAOF replaces its data. */
export const attachOne = (hints: Hints, { host, port }: Address): string[] => [
  '# NODE_HOST and NODE_PORT: a data node that is to follow the master; its own data is replaced',
  // A server that is not known yet gets the login that all have.
  ...(usesPassword('redis') ? ownSecret('REDISCLI_AUTH', 'the password of the data node', 'redis') : []),
  ifSet(
    'NODE_HOST',
    ifSet(
      'NODE_PORT',
      hints
        .cli(
          { endpoint: { host: '"$NODE_HOST"', port: 0 } },
          `${asUser(userOf('redis'))}REPLICAOF ${host} ${port}`,
        )
        .replace('-p 0', '-p "$NODE_PORT"'),
    ),
  ),
];

export default {
  id: 'no-replica',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'no-failover',
  group: 'live',
  part: 'replicas',
  title: 'a master has no replica',
  consequence: 'when the master fails, no failover is possible: there is no node to promote',
  explanation:
    'No data node follows this master, and no sentinel lists a replica. The sentinels monitor it but cannot ' +
    'replace it.',
  remedy: [
    'start another data node with: replicaof HOST PORT',
    'or let one follow it that has another master or none: REPLICAOF HOST PORT; its own data is replaced',
  ],
  sources: ['sentinel.c: sentinelSelectSlave'],
  causes: ['no-good-slave'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (facts, missing) => {
      const { sentinelViews, nodes, answered, name, expectation, hints, refOf } = facts;
      const expected = expectation.nodes?.filter((n) => n.kind === 'redis').length;
      const [first] = sentinelViews;
      if (first === undefined || (expectation.own && expected !== undefined && expected <= 1)) return [];
      // It has some that the sentinels have forgotten: no-good-slave says that.
      if (isForgotten(facts)) return [];
      if (nodes.length > 1 || sentinelViews.some((w) => w.view.replicas.length > 0)) return [];
      // It names its replicas to one that logs in: without that, they are not known.
      const refusing = refusesAll(facts);
      if (refusing !== null && refusing.answer === null) {
        missing.push(notHeard(facts, refusing));
        return [];
      }
      const { id } = refOf(first.view.address);
      const follows = answered.find((n) => n.id === id)?.answer.follows ?? null;
      return [
        {
          subject: name,
          servers: [],
          brief: `the master ${id} has no replica`,
          evidence: null,
          message: `${name} has no replica at ${count(sentinelViews.length, 'sentinel')}: no node could be promoted`,
          // A node that is made to follow a replica is in no sentinel's list.
          fix:
            follows === null
              ? attachOne(hints, first.view.address)
              : [`# first let the sentinels monitor the master: ${id} is a replica of ${refOf(follows).id}`],
        },
      ];
    }),
} satisfies SnapshotCheck;
