import { type Address, sameAddress } from '../../model/address.js';
import type { Observation } from '../../observe/observation.js';

/** The replacements of a master: each target once, when the first sentinel switched to it; in order. */
export function failoversIn(
  seen: readonly Observation[],
  masterName: string,
): { atMs: number; from: Address; to: Address }[] {
  const found: { atMs: number; from: Address; to: Address }[] = [];
  // Every sentinel says it in its own time: a late one must not count as another failover back to where it was.
  const saidBy = new Map<string, number>();
  for (const o of seen) {
    if (o.kind !== 'event' || o.event.switched === null || o.event.masterName !== masterName) continue;
    const { from, to } = o.event.switched;
    const behind = saidBy.get(o.source) ?? 0;
    const known = found.findIndex((f, i) => i >= behind && sameAddress(f.to, to));
    if (known >= 0) saidBy.set(o.source, known + 1);
    else {
      found.push({ atMs: o.atMs, from, to });
      saidBy.set(o.source, found.length);
    }
  }
  return found;
}

/** When a node died or stopped answering, came back, and became a replica; null where it did not. */
export function comebackOf(
  seen: readonly Observation[],
  id: string,
  fromMs: number,
): {
  goneAtMs: number | null;
  backAtMs: number | null;
  convertedAtMs: number | null;
  linkedAtMs: number | null;
} {
  const own = seen.filter((o) => o.source === id && o.atMs >= fromMs);
  const gone = own.find((o) => o.kind === 'gone' || o.kind === 'silent');
  const back = own.find((o) => o.kind === 'role' && (gone === undefined || o.atMs > gone.atMs));
  const since = back ?? null;
  const converted = own.find(
    (o) => o.kind === 'role' && o.seen.role === 'replica' && (since === null || o.atMs >= since.atMs),
  );
  const linked = own.find(
    (o) =>
      o.kind === 'role' &&
      o.seen.role === 'replica' &&
      o.seen.link === 'connected' &&
      (converted === undefined || o.atMs >= converted.atMs),
  );
  return {
    goneAtMs: gone?.atMs ?? null,
    backAtMs: back?.atMs ?? null,
    convertedAtMs: converted?.atMs ?? null,
    linkedAtMs: linked?.atMs ?? null,
  };
}
