import { monitoredNames, sentinelAnswers } from '../../model/facts.js';
import { ifSet } from '../../model/secrets.js';
import { majorityOf } from '../../model/sentinel-timing.js';
import { listed } from '../../model/words.js';
import type { SnapshotCheck } from '../check.js';
import { judged } from '../group.js';
import { ids, subjectOf, unanswered } from '../snapshot.js';

export default {
  id: 'unknown-master-name',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'at-risk',
  group: 'live',
  part: 'sentinels',
  title: 'no sentinel monitors a master with the given name',
  consequence: 'a client that asks for this name gets no address',
  explanation:
    'Sentinels know a master by the name in their configuration: sentinel monitor NAME HOST PORT QUORUM. Clients ' +
    'must use the same name. No sentinel that answers monitors this name.',
  remedy: [
    'use one of the names that they monitor: sentinelctl masters',
    'or SENTINEL MONITOR at each sentinel',
  ],
  sources: ['https://redis.io/docs/latest/develop/reference/sentinel-clients/'],
  live({ snapshot, expectation, hints }) {
    const answering = snapshot.sentinels.filter(sentinelAnswers);
    const monitored = monitoredNames(snapshot);
    const { masterName, own, cluster } = expectation;
    const [first] = answering;
    const missing = unanswered(snapshot.sentinels);
    if (first === undefined || (masterName !== null && monitored.includes(masterName)))
      return judged([], missing);
    // Names that none of them has ever reached are names too.
    const isNamed = monitored.length > 0 || (snapshot.leftovers ?? []).length > 0;
    if (masterName === null && isNamed) return judged([], missing);
    // One of which nothing is known may monitor it.
    if (snapshot.sentinels.some((s) => s.withheld !== undefined)) return judged([], missing);
    const [alternative] = monitored;
    if (!isNamed && !own) {
      const none = `${ids(answering)} ${answering.length === 1 ? 'monitors' : 'monitor'} no master at all`;
      const words = `SENTINEL MONITOR ${masterName ?? 'mymaster'} "$MASTER_HOST" 6379 ${majorityOf(snapshot.sentinels.length)}`;
      return [
        {
          subject: subjectOf(answering),
          brief: none,
          message: none,
          evidence: 'the sentinels lost their configuration, or were never given one',
          fix: [
            '# MASTER_HOST is the host at which INFO replication says role:master; then its settings and auth-pass:',
            ...answering.map((sentinel) => ifSet('MASTER_HOST', hints.cli(sentinel, words))),
          ],
        },
      ];
    }
    // A name that was typed beside addresses may be the slip; a cluster that is known by its name had it.
    const isTyped = !own && (cluster === '' || cluster.includes(':'));
    const others = monitored.length === 0 ? '' : `; they monitor ${listed(monitored)}`;
    return [
      {
        subject: subjectOf(answering),
        ...(isTyped && { impact: 'unknown' as const }),
        message: `no sentinel monitors a master named ${masterName}${others}`,
        fix: [
          alternative === undefined || own
            ? hints.logs(first, 'SENTINEL MASTERS')
            : hints.ctl(`status --master-name ${alternative}`),
        ],
      },
    ];
  },
} satisfies SnapshotCheck;
