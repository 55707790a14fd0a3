import { formatAddress } from '../../model/address.js';
import { CLIENT_SOURCES, ofApp } from './given.js';

/** What a refusal of a write asks for. */
const REMEDIES: [RegExp, string[]][] = [
  [/NOREPLICAS/, ['start the replicas: the master wants min-replicas-to-write of them (INFO replication)']],
  [
    /MISCONF/,
    [
      'find out why the last RDB save failed (LASTSAVE, the log, the disk), or CONFIG SET stop-writes-on-bgsave-error no',
    ],
  ],
  [/OOM/, ['CONFIG SET maxmemory to more, or choose a maxmemory-policy that evicts']],
  [/NOPERM|permit/, ['allow the application’s user its commands and keys: ACL SETUSER']],
  [/READONLY/, ['sentinelctl status: the announced master is a replica']],
  [/password/, ['give the password: --password-file FILE, or SENTINELCTL_PASSWORD']],
];

export default ofApp(
  {
    id: 'app-not-writable',
    severity: 'critical',
    impact: 'down',
    title: 'the master does not accept writes',
    consequence: 'the application connects and reads, but each of its writes is refused or hangs',
    explanation:
      'doctor sent SET … XX for a key that does not exist: it changes nothing, and is refused whenever a write ' +
      'would be refused. A master refuses writes with too few replicas (NOREPLICAS), after a failed save (MISCONF), ' +
      'without memory (OOM), or without the rights of its user; under CLIENT PAUSE it does not answer.',
    remedy: ['fix the cause that the error names'],
    sources: [...CLIENT_SOURCES, 'server.c: processCommand'],
  },
  (app) => {
    if (!app.masterAnswers.ok || !app.announced.ok || app.announced.value === null) {
      return { skip: app.masterAnswers.ok ? 'no master is announced' : app.masterAnswers.why };
    }
    const { writable } = app;
    if (writable.ok) return [];
    const remedy = REMEDIES.find(([text]) => text.test(writable.why))?.[1];
    return [
      {
        subject: app.where,
        message: `${formatAddress(app.announced.value)} ${writable.why}`,
        fix: remedy ?? ['sentinelctl doctor'],
      },
    ];
  },
);
