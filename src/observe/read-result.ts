import { z } from 'zod';
import { messageOf, type OperatorError, usageError } from '../errors.js';
import { abbreviate } from '../model/spec.js';
import { type FailoverResult, FORMER_IDS, invariantId, LOSS_CAUSES, PHASES } from './result.js';

const verdict = z.enum(['holds', 'violated', 'unknown']);
const ms = z.number();
const msOrNull = z.number().nullable();
const count = z.number();
const node = z.looseObject({ id: z.string(), host: z.string(), port: z.number() });
/** A former id becomes the present one. */
const invariant = z
  .looseObject({
    id: z.string(),
    verdict,
    evidence: z.string(),
    aliases: z.array(z.string()).exactOptional(),
  })
  .transform((read) => {
    const id = invariantId(read.id);
    return { ...read, id, ...(FORMER_IDS[id] && { aliases: [...FORMER_IDS[id]] }) };
  });

const lane = z.looseObject({
  id: z.string(),
  outageMs: msOrNull,
  recoveredMs: msOrNull,
  fromMs: ms,
  bucketMs: ms,
  ok: z.array(count),
  errors: z.array(count),
});

const client = z.looseObject({
  policy: z.string(),
  outageMs: msOrNull,
  firstRecoveredMs: msOrNull,
  lastRecoveredMs: msOrNull,
  errors: z.record(z.string(), count),
  latencyMs: z.looseObject({ p50: ms, p95: ms, p99: ms, max: ms }).nullable(),
  clients: z.array(lane),
  overTime: z
    .looseObject({
      fromMs: ms,
      bucketMs: ms,
      ok: z.array(count),
      errors: z.array(count),
      p50Ms: z.array(msOrNull),
      p99Ms: z.array(msOrNull),
    })
    .exactOptional(),
});

const cause = z.enum(LOSS_CAUSES);
const ledger = z.looseObject({
  attempted: count,
  acknowledged: count,
  indeterminate: count,
  failed: count,
  lost: count,
  recovered: count,
  unexpected: count,
  staleReads: count.nullable(),
  causes: z.partialRecord(cause, count),
  missingAt: z.array(z.looseObject({ id: z.string(), missing: count.nullable() })),
  lostRuns: z.array(
    z.looseObject({
      client: z.string(),
      fromMs: ms,
      toMs: ms,
      count,
      acknowledgedBy: z.string(),
      cause,
    }),
  ),
});

const trial = z.looseObject({
  untested: z.string().exactOptional(),
  cutShort: z.literal(true).exactOptional(),
  restored: z
    .looseObject({ undone: z.array(z.string()), master: node.nullable(), keysRemoved: count })
    .exactOptional(),
  secondMasterMs: ms.exactOptional(),
  outcome: verdict.exactOptional(),
  broken: z.array(z.string()).exactOptional(),
  faultAt: z.string(),
  oldMaster: node,
  newMaster: node.nullable(),
  phases: z.record(z.enum(PHASES), msOrNull),
  sdownAt: z.record(z.string(), ms),
  reasons: z.array(
    z.looseObject({
      phase: z.enum(PHASES),
      stepMs: msOrNull,
      predictedMs: ms,
      waitsFor: z.string(),
      why: z.string().nullable(),
    }),
  ),
  overheadMs: msOrNull,
  rejoin: z
    .looseObject({
      mode: z.enum(['as-crashed', 'guarded', 'thawed']),
      restartedMs: msOrNull,
      convertedMs: msOrNull,
      linkUpMs: msOrNull,
      caughtUpMs: msOrNull,
      zombieMs: msOrNull,
      zombieWrites: count.exactOptional(),
    })
    .nullable(),
  client: client.exactOptional(),
  ledger: ledger.exactOptional(),
  invariants: z.array(invariant),
  spurious: z.array(z.string()),
  events: z.array(z.looseObject({ atMs: ms, source: z.string(), name: z.string(), message: z.string() })),
});

/** Loose: fields may be added, and what is read is handed on as a whole. */
const result = z.looseObject({
  outcome: verdict,
  reason: z.string(),
  complete: z.boolean(),
  trialsAsked: count.exactOptional(),
  account: z.array(z.string()).exactOptional(),
  stoppedBy: z.string().exactOptional(),
  cluster: z.string(),
  masterName: z.string(),
  driver: z.string(),
  fault: z.string(),
  faultForMs: msOrNull,
  seed: z.number(),
  startedAt: z.string(),
  command: z.string(),
  engine: z.looseObject({ name: z.string(), version: z.string() }),
  topology: z
    .array(
      z.looseObject({
        ...node.shape,
        kind: z.enum(['data', 'sentinel']),
        role: z.enum(['master', 'replica']).nullable(),
        version: z.string().nullable(),
        settings: z.record(z.string(), z.string()),
      }),
    )
    .exactOptional(),
  config: z.looseObject({
    downAfterMs: ms,
    earliestDownAfterMs: ms.exactOptional(),
    failoverTimeoutMs: ms,
    quorum: count,
    parallelSyncs: count,
  }),
  budgetMs: ms,
  outageBudgetMs: msOrNull.exactOptional(),
  workload: z
    .looseObject({
      clients: count,
      ratePerS: z.number(),
      pipeline: count,
      readRatio: z.number(),
      readFrom: z.enum(['master', 'replicas']),
      policy: z.string(),
    })
    .nullable(),
  trials: z.array(trial),
  summary: z.record(
    z.string(),
    z.looseObject({
      n: count,
      p50: z.number(),
      p95: z.number(),
      max: z.number(),
      ci95: z.tuple([z.number(), z.number()]).nullable(),
    }),
  ),
  thresholds: z.array(
    z.looseObject({ expression: z.string(), value: z.number().nullable(), holds: verdict }),
  ),
  invariants: z.array(invariant),
}) satisfies z.ZodType<FailoverResult>;

/** How many of the things that are wrong are named. */
const NAMED = 5;

/**
 * Reads the document that `failover-test --json` printed or `--report` wrote. Throws `not-a-result` (64) that names
 * what is missing or wrong, by its path.
 */
export function readResult(text: string): FailoverResult {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw notAResult(abbreviate(messageOf(error).replace(/\p{C}/gu, ' '), 200));
  }
  const failure = z.object({ error: z.object({ message: z.string() }) }).safeParse(document);
  if (failure.success) {
    throw notAResult(`it contains the error of a failed run: ${abbreviate(failure.data.error.message, 200)}`);
  }
  const read = result.safeParse(document);
  if (read.success) return read.data;
  const { issues } = read.error;
  const rest = issues.length > NAMED ? [`and ${issues.length - NAMED} more`] : [];
  throw notAResult(
    [...issues.slice(0, NAMED).map((issue) => issueText(issue, document)), ...rest].join('\n'),
  );
}

/** `trials[0].phases.sdownMs is missing`. */
function issueText({ path, message }: z.core.$ZodIssue, document: unknown): string {
  const steps = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`));
  const name = abbreviate(steps.join('').replace(/^\./, '').replace(/\p{C}/gu, ' '), 100);
  const there = path.reduce<unknown>(
    (part, key) =>
      typeof part === 'object' && part !== null ? (part as Record<PropertyKey, unknown>)[key] : undefined,
    document,
  );
  if (name === '') return message;
  return there === undefined ? `${name} is missing` : `${name}: ${message}`;
}

const notAResult = (why: string): OperatorError =>
  usageError('not-a-result', 'this is not the result of a failover-test', {
    why,
    hint: 'a failover test with --report report.json writes one: sentinelctl failover-test --help',
  });
