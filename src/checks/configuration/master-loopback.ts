import type { Address } from '../../model/address.js';
import { formatAddress, isLoopback, reachesItself } from '../../model/address.js';
import { cli } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import { addressIn } from '../evidence.js';
import { monitorLike } from '../fixes.js';
import { type Group, isThere } from '../group.js';
import { judgeViews } from '../sentinels.js';

/** The master's address that others can use: another sentinel's, or the one that a replica follows. */
function realAddress({ views, nodes }: Group, port: number): Address {
  const named = views.flatMap(({ master }) => addressIn(master.fields) ?? []);
  const followed = nodes.flatMap((n) =>
    n.role.ok && n.role.value.follows !== null ? [n.role.value.follows] : [],
  );
  return [...named, ...followed].find((a) => !isLoopback(a.host)) ?? { host: '<the master’s address>', port };
}

export default {
  id: 'master-loopback',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'names',
  title: 'the master is monitored at an address that means another machine to each sentinel',
  consequence:
    'each sentinel monitors its own machine under that address, and clients that ask it are sent to their own machine',
  explanation:
    'Sentinel gives the address in its sentinel monitor line to clients, replicas and the other sentinels. A ' +
    'loopback address means a different machine to each of them, and so does 0.0.0.0 or ::, which only bind takes.',
  remedy: [
    'SENTINEL REMOVE NAME and SENTINEL MONITOR NAME with an address of the master that every machine can reach',
  ],
  sources: ['https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/'],
  causes: [
    'monitor-replica',
    'no-master',
    'no-quorum',
    'master-disagree',
    'replica-orphan',
    'nat-client',
    'no-good-slave',
    'node-down',
    'node-unreachable',
  ],
  live: (gathered) =>
    judgeViews(gathered, (group) => {
      const members = [
        ...gathered.sentinels.filter(isThere).map((s) => s.announce.host),
        ...group.nodes.filter(isThere).map((n) => n.announce.host),
      ];
      if (members.every(reachesItself)) return [];
      return group.views.flatMap(({ sentinel, master }): RawFinding[] => {
        const address = addressIn(master.fields);
        if (address === null || !isLoopback(address.host)) return [];
        const real = realAddress(group, address.port);
        return [
          {
            subject: sentinel.id,
            servers: [formatAddress(address)],
            message: `monitors ${group.name} at ${address.host}:${address.port}; others of the cluster are at ${[...new Set(members.filter((h) => !reachesItself(h)))].join(', ')}`,
            fix: [
              cli(sentinel, `SENTINEL REMOVE ${group.name}`),
              ...monitorLike(sentinel, group.name, real, master),
            ],
          },
        ];
      });
    }),
} satisfies Check;
