import type { LedgerSummary, LossCause } from '../observe/result.js';
import { bitAt, byteAt, countBits, countWhere } from './bits.js';
import { causeOf, type LossContext } from './cause.js';
import type { Final } from './read-back.js';
import { type ClientRecord, runsOf, type WorkloadRecord } from './record.js';

/**
 * What became of every acknowledged write, by the state of the node `authoritative`: lost = acknowledged − final,
 * recovered = indeterminate ∩ final, unexpected = final − attempted, and what is there although it was certainly
 * refused. Where that node did not answer, its entry in `missingAt` is null, and nothing is said to be lost,
 * recovered or unexpected: that is not known.
 */
export function ledgerOf(
  record: WorkloadRecord,
  finals: readonly Final[],
  authoritative: string,
  context: LossContext,
): LedgerSummary {
  const truth = finals.find((final) => final.id === authoritative)?.bits ?? null;
  const sum = (of: (client: ClientRecord, index: number) => number): number =>
    record.clients.reduce((total, client, index) => total + of(client, index), 0);
  const against = (of: (client: ClientRecord, final: Uint8Array) => number): number =>
    truth === null ? 0 : sum((client, index) => of(client, truth[index] ?? new Uint8Array(0)));

  const attempted = sum((client) => client.attempted);
  const acknowledged = sum((client) => countBits(client.acknowledged));
  const indeterminate = sum((client) => countBits(client.indeterminate));
  const lostRuns = truth === null ? [] : lostRunsOf(record, truth, context);
  const causes: Partial<Record<LossCause, number>> = {};
  for (const { cause, count } of lostRuns) causes[cause] = (causes[cause] ?? 0) + count;
  return {
    attempted,
    acknowledged,
    indeterminate,
    failed: attempted - acknowledged - indeterminate,
    lost: against(missing),
    recovered: against((client, final) =>
      countWhere(final.length, (b) => byteAt(client.indeterminate, b) & byteAt(final, b)),
    ),
    unexpected: against((client, final) =>
      countWhere(
        final.length,
        (b) => byteAt(final, b) & ~(byteAt(client.acknowledged, b) | byteAt(client.indeterminate, b)),
      ),
    ),
    staleReads: record.reads > 0 ? record.staleReads : null,
    causes,
    missingAt: finals.map(({ id, bits }) => ({
      id,
      missing:
        bits === null ? null : sum((client, index) => missing(client, bits[index] ?? new Uint8Array(0))),
    })),
    lostRuns: fewRuns(lostRuns),
  };
}

/** How many acknowledged writes are not there. */
const missing = ({ acknowledged }: ClientRecord, final: Uint8Array): number =>
  countWhere(acknowledged.length, (b) => byteAt(acknowledged, b) & ~byteAt(final, b));

function lostRunsOf(record: WorkloadRecord, truth: Uint8Array[], context: LossContext): LostRun[] {
  const all: LostRun[] = [];
  for (const [index, client] of record.clients.entries()) {
    const final = truth[index] ?? new Uint8Array(0);
    if (missing(client, final) === 0) continue;
    for (const run of runsOf(record, client)) {
      let count = 0;
      for (let seq = run.firstSeq; seq < run.firstSeq + run.count; seq++) count += 1 - bitAt(final, seq);
      if (count === 0) continue;
      const acknowledgedBy = record.nodes[run.node] ?? 'unknown';
      const atMs = tenths(run.atMs - context.faultAtMs);
      const cause = causeOf(context, acknowledgedBy, run.atMs);
      const next = { client: client.id, fromMs: atMs, toMs: atMs, count, acknowledgedBy, cause };
      const last = all.at(-1);
      // Joined at once, so that ten million losses are not ten million objects.
      if (goesOn(last, next)) {
        last.toMs = atMs;
        last.count += count;
      } else all.push(next);
    }
  }
  return all;
}

/** Milliseconds as they are read: to a tenth. */
const tenths = (ms: number): number => Math.round(ms * 10) / 10;

/** Writes that `node` acknowledged from `fromMs` to `toMs`, on the record's clock. */
export function zombieWritesOf(record: WorkloadRecord, node: string, fromMs: number, toMs: number): number {
  let writes = 0;
  for (const client of record.clients) {
    for (const run of runsOf(record, client)) {
      if (record.nodes[run.node] === node && run.atMs >= fromMs && run.atMs <= toMs) writes += run.count;
    }
  }
  return writes;
}

type LostRun = LedgerSummary['lostRuns'][number];

/** What a report can carry. */
const MAX_RUNS = 500;
const FIRST_GAP_MS = 50;

/**
 * Joins runs of one client, node and cause that are close to each other, more and more generously until there are
 * few enough; of what is then left over, the largest. Takes each client's runs together and in their order.
 */
function fewRuns(runs: LostRun[], max = MAX_RUNS): LostRun[] {
  let few = joinedWithin(runs, FIRST_GAP_MS);
  for (let gapMs = FIRST_GAP_MS * 2; few.length > max && gapMs < 1e8; gapMs *= 2)
    few = joinedWithin(few, gapMs);
  if (few.length <= max) return few;
  const large = new Set([...few].sort((a, b) => b.count - a.count).slice(0, max));
  return few.filter((run) => large.has(run));
}

/** True where the second goes on from the first. */
const goesOn = (run: LostRun | undefined, next: LostRun, gapMs = FIRST_GAP_MS): run is LostRun =>
  run !== undefined &&
  run.client === next.client &&
  run.cause === next.cause &&
  run.acknowledgedBy === next.acknowledgedBy &&
  next.fromMs - run.toMs <= gapMs;

function joinedWithin(runs: LostRun[], gapMs: number): LostRun[] {
  const joined: LostRun[] = [];
  for (const next of runs) {
    const run = joined.at(-1);
    if (goesOn(run, next, gapMs)) {
      run.toMs = next.toMs;
      run.count += next.count;
    } else joined.push({ ...next });
  }
  return joined;
}
