import { numberOf } from '../../model/records.js';
import type { NodeMemory } from '../../model/snapshot.js';
import type { SnapshotCheck } from '../check.js';
import { setConfig } from '../fixes.js';
import { bytes } from '../group.js';
import { judgeMasters, nameOf } from '../snapshot.js';

export default {
  id: 'master-full',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'down',
  group: 'data',
  part: 'disk',
  title: 'the master has reached maxmemory and cannot evict keys',
  consequence:
    'every write that needs memory is answered with -OOM, while reads, PING and Sentinel work as usual',
  explanation:
    'At maxmemory a master first evicts keys. With noeviction, or with a volatile policy when no key has a time ' +
    'to live, it cannot evict any, and refuses writes. Sentinel sees a master that answers, so no failover ' +
    'happens.',
  remedy: [
    'CONFIG SET maxmemory higher at every data node, if the machine has the memory',
    'or delete keys, give them a time to live, or allow evictions: CONFIG SET maxmemory-policy allkeys-lru',
  ],
  sources: ['evict.c: performEvictions, getMaxmemoryState', 'redis.conf: maxmemory-policy'],
  causes: ['app-not-writable'],
  live: (facts) =>
    judgeMasters(facts, [], ({ name, master, nodes, answered, refOf }, missing) => {
      const id = master === null ? undefined : refOf(master).id;
      const node = answered.find((n) => n.id === id);
      if (node === undefined) {
        const silence = nodes.find((n) => n.id === id)?.silence?.message ?? 'did not answer INFO';
        missing.push(id === undefined ? `${name}: its master is unknown` : `${id}: ${silence}`);
        return [];
      }
      const { memory } = node.answer;
      if (memory === undefined || !isFull(memory)) return [];
      const { usedBytes, limitBytes, policy } = memory;
      // The largest that another node may have is room that it can do with; else twice what is used. No limit at all is
      // nothing to copy: the kernel kills a server that grows until the machine is full.
      const limits = answered.flatMap((n) => {
        const { memory: its, settings } = n.answer;
        const limit = its?.limitBytes ?? numberOf(settings?.maxmemory);
        return limit === null ? [] : [{ node: n, limit }];
      });
      const enough = Math.max(2 * usedBytes, ...limits.map(({ limit }) => limit));
      const tight = limits.filter(({ limit }) => limit !== 0 && limit < enough);
      return [
        {
          subject: node.id,
          brief: `${node.id} (master) has reached maxmemory (${bytes(limitBytes)}, ${policy})`,
          message: `${nameOf(node)} refuses every write with -OOM: it uses ${bytes(usedBytes)}, maxmemory ${bytes(limitBytes)}, ${policy}`,
          evidence: `${node.id} uses ${bytes(usedBytes)} of ${bytes(limitBytes)}`,
          fix: [
            ...(enough < (memory.machineBytes ?? 0) / 2
              ? []
              : [
                  `# only where the machine has ${bytes(enough)} for it; else delete keys, or allow evictions:`,
                ]),
            ...tight.flatMap((one) => setConfig(one.node, 'maxmemory', enough)),
          ],
        },
      ];
    }),
} satisfies SnapshotCheck;

/** Whether a node is at its maxmemory and may evict nothing (evict.c, performEvictions). */
export function isFull({ usedBytes, limitBytes, policy, expires }: NodeMemory): boolean {
  if (limitBytes === 0 || usedBytes < limitBytes) return false;
  return policy === 'noeviction' || (policy.startsWith('volatile-') && !expires);
}
