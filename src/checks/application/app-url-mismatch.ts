import { formatAddress } from '../../model/address.js';
import { CLIENT_SOURCES, ofApp, setting } from './given.js';

export default ofApp(
  {
    id: 'app-url-mismatch',
    severity: 'warning',
    impact: 'degraded',
    title: 'REDIS_URL does not point to the master',
    consequence:
      'if the application falls back to REDIS_URL, a replica refuses its writes, or it writes to a master that other clients do not read',
    explanation:
      'REDIS_URL names one server; after a failover that server is a replica. doctor compared the run id of the ' +
      'server at REDIS_URL with that of the announced master.',
    remedy: ['use REDIS_SENTINEL_ADDRS; as a fallback set REDIS_URL to the current master: sentinelctl env'],
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
          message: `REDIS_URL ${app.env.url} is ${role === 'replica' ? 'a replica' : 'not a data node'}`,
          fix,
        },
      ];
    }
    if (isAnnounced || announced === null) return [];
    return [
      {
        subject: app.where,
        severity,
        message: `REDIS_URL ${app.env.url} is not the master that Sentinel announces, ${formatAddress(announced)}`,
        fix,
      },
    ];
  },
);
