import { CLIENT_SOURCES, goodAddresses, ofApp, setting } from './given.js';

export default ofApp(
  {
    id: 'app-env-missing',
    severity: 'critical',
    impact: 'down',
    title: 'the application has no Redis address',
    consequence:
      'without addresses it cannot connect; with REDIS_URL alone it uses one server, and is down while that server is down, even after a failover',
    explanation:
      'An application finds the master by REDIS_SENTINEL_ADDRS (host:port separated by commas) and ' +
      'REDIS_MASTER_NAME, mymaster by default. REDIS_URL names one server directly, master or not: it is a ' +
      'fallback, and a client that uses it does not follow a failover.',
    remedy: ['set REDIS_SENTINEL_ADDRS and REDIS_MASTER_NAME; sentinelctl env prints them'],
    sources: CLIENT_SOURCES,
  },
  (app, gathered) => {
    const { sentinelAddrs, masterName, url } = app.env;
    const addresses = setting(app, 'REDIS_SENTINEL_ADDRS', goodAddresses(app, gathered));
    if (sentinelAddrs === null) {
      return [
        {
          subject: app.where,
          severity: url === null ? 'critical' : 'warning',
          message:
            url === null
              ? 'REDIS_SENTINEL_ADDRS and REDIS_URL are not set'
              : `only REDIS_URL is set (${url}): it names one server, master or not`,
          fix: [addresses],
        },
      ];
    }
    if (masterName !== null) return [];
    return [
      {
        subject: app.where,
        severity: 'info',
        message: `REDIS_MASTER_NAME is not set: ${app.masterName} is used`,
        fix: [setting(app, 'REDIS_MASTER_NAME', app.masterName)],
      },
    ];
  },
);
