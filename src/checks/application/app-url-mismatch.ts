import { formatAddress } from '../../model/address.js';
import { CLIENT_SOURCES, ofApp, setting } from './given.js';

export default ofApp(
  {
    id: 'app-url-mismatch',
    severity: 'warning',
    title: 'REDIS_URL does not lead to the master',
    consequence:
      'where the application falls back to REDIS_URL it is refused every write by a replica, or writes to another master, which nobody reads from',
    explanation:
      'REDIS_URL is an address that was right when it was written: after a failover the same server is a replica. The ' +
      'server that answers there was compared with the announced master by its run id.',
    remedy: [
      'go by REDIS_SENTINEL_ADDRS; where a fallback is wanted, set REDIS_URL to the present master: sentinelctl env',
    ],
    sources: CLIENT_SOURCES,
  },
  (app) => {
    if (app.url === null) return { skip: 'REDIS_URL is not set' };
    const alone = app.env.sentinelAddrs === null;
    const severity = alone ? 'critical' : 'warning';
    const announced = app.announced.ok ? app.announced.value : null;
    const fix = announced === null ? [] : [setting(app, 'REDIS_URL', `redis://${formatAddress(announced)}`)];
    if (!app.url.ok) {
      if (/^not asked/.test(app.url.why)) return { skip: app.url.why };
      return [{ subject: app.where, severity, message: `REDIS_URL ${app.env.url}: ${app.url.why}`, fix }];
    }
    const { role, isAnnounced } = app.url.value;
    if (role !== 'master') {
      return [
        {
          subject: app.where,
          severity,
          message: `REDIS_URL ${app.env.url} is ${role === 'replica' ? 'a replica' : 'no data node'}`,
          fix,
        },
      ];
    }
    if (isAnnounced || announced === null) return [];
    return [
      {
        subject: app.where,
        severity,
        message: `REDIS_URL ${app.env.url} is another master than ${formatAddress(announced)}, which Sentinel announces`,
        fix,
      },
    ];
  },
);
