import { z } from 'zod';
import { parseDurationMs } from '../../model/duration.js';
import type { Condition } from './scenario.js';

/** Conditions, and the values that conditions and steps are made of, as a file writes them. */

export const duration = z.union([z.string(), z.number()]).transform((text, context): number => {
  const ms = parseDurationMs(String(text));
  if (ms === 0) return ms;
  // `for: 10` has no unit: it usually means seconds, so the message offers that.
  const isBare = ms !== undefined && /^[\d.]+$/.test(String(text).trim());
  if (ms !== undefined && !isBare) return ms;
  const message = isBare ? `give a unit: ${text}s or ${text}ms` : 'expected a duration (250ms, 5s, 2m)';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const WHO =
  /^(master|old-master|new-master|leader|other-sentinel|replicas|nodes|sentinels|client|replica-[1-9]|redis-[1-9]\d?|sentinel-[1-9]\d?)$/;
export const who = z.string().regex(WHO, {
  error:
    'expected a node (redis-2, sentinel-1) or a role (master, old-master, new-master, replica-1, leader, other-sentinel, replicas, nodes, sentinels, client)',
});
export const whos = z.union([who.transform((one) => [one]), z.array(who).min(1)]);
/** A fault's own targets, which the catalogue resolves: `master+sentinel`, `redis-1,sentinel-1|redis-2,redis-3`. */
const target = z
  .string()
  .regex(/^[a-z0-9,|+_-]+$/, { error: 'expected a target: a node, a role, or groups of them (a,b|c,d)' });
export const targets = z.union([target.transform((one) => [one]), z.array(target).min(1)]);
const scalar = z.union([z.string(), z.number(), z.boolean()]);
export const texts = z.record(z.string(), scalar.transform(String));
export const count = z.int().min(0);

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a map by its first known key; `known` is what the message lists. */
export function byKey<T>(
  kinds: Readonly<Record<string, z.ZodType<T>>>,
  bare: Readonly<Record<string, T>>,
  what: string,
): z.ZodType<T> {
  return z.unknown().transform((value, context): T => {
    if (typeof value === 'string' && bare[value] !== undefined) return bare[value];
    const key = isMap(value) ? Object.keys(value).find((k) => kinds[k] !== undefined) : undefined;
    const kind = key === undefined ? undefined : kinds[key];
    if (kind === undefined) {
      const known = [...Object.keys(bare), ...Object.keys(kinds)];
      const given = typeof value === 'string' ? value : isMap(value) ? (Object.keys(value)[0] ?? '') : '';
      context.addIssue({
        code: 'custom',
        message: `expected ${what}: ${known.join(', ')}`,
        params: { given, known },
      });
      return z.NEVER;
    }
    const read = kind.safeParse(value);
    if (read.success) return read.data;
    for (const issue of read.error.issues) context.addIssue({ ...issue } as never);
    return z.NEVER;
  });
}

/** Conditions that need no more than their name. */
const BARE = {
  failover: { is: 'failover' },
  'no-failover': { is: 'no-failover' },
  converged: { is: 'converged' },
} as const satisfies Record<string, Condition>;

const range = z.union([
  count.transform((n) => ({ min: n, max: n })),
  z.strictObject({ min: count.default(0), max: count.default(Number.MAX_SAFE_INTEGER) }),
]);
const span = z.union([
  z.literal('none').transform(() => ({ minMs: 0, maxMs: 0 })),
  z
    .strictObject({ min: duration.default(0), max: duration.default(Number.MAX_SAFE_INTEGER) })
    .transform(({ min, max }) => ({ minMs: min, maxMs: max })),
]);
const happening = { of: who.nullable().default(null), at: who.nullable().default(null) };

/** Conditions that are maps: by the key that names them, and what else may stand beside it. */
const CONDITIONS = {
  event: z
    .strictObject({ event: z.string().min(1), ...happening, times: z.int().min(1).default(1) })
    .transform(({ event, ...rest }): Condition => ({ is: 'event', name: event, ...rest })),
  'no-event': z
    .strictObject({ 'no-event': z.string().min(1), ...happening })
    .transform((c): Condition => ({ is: 'no-event', name: c['no-event'], of: c.of, at: c.at })),
  role: z
    .strictObject({ role: z.enum(['master', 'replica']), of: who })
    .transform(({ role, of }): Condition => ({ is: 'role', role, of })),
  quorum: z
    .strictObject({ quorum: z.enum(['usable', 'lost']) })
    .transform(({ quorum }): Condition => ({ is: 'quorum', usable: quorum === 'usable' })),
  failovers: z
    .strictObject({ failovers: range })
    .transform(({ failovers }): Condition => ({ is: 'failovers', ...failovers })),
  master: z
    .strictObject({ master: who })
    .transform(({ master }): Condition => ({ is: 'master', who: master })),
  lost: z
    .strictObject({ lost: range, cause: z.string().nullable().default(null) })
    .transform(({ lost, cause }): Condition => ({ is: 'lost', ...lost, cause })),
  'two-masters': z
    .strictObject({ 'two-masters': span })
    .transform((c): Condition => ({ is: 'two-masters', ...c['two-masters'] })),
  keys: z
    .strictObject({ keys: z.enum(['kept', 'lost']) })
    .transform(({ keys }): Condition => ({ is: 'keys', kept: keys === 'kept' })),
} as const;

/** Any condition. */
export const condition = byKey<Condition>(CONDITIONS, BARE, 'a condition');
