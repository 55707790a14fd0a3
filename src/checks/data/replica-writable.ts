import type { Check, RawFinding } from '../check.js';
import { setConfig } from '../fixes.js';
import { dataNodes, judged, readAll, settingIn } from '../group.js';

export default {
  id: 'replica-writable',
  severity: 'warning',
  group: 'data',
  title: 'a replica takes writes of its own',
  consequence:
    'what a client writes to it by mistake is acknowledged, is nowhere else, and is gone with the next full resynchronization',
  explanation:
    'With replica-read-only no a replica answers writes with OK instead of -READONLY. Such writes go to no other node, and ' +
    'a client that stayed with a master that was replaced is not told so: it goes on writing what will be thrown away.',
  remedy: ['CONFIG SET replica-read-only yes and CONFIG REWRITE at every data node'],
  sources: ['redis.conf: replica-read-only'],
  live(gathered) {
    const nodes = dataNodes(gathered);
    if (nodes.length === 0) return { skip: 'no data node is known' };
    const { values, missing } = readAll(nodes, (n) => n.config);
    const seen = values.flatMap(({ server, value }): RawFinding[] => {
      if (settingIn(value, 'replica-read-only', 'slave-read-only') !== 'no') return [];
      const isMaster = server.role.ok && server.role.value.role === 'master';
      return [
        {
          subject: server.id,
          message: `replica-read-only no: it ${isMaster ? 'will take writes once it is a replica' : 'takes writes that no other node gets'}`,
          fix: setConfig(server, 'replica-read-only', 'yes'),
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;
