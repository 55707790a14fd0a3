import { CLIENT_SOURCES, goodAddresses, ofApp, setting } from './given.js';

export default ofApp(
  {
    id: 'app-env-missing',
    severity: 'critical',
    title: 'the application is not told where Redis is',
    consequence:
      'without addresses it connects to nothing; with REDIS_URL alone it stays with one server, and is down for as long as that one is, failover or not',
    explanation:
      'An application finds the master by REDIS_SENTINEL_ADDRS (host:port with commas between) and REDIS_MASTER_NAME, ' +
      'mymaster by default. REDIS_URL names one server directly, whoever is master: it is a fallback, and no client that ' +
      'goes by it follows a failover.',
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
              : `only REDIS_URL is set (${url}): it names one server, whoever is master`,
          fix: [addresses],
        },
      ];
    }
    if (masterName !== null) return [];
    return [
      {
        subject: app.where,
        severity: 'info',
        message: `REDIS_MASTER_NAME is not set: ${app.masterName} is taken`,
        fix: [setting(app, 'REDIS_MASTER_NAME', app.masterName)],
      },
    ];
  },
);
