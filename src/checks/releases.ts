import type { Fields } from '../model/gathered.js';

/** What INFO says of the release: Valkey says which Redis it is compatible with, and its own. */
export function releaseOf(info: Fields): { engine: string; version: string } {
  return info.valkey_version === undefined
    ? { engine: 'Redis', version: info.redis_version ?? '?' }
    : { engine: 'Valkey', version: info.valkey_version };
}

/** By number, part by part; `9.1.0-rc1` counts as 9.1.0. Negative where the first is the older one. */
export function compareReleases(a: string, b: string): number {
  const [as, bs] = [a, b].map((v) => v.split('.').map((part) => Number.parseInt(part, 10)));
  const apart = [0, 1, 2].map((i) => (as?.[i] ?? 0) - (bs?.[i] ?? 0));
  return apart.find((difference) => difference !== 0) ?? 0;
}
