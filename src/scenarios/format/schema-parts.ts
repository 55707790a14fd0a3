import { z } from 'zod';
import { parseDurationMs } from '../../model/duration.js';

/** What the formats of steps and conditions are made of. */

export const duration = z.union([z.string(), z.number()]).transform((text, context): number => {
  const ms = parseDurationMs(String(text));
  if (ms === 0) return ms;
  // Who writes `for: 10` means seconds more often than not.
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
/** A fault's own words, which the catalogue knows: `master+sentinel`, `redis-1,sentinel-1|redis-2,redis-3`. */
const target = z
  .string()
  .regex(/^[a-z0-9,|+_-]+$/, { error: 'expected a target: a node, a role, or groups of them (a,b|c,d)' });
export const targets = z.union([target.transform((one) => [one]), z.array(target).min(1)]);
const scalar = z.union([z.string(), z.number(), z.boolean()]);
export const texts = z.record(z.string(), scalar.transform(String));
export const count = z.int().min(0);

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads what the first key that is known names; `known` is what the message lists. */
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
