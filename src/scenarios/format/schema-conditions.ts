import { z } from 'zod';
import type { Condition } from './scenario.js';
import { byKey, count, duration, who } from './schema-parts.js';

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
export const CONDITIONS = {
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
