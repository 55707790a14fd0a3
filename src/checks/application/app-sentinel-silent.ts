import { isLoopback } from '../../model/address.js';
import type { RawFinding } from '../check.js';
import { hostNamesOf } from '../files/server-address.js';
import { portOf, portsOf } from '../files/settings.js';
import {
  ADDRS,
  addressesOf,
  CLIENT_SOURCES,
  goodAddresses,
  noAddresses,
  ofApp,
  placeOfVariable,
  sentinelAddresses,
  setting,
} from './given.js';

export default ofApp(
  {
    id: 'app-sentinel-silent',
    severity: 'warning',
    impact: 'degraded',
    title: 'a sentinel of the application’s list does not answer',
    consequence:
      'a client that tries it first waits for a connect timeout, 5 to 10 s by default, before it asks the next; when none answers there is no master',
    explanation:
      'Every address of REDIS_SENTINEL_ADDRS was asked from here. One that does not answer is down, or its ' +
      'address is not reachable from here: a container’s, or another machine’s behind a firewall.',
    remedy: ['start that sentinel, or remove its address from REDIS_SENTINEL_ADDRS'],
    sources: CLIENT_SOURCES,
  },
  (app, gathered) => {
    // Names that are not known are another check's.
    const asked = app.addresses.filter((a) => a.address !== null && a.resolved.ok);
    if (asked.length === 0) return noAddresses;
    const silent = asked.filter((a) => !a.answers.ok);
    if (silent.length === 0) return [];
    return [
      {
        subject: app.where,
        severity: silent.length === asked.length ? 'critical' : 'warning',
        message: silent.map((a) => `${a.text} ${a.answers.ok ? '' : a.answers.why}`).join(', '),
        fix: [setting(app, 'REDIS_SENTINEL_ADDRS', goodAddresses(app, gathered))],
      },
    ];
  },
  (app, project) => {
    const seen = addressesOf(app).flatMap(({ host, port }): RawFinding[] => {
      const self = isLoopback(host) && !/^(host|service:|container:)/.test(app.networkMode ?? '');
      const server = project.servers.find((s) => hostNamesOf(s).includes(host));
      const wrongPort =
        server?.seen === true && server.kind === 'sentinel' && !portsOf(server).includes(port);
      if (!self && !wrongPort) return [];
      return [
        {
          subject: app.name,
          message: self
            ? `${host}:${port} in ${ADDRS} is the application's own container`
            : `${host} listens on ${server && portOf(server)}, not on ${port}`,
          fix: [`${ADDRS}=${sentinelAddresses(project)}`],
          at: placeOfVariable(app, ADDRS, project),
        },
      ];
    });
    return seen.slice(0, 1);
  },
);
