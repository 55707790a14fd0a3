import { type Combination, type SweepOptions, sweepResultOf } from '../../src/failover/sweep/verdict.js';
import { DEFAULT_SPEC } from '../../src/model/spec.js';
import type { FailoverResult, Trial } from '../../src/observe/result.js';
import type { SweepResult } from '../../src/observe/sweep-result.js';
import { client, ledger, resultOfTrials, trial } from './trials.js';

const SWEEP: SweepOptions = {
  downAfterMs: [1000, 3000],
  minReplicas: [0, 1],
  maxLagS: 10,
  trials: 3,
  seed: 1,
  fault: { name: 'kill' },
  rejoin: 'as-crashed',
  workload: {
    clients: 8,
    ratePerS: 1000,
    pipeline: 1,
    readRatio: 0,
    readFrom: 'master',
    policy: 'tuned',
  },
  command: 'sentinelctl sweep --cluster default',
};

/** Three trials: the outage and the loss of the first, each later one 100 ms longer. */
export const runOf = (outageMs: number, lost: number): FailoverResult =>
  resultOfTrials(
    [0, 100, 200].map((more): Trial => {
      const at = outageMs + more;
      return trial({
        phases: { switchedMs: at - 50 },
        client: client({ outageMs: at, lastRecoveredMs: at }),
        ledger: ledger({ lost }),
      });
    }),
  );

/** What broke a sweep did so within a combination that has no result, or within the last one where that is not whole. */
const begunBefore = (runs: readonly FailoverResult[], broken: unknown): number =>
  runs.length + (broken === undefined || runs.at(-1)?.complete === false ? 0 : 1);

/** What the sweep of these runs comes to, one for each combination in its order. */
export function sweepOf(
  runs: readonly FailoverResult[],
  change: Partial<SweepResult> = {},
  broken?: unknown,
  { trials = SWEEP.trials, begun = begunBefore(runs, broken) } = {},
): SweepResult {
  const combinations = SWEEP.downAfterMs.flatMap((downAfterMs) =>
    SWEEP.minReplicas.map((minReplicas): Combination => ({ downAfterMs, minReplicas })),
  );
  const result = sweepResultOf({
    plan: { spec: { ...DEFAULT_SPEC }, driver: 'process', nodes: [] },
    options: { ...SWEEP, trials },
    warnings: [],
    startedAt: '2026-01-02T03:04:00.000Z',
    runs: runs.flatMap((run, i): [Combination, FailoverResult][] => {
      const combination = combinations[i];
      return combination === undefined ? [] : [[combination, run]];
    }),
    begun,
    restoration: { restored: true, problems: [], commands: [] },
    broken,
  });
  return { ...result, ...change };
}
