import type { Check, RawFinding } from '../check.js';
import { containerOf, networkOf } from '../fixes.js';
import { judged, readAll, serversOf } from '../group.js';

export default {
  id: 'dynamic-ip',
  severity: 'warning',
  group: 'network',
  title: 'a container has no fixed address in its network',
  consequence:
    'a stopped container gives its address back and another may take it: it returns under a new one, while the sentinels go on with the old one, which may be somebody else by then',
  explanation:
    'Sentinel knows servers by address. An engine hands addresses out in the order of starts unless one is asked for, so ' +
    'after a restart of several containers replicas can swap addresses, and a sentinel sees a stranger where the master was.',
  remedy: [
    'compose: networks: NAME: ipv4_address: 10.0.0.11 for each node, with a subnet of your own',
    'one that is in no network: docker network connect --ip, with its own address',
    'or announce names (resolve-hostnames and announce-hostnames yes) with a resolver that is fast for missing names',
  ],
  sources: ['https://docs.docker.com/reference/cli/docker/network/connect/', 'measured'],
  causes: [
    'nat-replica',
    'nat-sentinel',
    'ghost-replica',
    'ghost-sentinel',
    'replica-orphan',
    'link-down',
    'no-good-slave',
    'server-silent',
    'no-master',
  ],
  live(gathered) {
    const { values, missing } = readAll(serversOf(gathered), (s) => s.life);
    const seen = values.flatMap(({ server, value }): RawFinding[] => {
      if (value.kind !== 'container' || value.addressPinned !== false) return [];
      const [container, network] = [containerOf(gathered, server), networkOf(gathered)];
      const { host } = server.announce;
      const connect = `docker network connect --ip ${host} --alias ${server.id} ${network} ${container}`;
      if (value.networkless === true) {
        return [
          {
            subject: server.id,
            message: 'its container is in no network: it was disconnected, and nobody reaches it',
            consequence:
              'the others take it for down; it still runs, and a master that is cut off so takes the writes of whoever is in its container',
            fix: [connect],
          },
        ];
      }
      return [
        {
          subject: server.id,
          message: `the engine gave its container an address, and may give it another one`,
          fix: [`docker network disconnect ${network} ${container}`, connect],
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;
