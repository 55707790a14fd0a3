import type { Check, RawFinding } from '../check.js';
import { nodeFiles } from '../files/project.js';
import { bytesOf, settingOf } from '../files/settings.js';
import { containerOf, setConfig } from '../fixes.js';
import { bytes, judged, num, readAll, serversOf } from '../group.js';

/** What a data node may hold of its container's memory: a fork for a save can double what is written meanwhile. */
const SHARE = 0.5;

export default {
  id: 'oom',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'network',
  title: 'the kernel killed a container for memory, or may kill it',
  consequence:
    'the kernel kills the server without warning, often during a save or a full resync; for a master that means a failover',
  explanation:
    'With a container limit but no maxmemory below it, the kernel and not Redis decides what happens when ' +
    'memory is full. A fork for a save or a full resync copies every page that is written meanwhile, so half ' +
    'of the limit is a safe maxmemory.',
  remedy: [
    'CONFIG SET maxmemory to about half of the container’s limit',
    'or raise the limit: docker update --memory',
  ],
  sources: ['https://docs.docker.com/engine/containers/resource_constraints/', 'redis.conf: maxmemory'],
  causes: ['node-down', 'node-unreachable', 'sentinel-unreachable', 'no-sentinel', 'link-down', 'no-master'],
  live(gathered) {
    const { values, missing } = readAll(serversOf(gathered), (s) => s.life);
    const seen = values.flatMap(({ server, value }): RawFinding[] => {
      if (value.kind !== 'container') return [];
      const limit = value.memoryLimitBytes;
      const max = 'role' in server && server.config.ok ? num(server.config.value, 'maxmemory') : null;
      const unlimited = limit !== null && 'role' in server && max !== null && (max === 0 || max > limit);
      if (value.oomKilled !== true && !unlimited) return [];
      const cap = limit === null ? 'no limit' : `a limit of ${bytes(limit)}`;
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
                : [
                    'add memory to this machine, or set maxmemory at its servers; dmesg names the processes that were killed',
                  ],
        },
      ];
    });
    return judged(seen, missing);
  },
  files(project) {
    const limited = nodeFiles(project).filter(({ service }) => service?.memory !== undefined);
    if (limited.length === 0)
      return { skip: 'no container with a limit of its memory is in these files', applies: false };
    return limited.flatMap((node): RawFinding[] => {
      const { memory } = node.service ?? {};
      const max = bytesOf(settingOf(node, 'maxmemory')) ?? 0;
      if (memory === undefined || max < memory.bytes) return [];
      return [
        {
          subject: node.id,
          message: `maxmemory is ${bytes(max)}, and its container may have ${bytes(memory.bytes)} (${memory.text}): the kernel kills the server before it evicts or refuses anything`,
          fix: [`maxmemory ${Math.floor(memory.bytes * SHARE)}`],
          at: { file: node.at.file, line: memory.line },
        },
      ];
    });
  },
} satisfies Check;
