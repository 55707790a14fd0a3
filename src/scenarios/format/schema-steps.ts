import { z } from 'zod';
import type { Step } from './scenario.js';
import { condition } from './schema-conditions.js';
import { byKey, duration, targets, texts, who, whos } from './schema-parts.js';

/** A step before its line is known. */
type Unplaced = Step extends infer S ? (S extends Step ? Omit<S, 'line'> : never) : never;

/** Steps that are maps, by the key that names them. */
export const STEPS = {
  inject: z
    .strictObject({
      inject: z.string().min(1),
      on: targets.default([]),
      with: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
    })
    .transform((s): Unplaced => ({ do: 'inject', fault: s.inject, on: s.on, with: s.with })),
  wait: z
    .strictObject({ wait: condition, within: duration.nullable().default(null) })
    .transform((s): Unplaced => ({ do: 'wait', until: s.wait, withinMs: s.within })),
  hold: z
    .strictObject({ hold: condition, for: duration.nullable().default(null) })
    .transform((s): Unplaced => ({ do: 'hold', condition: s.hold, forMs: s.for })),
  rest: z.strictObject({ rest: duration }).transform((s): Unplaced => ({ do: 'rest', forMs: s.rest })),
  heal: z
    .strictObject({ heal: z.string().min(1), how: z.enum(['safely', 'as-crashed']).default('safely') })
    .transform(
      (s): Unplaced => ({
        do: 'heal',
        what: s.heal === 'all' ? null : s.heal,
        asCrashed: s.how === 'as-crashed',
      }),
    ),
  sentinel: z
    .strictObject({ sentinel: z.enum(['failover', 'reset']), at: who.default('sentinel-1') })
    .transform((s): Unplaced => ({ do: 'sentinel', command: s.sentinel, at: s.at })),
  set: z
    .strictObject({ set: texts, on: whos })
    .transform((s): Unplaced => ({ do: 'set', on: s.on, values: s.set })),
  config: z
    .strictObject({ config: texts, on: whos })
    .transform((s): Unplaced => ({ do: 'config', on: s.on, values: s.config })),
  debug: z
    .strictObject({ debug: texts, on: whos })
    .transform((s): Unplaced => ({ do: 'debug', on: s.on, values: s.debug })),
  write: z
    .strictObject({ write: z.int().min(1).max(1_000_000) })
    .transform((s): Unplaced => ({ do: 'write', keys: s.write })),
} as const;

const HEAL_ALL: Unplaced = { do: 'heal', what: null, asCrashed: false };
/** Any step, without its line. */
export const step = byKey<Unplaced>(STEPS, { heal: HEAL_ALL }, 'a step');
