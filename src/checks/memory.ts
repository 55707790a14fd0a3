import type { GatheredNode } from '../model/gathered.js';
import { num } from './group.js';

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
