import { monitoredNames, sentinelAnswers } from '../../model/facts.js';
import { listed } from '../../model/words.js';
import type { SnapshotCheck } from '../check.js';
import { judged } from '../group.js';
import { subjectOf, unanswered } from '../snapshot.js';

export default {
  id: 'unknown-master-name',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'at-risk',
  group: 'live',
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
    const { masterName, own } = expectation;
    const [first] = answering;
    const missing = unanswered(snapshot.sentinels);
    if (masterName === null || first === undefined || monitored.includes(masterName))
      return judged([], missing);
    // One of which nothing is known may monitor it.
    if (snapshot.sentinels.some((s) => s.withheld !== undefined)) return judged([], missing);
    const [alternative] = monitored;
    const others = monitored.length === 0 ? '' : `; they monitor ${listed(monitored)}`;
    return [
      {
        subject: subjectOf(answering),
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
