import type { LedgerSummary } from '../observe/result.js';

export type LostRun = LedgerSummary['lostRuns'][number];

/** What a report can carry. */
const MAX_RUNS = 500;
const FIRST_GAP_MS = 50;

/**
 * Joins runs of one client, node and cause that are close to each other, more and more generously until there are
 * few enough; of what is then left over, the largest. Takes each client's runs together and in their order.
 */
export function fewRuns(runs: LostRun[], max = MAX_RUNS): LostRun[] {
  let few = joinedWithin(runs, FIRST_GAP_MS);
  for (let gapMs = FIRST_GAP_MS * 2; few.length > max && gapMs < 1e8; gapMs *= 2)
    few = joinedWithin(few, gapMs);
  if (few.length <= max) return few;
  const large = new Set([...few].sort((a, b) => b.count - a.count).slice(0, max));
  return few.filter((run) => large.has(run));
}

/** True where the second goes on from the first. */
export const goesOn = (run: LostRun | undefined, next: LostRun, gapMs = FIRST_GAP_MS): run is LostRun =>
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
