import type { GatheredNode } from '../../model/gathered.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { setConfig } from '../fixes.js';
import { bytes, groupsOf, judged, num } from '../group.js';

export default {
  id: 'master-full',
  needs: 'gathered',
  severity: 'critical',
  impact: 'down',
  group: 'data',
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
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing: string[] = [];
    for (const { name, master, nodes } of groups) {
      if (master === null) {
        missing.push(`${name}: its master is unknown`);
        continue;
      }
      if (!master.info.ok) {
        missing.push(`${master.id}: ${master.info.why}`);
        continue;
      }
      const full = fullness(master);
      if (full === null) continue;
      const { usedBytes, limitBytes, policy } = full;
      // The largest that another node may have is room that it can do with, 0 being no limit; else twice what is used.
      const limits = nodes.flatMap((n) => {
        const limit = n.config.ok ? num(n.config.value, 'maxmemory') : null;
        return limit === null ? [] : [{ node: n, limit }];
      });
      const isUnlimited = limits.some(({ limit }) => limit === 0);
      const enough = isUnlimited ? 0 : Math.max(2 * usedBytes, ...limits.map(({ limit }) => limit));
      const tight = limits.filter(({ limit }) => limit !== 0 && (isUnlimited || limit < enough));
      seen.push({
        subject: master.id,
        message: `refuses every write with -OOM: it uses ${bytes(usedBytes)}, maxmemory ${bytes(limitBytes)}, ${policy}`,
        fix: tight.flatMap(({ node }) => setConfig(node, 'maxmemory', enough)),
      });
    }
    return judged(seen, missing);
  },
} satisfies Check;

/**
 * A node that is at its maxmemory and may evict nothing: what it uses and may use, in bytes, and its policy; null for
 * any other, and where INFO does not tell. Buffers of replicas do not count (evict.c, getMaxmemoryState).
 */
export function fullness(
  node: GatheredNode,
): { usedBytes: number; limitBytes: number; policy: string } | null {
  if (!node.info.ok) return null;
  const info = node.info.value;
  const config = node.config.ok ? node.config.value : {};
  const limitBytes = num(info, 'maxmemory') ?? num(config, 'maxmemory') ?? 0;
  const usedBytes = (num(info, 'used_memory') ?? 0) - (num(info, 'mem_not_counted_for_evict') ?? 0);
  const policy = info.maxmemory_policy ?? config['maxmemory-policy'] ?? '';
  if (limitBytes === 0 || usedBytes < limitBytes) return null;
  const expires = Object.entries(info).some(
    ([name, text]) => /^db\d+$/.test(name) && /\bexpires=[1-9]/.test(text),
  );
  const stuck = policy === 'noeviction' || (policy.startsWith('volatile-') && !expires);
  return stuck ? { usedBytes, limitBytes, policy } : null;
}
