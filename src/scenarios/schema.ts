import { z } from 'zod';
import { parseDurationMs } from '../model/duration.js';
import { PERSISTENCE } from '../model/spec.js';
import {
  type Condition,
  DEFAULT_SHAPE,
  INVARIANTS,
  type Scenario,
  type Shape,
  type Step,
} from './scenario.js';

/** The format of scenario files, as docs/scenarios.md has it: kebab-case keys, durations as `2s`. */

const duration = z.union([z.string(), z.number()]).transform((text, context): number => {
  const ms = parseDurationMs(String(text));
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: 'expected a duration (250ms, 5s, 2m)' });
  return z.NEVER;
});

const WHO =
  /^(master|old-master|new-master|leader|other-sentinel|replicas|nodes|sentinels|client|replica-[1-9]|redis-[1-9]\d?|sentinel-[1-9]\d?)$/;
const who = z.string().regex(WHO, {
  error:
    'expected a node (redis-2, sentinel-1) or a role (master, old-master, new-master, replica-1, leader, other-sentinel, replicas, nodes, sentinels, client)',
});
const whos = z.union([who.transform((one) => [one]), z.array(who).min(1)]);
/** A fault's own words, which the catalogue knows: `master+sentinel`, `redis-1,sentinel-1|redis-2,redis-3`. */
const target = z
  .string()
  .regex(/^[a-z0-9,|+_-]+$/, { error: 'expected a target: a node, a role, or groups of them (a,b|c,d)' });
const targets = z.union([target.transform((one) => [one]), z.array(target).min(1)]);
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const texts = z.record(z.string(), scalar.transform(String));
const count = z.int().min(0);

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

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads what the first key that is known names; `known` is what the message lists. */
function byKey<T>(
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

export const condition = byKey<Condition>(CONDITIONS, BARE, 'a condition');

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
const step = byKey<Unplaced>(STEPS, { heal: HEAL_ALL }, 'a step');

const shape = z
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
      quorum: s.quorum ?? Math.floor(sentinels / 2) + 1,
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

/** A whole file; `line` of the steps and `file` are filled in by whoever knows them. */
export const scenarioFile = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, { error: 'expected a name of a-z, 0-9 and -' }),
  summary: z.string().min(5).max(120),
  tags: z.array(z.string().regex(/^[a-z0-9-]+$/)).default([]),
  source: z.string().nullable().default(null),
  cluster: shape.default(DEFAULT_SHAPE),
  drivers: z
    .array(z.enum(['process', 'docker']))
    .min(1)
    .default(['process', 'docker']),
  workload: workload.default(null),
  steps: z.array(step).min(1),
  expect: z.array(condition).default([]),
  invariants: z.array(z.enum(INVARIANTS)).default([]),
  weakness: weakness.nullable().default(null),
});

/** What the file says, before the lines are known. */
export type ScenarioFile = z.output<typeof scenarioFile>;

/** Puts the parts together. */
export function scenarioOf(read: ScenarioFile, lines: readonly number[], file: string): Scenario {
  const { cluster, steps, ...rest } = read;
  return {
    ...rest,
    shape: cluster,
    steps: steps.map((s, i) => ({ ...s, line: lines[i] ?? 0 }) as Step),
    file,
  };
}
