import type { GatheredNode, GatheredSentinel } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import { setConfig } from '../fixes.js';
import { dataNodes, judged, num, readAll } from '../group.js';

/** Above this share a failover has no room: all clients reconnect at once. */
const NEAR = 0.8;

export default {
  id: 'maxclients',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'data',
  part: 'replication',
  title: 'a server is near its client limit',
  consequence:
    'above maxclients it refuses sentinels and replicas as well: a healthy master is called down, or its replicas cannot reconnect',
  explanation:
    'Connections of sentinels (2 each) and of replicas count like those of clients. In a failover every ' +
    'client moves to the new master within a second, often with new connections before the old ones are ' +
    'closed.',
  remedy: [
    'CONFIG SET maxclients to twice the current connections, with a matching limit of open files for the process',
    'find out which clients hold the connections: CLIENT LIST',
  ],
  sources: ['redis.conf: maxclients', 'networking.c: acceptCommonHandler'],
  live(gathered) {
    const servers: (GatheredNode | GatheredSentinel)[] = [...dataNodes(gathered), ...gathered.sentinels];
    const { values, missing } = readAll(servers, (s) => s.info);
    const seen = values.flatMap(({ server, value }): RawFinding[] => {
      const [connected, max] = [num(value, 'connected_clients'), num(value, 'maxclients')];
      if (connected === null || max === null || max === 0 || connected < NEAR * max) return [];
      const rejected = num(value, 'rejected_connections') ?? 0;
      const wanted = Math.max(10_000, 2 * connected);
      return [
        {
          subject: server.id,
          message: `${connected} of ${max} clients${rejected > 0 ? `, ${rejected} refused since its start` : ''}`,
          // A sentinel's table of commands has no CONFIG SET for it (server.c, sentinel.c).
          fix:
            'myid' in server
              ? [
                  `maxclients ${wanted} in the configuration of ${server.id}, then restart it`,
                  cli(server, 'CLIENT LIST'),
                ]
              : setConfig(server, 'maxclients', wanted),
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;
