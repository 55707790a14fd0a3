import { type NamedValues, numberOf } from './answers.js';
import type { NodeMemory } from './snapshot.js';

/** What a data node uses of its memory, by INFO; undefined where that does not tell. */
export function memoryIn(info: NamedValues): NodeMemory | undefined {
  const used = numberOf(info.get('used_memory'));
  const limitBytes = numberOf(info.get('maxmemory'));
  if (used === null || limitBytes === null) return undefined;
  const usedBytes = used - (numberOf(info.get('mem_not_counted_for_evict')) ?? 0);
  const expires = [...info].some(([field, value]) => /^db\d+$/.test(field) && /\bexpires=[1-9]/.test(value));
  return {
    usedBytes,
    limitBytes,
    machineBytes: numberOf(info.get('total_system_memory')),
    policy: info.get('maxmemory_policy') ?? '',
    expires,
  };
}
