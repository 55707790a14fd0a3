import { hostNamesOf } from '../files/server-address.js';
import {
  ADDRS,
  addressesOf,
  CLIENT_SOURCES,
  goodAddresses,
  noAddresses,
  ofApp,
  placeOfVariable,
  sentinelAddresses,
  sentinelsOf,
  setting,
} from './given.js';

export default ofApp(
  {
    id: 'app-not-sentinel',
    severity: 'warning',
    impact: 'degraded',
    title: 'REDIS_SENTINEL_ADDRS contains a server that is not a sentinel',
    consequence: 'it answers "unknown command SENTINEL", so it never names the master',
    explanation:
      'Sentinels listen on their own ports, 26379 by convention; 6379 is a data node’s. A client tries each ' +
      'address in turn, so one wrong address is one sentinel fewer, and shows only when the others are down.',
    remedy: ['use the ports of the sentinels: sentinelctl env prints them'],
    sources: CLIENT_SOURCES,
    causes: ['app-too-few-addrs'],
  },
  (app, gathered) => {
    const asked = app.addresses.filter((a) => a.answers.ok);
    if (asked.length === 0) return app.addresses.length === 0 ? noAddresses : { skip: 'no address answers' };
    const wrong = asked.filter((a) => a.answers.ok && a.answers.value !== 'sentinel');
    if (wrong.length === 0) return [];
    return [
      {
        subject: app.where,
        severity: sentinelsOf(app).length === 0 ? 'critical' : 'warning',
        message: wrong
          .map(
            (a) =>
              `${a.text} is ${a.answers.ok && a.answers.value === 'data node' ? 'a data node' : 'not a Redis server'}`,
          )
          .join(', '),
        fix: [setting(app, 'REDIS_SENTINEL_ADDRS', goodAddresses(app, gathered))],
      },
    ];
  },
  (app, project) => {
    const nodes = project.servers.filter((s) => s.kind === 'redis');
    const wrong = addressesOf(app).filter(({ host }) => nodes.some((n) => hostNamesOf(n).includes(host)));
    if (wrong.length === 0) return [];
    return [
      {
        subject: app.name,
        message: `${wrong.map((a) => `${a.host}:${a.port}`).join(', ')} in ${ADDRS} ${wrong.length === 1 ? 'is a data node' : 'are data nodes'}`,
        fix: [`${ADDRS}=${sentinelAddresses(project)}`],
        at: placeOfVariable(app, ADDRS, project),
      },
    ];
  },
);
