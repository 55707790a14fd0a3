import { z } from 'zod';
import { DRIVER_NAMES } from '../../model/drivers.js';
import { majorityOf } from '../../model/sentinel-timing.js';
import { PERSISTENCE } from '../../model/spec.js';
import { invariantId } from '../../observe/result.js';
import {
  DEFAULT_SHAPE,
  INVARIANTS,
  type Scenario,
  type Shape,
  type Step,
  type Unplaced,
} from './scenario.js';
import { byKey, condition, count, duration, targets, texts, who, whos } from './schema-conditions.js';

/** The format of scenario files, as docs/scenarios.md has it: kebab-case keys, durations as `2s`. */

/** Steps that are maps, by the key that names them. */
const STEPS = {
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

export const shape = z
  .strictObject({
    replicas: z.int().min(1).max(9).optional(),
    sentinels: z.int().min(1).max(9).optional(),
    quorum: z.int().min(1).max(9).optional(),
    'down-after': duration.optional(),
    'failover-timeout': duration.optional(),
    persistence: z.enum(PERSISTENCE).optional(),
    loopback: z.enum(['shared', 'own']).optional(),
    'redis-conf': texts.optional(),
  })
  .transform((s): Shape => {
    const sentinels = s.sentinels ?? DEFAULT_SHAPE.sentinels;
    return {
      replicas: s.replicas ?? DEFAULT_SHAPE.replicas,
      sentinels,
      quorum: s.quorum ?? majorityOf(sentinels),
      downAfterMs: s['down-after'] ?? DEFAULT_SHAPE.downAfterMs,
      failoverTimeoutMs: s['failover-timeout'] ?? DEFAULT_SHAPE.failoverTimeoutMs,
      persistence: s.persistence ?? DEFAULT_SHAPE.persistence,
      loopback: s.loopback ?? DEFAULT_SHAPE.loopback,
      redisConf: Object.entries(s['redis-conf'] ?? {}),
    };
  });

const workload = z.union([
  z.literal('none').transform(() => null),
  z
    .strictObject({
      clients: z.int().min(1).max(1000).default(4),
      rate: count.default(200),
      policy: z
        .string()
        .regex(/^(default|tuned|wait:[1-9])$/, { error: 'expected default, tuned or wait:N' })
        .default('tuned'),
    })
    .transform(({ clients, rate, policy }) => ({ clients, ratePerS: rate, policy })),
]);

const weakness = z.strictObject({
  explanation: z.string().min(1),
  advice: z.string().min(1),
  shows: z.array(condition).min(1),
  probable: z.boolean().default(false),
});

/** A whole file; scenarioOf adds the steps' lines and the file. */
export const scenarioFile = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, { error: 'expected a name of a-z, 0-9 and -' }),
  summary: z.string().min(5).max(120),
  tags: z.array(z.string().regex(/^[a-z0-9-]+$/)).default([]),
  source: z.string().nullable().default(null),
  cluster: shape.default(DEFAULT_SHAPE),
  drivers: z
    .array(z.enum(DRIVER_NAMES))
    .min(1)
    .default([...DRIVER_NAMES]),
  workload: workload.default(null),
  steps: z.array(step).min(1),
  expect: z.array(condition).default([]),
  invariants: z
    .array(z.preprocess((id) => (typeof id === 'string' ? invariantId(id) : id), z.enum(INVARIANTS)))
    .default([]),
  weakness: weakness.nullable().default(null),
});

/** What the file says, before the lines are known. */
export type ScenarioFile = z.output<typeof scenarioFile>;

export function scenarioOf(read: ScenarioFile, lines: readonly number[], file: string): Scenario {
  const { cluster, steps, ...rest } = read;
  return {
    ...rest,
    shape: cluster,
    steps: steps.map((s, i) => ({ ...s, line: lines[i] ?? 0 }) as Step),
    file,
  };
}
