import { formatAddress } from '../../model/address.js';
import { CLIENT_SOURCES, ofApp } from './given.js';

export default ofApp(
  {
    id: 'app-master-not-master',
    severity: 'critical',
    title: 'what Sentinel announces as master is none',
    consequence:
      'every write is refused (READONLY), and clients that look at the role first never finish connecting',
    explanation:
      'The server at the announced address says by ROLE that it is a replica. That is so for a moment in every failover; ' +
      'when it lasts, the sentinels that were asked are behind the others, or somebody used REPLICAOF by hand: Sentinel ' +
      'repaired that only after 31 s in our measurements.',
    remedy: [
      'wait for a minute and look again',
      'sentinelctl doctor without --app tells what the sentinels think of each other',
    ],
    sources: [...CLIENT_SOURCES, 'measured'],
    causes: ['app-not-writable'],
  },
  (app) => {
    if (!app.masterAnswers.ok || !app.announced.ok || app.announced.value === null) {
      return { skip: app.masterAnswers.ok ? 'no master is announced' : app.masterAnswers.why };
    }
    if (app.masterAnswers.value === 'master') return [];
    return [
      {
        subject: app.where,
        message: `${formatAddress(app.announced.value)} is announced as ${app.masterName}, and says by ROLE that it is ${app.masterAnswers.value === 'replica' ? 'a replica' : 'no data node'}`,
        fix: ['sentinelctl status'],
      },
    ];
  },
);
