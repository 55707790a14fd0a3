import { formatAddress, sameAddress } from '../../model/address.js';
import { count } from '../../model/words.js';
import type { GatheredCheck, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { reconnectReplicas, setConfig } from '../fixes.js';
import { attachedIn, groupsOf, judged, unreported } from '../group.js';
import { grouped } from '../snapshot.js';

export default {
  id: 'address-shared',
  needs: 'gathered',
  severity: 'critical',
  impact: 'degraded',
  group: 'network',
  title: 'two servers announce the same address',
  consequence:
    'the sentinels know one of them: the other one is never promoted, and after a failover it is not told who the new master is',
  explanation:
    'Each replica gives its master the address at which Sentinel and clients are to reach it: replica-announce-ip ' +
    'and replica-announce-port, else the address of its connection and its own port. Copied files and a NAT without ' +
    'announced ports make two of them equal. The master counts both, and lists one address twice.',
  remedy: ['replica-announce-ip and replica-announce-port of its own for each replica, or none of them'],
  sources: [
    'replication.c: replconfCommand (listening-port, ip-address)',
    'sentinel.c: sentinelRefreshInstanceInfo, sentinelProcessHelloMessage (+sentinel-invalid-addr)',
  ],
  causes: ['replica-missing', 'nat-replica', 'ghost-replica', 'seen-down', 'node-down', 'node-unreachable'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.every(({ views }) => views.length === 0)) return silentSentinels(gathered);
    const missing = unreported(groups);
    const seen = groups.flatMap(({ name, master, replicas }): RawFinding[] => {
      if (master?.info.ok !== true) {
        missing.push(`${name}: which replicas its master has is unknown`);
        return [];
      }
      return grouped(attachedIn(master.info.value), ({ address }) => formatAddress(address)).flatMap(
        (same) => {
          const address = same[0]?.address;
          if (address === undefined || same.length < 2) return [];
          const place = formatAddress(address);
          // Those that say so in their configuration, and are reached elsewhere.
          const wrong = replicas.filter((node) => {
            if (!node.config.ok || sameAddress(node.endpoint, address)) return false;
            const { 'replica-announce-ip': ip, 'replica-announce-port': port } = node.config.value;
            const announced = { host: ip || node.endpoint.host, port: Number(port) || node.endpoint.port };
            return sameAddress(announced, address);
          });
          const counted = `the sentinels count one${wrong.length === 0 ? '' : `; ${wrong.map((n) => n.id).join(', ')} should not`}`;
          return [
            {
              subject: place,
              servers: wrong.map((n) => n.id),
              masterName: name,
              brief: `${count(same.length, 'replica')} announce ${place}`,
              message: `${count(same.length, 'replica')} of ${master.id} announce ${place}, and ${counted}`,
              evidence: counted,
              fix:
                wrong.length === 0
                  ? [
                      `replica-announce-ip and replica-announce-port in the redis.conf of each of them: its own address`,
                    ]
                  : [
                      ...wrong.flatMap((node) => [
                        ...setConfig(node, 'replica-announce-ip', node.endpoint.host),
                        ...setConfig(node, 'replica-announce-port', node.endpoint.port),
                      ]),
                      reconnectReplicas(master),
                    ],
            },
          ];
        },
      );
    });
    return judged(seen, missing);
  },
} satisfies GatheredCheck;
