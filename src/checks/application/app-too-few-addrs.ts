import { sentinelFiles } from '../files/project.js';
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
    id: 'app-too-few-addrs',
    severity: 'warning',
    impact: 'risk',
    title: 'the application knows only one sentinel',
    consequence: 'with that sentinel down the application finds no master, however many others run',
    explanation:
      'A client asks the addresses of REDIS_SENTINEL_ADDRS in turn for the master. Some clients learn further ' +
      'sentinels from the first one that answers, but at the next start only the environment counts.',
    remedy: ['list all sentinels: sentinelctl env prints them'],
    sources: CLIENT_SOURCES,
  },
  (app, gathered) => {
    if (app.addresses.length === 0) return noAddresses;
    const good = sentinelsOf(app);
    const known = Math.max(0, ...good.map((a) => 1 + (a.otherSentinels ?? 0)));
    if (good.length === 0) return { skip: 'no sentinel of REDIS_SENTINEL_ADDRS answers' };
    if (app.addresses.length > 1 || known < 2) return [];
    return [
      {
        subject: app.where,
        message: `REDIS_SENTINEL_ADDRS has 1 of ${known} sentinels (${good.map((a) => a.text).join(', ')})`,
        fix: [setting(app, 'REDIS_SENTINEL_ADDRS', goodAddresses(app, gathered))],
      },
    ];
  },
  (app, project) => {
    const addresses = addressesOf(app);
    const sentinels = sentinelFiles(project).reduce((sum, s) => sum + s.copies, 0);
    if (addresses.length !== 1 || sentinels < 2) return [];
    return [
      {
        subject: app.name,
        message: `${ADDRS} has 1 of ${sentinels} sentinels`,
        fix: [`${ADDRS}=${sentinelAddresses(project)}`],
        at: placeOfVariable(app, ADDRS, project),
      },
    ];
  },
);
