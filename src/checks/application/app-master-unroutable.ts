import { formatAddress } from '../../model/address.js';
import { ofApp } from './given.js';

export default ofApp(
  {
    id: 'app-master-unroutable',
    severity: 'critical',
    impact: 'down',
    title: 'the announced master cannot be reached from here',
    consequence:
      'the application gets an unreachable address: each attempt ends with a connect timeout, and it never connects, while redis-cli on the published port works',
    explanation:
      'Sentinel announces the address that it uses for the master. For containers that is an address of their own ' +
      'network, which this machine may not reach; the published port is another address. A client can translate ' +
      '(natMap in ioredis), or the nodes announce an address that works everywhere (replica-announce-ip, ' +
      'replica-announce-port).',
    remedy: [
      'give the client a natMap: announced address to reachable one, for every node',
      'or let every node announce an address that clients can reach, and use it in sentinel monitor',
      'or run the application in the same network',
    ],
    sources: [
      'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Sentinel, Docker, NAT, and possible issues)',
      'https://github.com/redis/ioredis#nat-mapping',
      'https://github.com/redis/redis/issues/2335',
    ],
    causes: ['app-not-writable', 'app-master-not-master'],
  },
  (app) => {
    if (!app.announced.ok) return { skip: app.announced.why };
    if (app.announced.value === null) return { skip: 'no master is announced' };
    if (app.masterAnswers.ok) return [];
    if (app.announcedDown) return { skip: 'the sentinels call the master down' };
    const refusedUs = /password|permit|NOAUTH|WRONGPASS/i.test(app.masterAnswers.why);
    // The master was reached: it only refuses this client.
    if (refusedUs) return { skip: `the master ${app.masterAnswers.why}` };
    const pairs = Object.entries(app.natMap).map(([inside, outside]) => `${inside}=${outside}`);
    const mapped = Object.entries(app.natMap).map(([inside, outside]) => {
      const colon = outside.lastIndexOf(':');
      return `"${inside}":{"host":"${outside.slice(0, colon)}","port":${outside.slice(colon + 1)}}`;
    });
    return [
      {
        subject: app.where,
        message: `${formatAddress(app.announced.value)} ${app.masterAnswers.why}${pairs.length === 0 ? '' : `; from here it is ${pairs.join(', ')}`}`,
        fix:
          mapped.length === 0
            ? [
                'let the data nodes announce an address that is reachable from here: replica-announce-ip, replica-announce-port',
              ]
            : [`natMap: {${mapped.join(',')}}`],
      },
    ];
  },
);
