import type { Check, Seen } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { bytes, groupsOf, judged, readAll } from '../group.js';
import { setConfig } from '../set-config.js';

const DIRECTIVES = ['maxmemory', 'maxmemory-policy'] as const;

export default {
  id: 'maxmemory-skew',
  severity: 'warning',
  group: 'data',
  title: 'data nodes differ in their memory limit or in what they evict',
  consequence:
    'nothing shows until the failover: a replica ignores its own limit, and evicts keys or refuses writes in the moment in which it becomes master',
  explanation:
    'A replica leaves evictions to its master (replica-ignore-maxmemory yes), so a smaller limit or another policy has no ' +
    'effect on it. Promoted, it goes by its own.',
  remedy: ['give every data node of a group the same maxmemory and maxmemory-policy'],
  sources: ['redis.conf: replica-ignore-maxmemory', 'evict.c: performEvictions'],
  run(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: Seen[] = [];
    const missing: string[] = [];
    for (const { nodes, master } of groups) {
      const { values, missing: silent } = readAll(nodes, (n) => n.config);
      missing.push(...silent);
      const model = values.find((v) => v.server === master) ?? values[0];
      if (model === undefined) continue;
      for (const directive of DIRECTIVES) {
        const right = model.value[directive];
        const show = (v: string | undefined): string =>
          directive === 'maxmemory' ? (v === '0' ? 'no limit' : bytes(Number(v))) : (v ?? '?');
        for (const { server, value } of values) {
          if (right === undefined || value[directive] === undefined || value[directive] === right) continue;
          seen.push({
            subject: server.id,
            message: `${directive}: ${server.id} has ${show(value[directive])}, ${model.server.id}${model.server === master ? ', the master,' : ''} has ${show(right)}`,
            fix: setConfig(server, directive, right),
          });
        }
      }
    }
    return judged(seen, missing);
  },
} satisfies Check;
