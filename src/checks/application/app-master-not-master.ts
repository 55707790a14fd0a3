import { formatAddress } from '../../model/address.js';
import { CLIENT_SOURCES, ofApp } from './given.js';

export default ofApp(
  {
    id: 'app-master-not-master',
    severity: 'critical',
    impact: 'down',
    title: 'the announced master is not a master',
    consequence:
      'every write is refused (READONLY), and clients that check the role first never finish connecting',
    explanation:
      'The server at the announced address reports with ROLE that it is a replica. That happens for a moment in ' +
      'every failover; when it lasts, the sentinels that were asked are out of date, or REPLICAOF was used by ' +
      'hand: Sentinel corrected that only after 31 s (measured).',
    remedy: [
      'wait for a minute and run doctor again',
      'run sentinelctl doctor without --app to see whether the sentinels agree',
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
        message: `${formatAddress(app.announced.value)} is announced as ${app.masterName}, but its ROLE is ${app.masterAnswers.value === 'replica' ? 'a replica' : 'not a data node'}`,
        fix: ['sentinelctl status'],
      },
    ];
  },
);
