import type { Check, RawFinding } from '../check.js';
import { containerOf, setConfig } from '../fixes.js';
import { bytes, judged, num, readAll, serversOf } from '../group.js';

/** What a data node may hold of its container's memory: a fork for a save can double what is written meanwhile. */
const SHARE = 0.5;

export default {
  id: 'oom',
  severity: 'warning',
  group: 'network',
  title: 'a container was, or will be, killed for its memory',
  consequence:
    'the kernel ends the server without warning: a failover for a master, and in the middle of a save or a full resync again and again',
  explanation:
    'A limit on the container without maxmemory below it means that the kernel, not Redis, decides what happens when it is ' +
    'full. A fork for a save or a full resync copies every page that is written meanwhile, so half of the limit is a safe maxmemory.',
  remedy: [
    'CONFIG SET maxmemory to about half of the container’s limit',
    'or a higher limit: docker update --memory',
  ],
  sources: ['https://docs.docker.com/engine/containers/resource_constraints/', 'redis.conf: maxmemory'],
  causes: ['server-silent', 'link-down', 'no-master'],
  live(gathered) {
    const { values, missing } = readAll(serversOf(gathered), (s) => s.life);
    const seen = values.flatMap(({ server, value }): RawFinding[] => {
      if (value.kind !== 'container') return [];
      const limit = value.memoryLimitBytes;
      const max = 'role' in server && server.config.ok ? num(server.config.value, 'maxmemory') : null;
      const unlimited = limit !== null && 'role' in server && max !== null && (max === 0 || max > limit);
      if (value.oomKilled !== true && !unlimited) return [];
      const cap = limit === null ? 'no limit of its own' : `a limit of ${bytes(limit)}`;
      const set = max === null ? '' : `, maxmemory ${max === 0 ? 'none' : bytes(max)}`;
      const more =
        limit === null
          ? []
          : [
              `docker update --memory ${2 * limit} --memory-swap ${2 * limit} ${containerOf(gathered, server)}`,
            ];
      return [
        {
          subject: server.id,
          message: `${value.oomKilled === true ? 'the kernel killed it for memory; ' : ''}its container has ${cap}${set}`,
          fix:
            limit !== null && unlimited
              ? [...setConfig(server, 'maxmemory', Math.floor(limit * SHARE)), ...more.map((m) => `or: ${m}`)]
              : more.length > 0
                ? more
                : ['give this machine more memory, or its servers a maxmemory; dmesg names who was killed'],
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;
