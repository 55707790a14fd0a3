import { parseAddressList } from '../../model/address.js';
import {
  ADDRS,
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
    id: 'app-addrs-bad',
    severity: 'critical',
    impact: 'down',
    title: 'REDIS_SENTINEL_ADDRS cannot be read',
    consequence: 'the application does not start, or uses one sentinel fewer than configured',
    explanation:
      'The addresses are host:port separated by commas; blanks around them are ignored, the default port is ' +
      '26379, and an IPv6 address is in brackets. No redis:// in front, no path behind.',
    remedy: ['REDIS_SENTINEL_ADDRS=host:26379,host:26379,host:26379'],
    sources: CLIENT_SOURCES,
    causes: ['app-sentinel-silent', 'app-addrs-unresolvable', 'app-too-few-addrs'],
  },
  (app, gathered) => {
    const { sentinelAddrs } = app.env;
    if (sentinelAddrs === null) return noAddresses;
    const bad = app.addresses.filter((a) => a.address === null).map((a) => `"${a.text}"`);
    const none = app.addresses.length === 0;
    if (bad.length === 0 && !none) return [];
    return [
      {
        subject: app.where,
        message: none
          ? `"${sentinelAddrs}" in REDIS_SENTINEL_ADDRS contains no address`
          : `${bad.join(', ')} in REDIS_SENTINEL_ADDRS ${bad.length === 1 ? 'is not an address' : 'are not addresses'}`,
        fix: [setting(app, 'REDIS_SENTINEL_ADDRS', goodAddresses(app, gathered))],
      },
    ];
  },
  (app, project) => {
    const parsed = parseAddressList(app.environment.get(ADDRS)?.value ?? '');
    if ('addresses' in parsed) return [];
    return [
      {
        subject: app.name,
        message: `"${parsed.bad}" in ${ADDRS} is not an address`,
        fix: [`${ADDRS}=${sentinelAddresses(project)}`],
        at: placeOfVariable(app, ADDRS, project),
      },
    ];
  },
);
