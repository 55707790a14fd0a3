import { summarize } from '../../src/failover/summary.js';
import type {
  ClientSummary,
  FailoverResult,
  LedgerSummary,
  PhaseTimes,
  Trial,
} from '../../src/observe/result.js';

/** The phases of a usual failover with down-after 5 s, milliseconds from the fault. */
export const USUAL_PHASES: PhaseTimes = {
  sdownMs: 5050,
  odownMs: 5160,
  votesMs: 5165,
  electedMs: 5220,
  selectedMs: 5270,
  writableMs: 5400,
  promotedMs: 6200,
  switchedMs: 6270,
  agreedMs: 6310,
  reattachedMs: 6340,
};

/** Nothing of it came. */
export const NO_PHASES = Object.fromEntries(Object.keys(USUAL_PHASES).map((id) => [id, null])) as PhaseTimes;

/** A trial without a workload that went as it should; whatever is given replaces that. */
export function trial(change: Partial<Omit<Trial, 'phases'>> & { phases?: Partial<PhaseTimes> } = {}): Trial {
  const phases = { ...USUAL_PHASES, ...change.phases };
  const { switchedMs } = phases;
  return {
    faultAt: '2026-01-02T03:04:05.678Z',
    oldMaster: { id: 'redis-1', host: '127.0.0.1', port: 6379 },
    newMaster: { id: 'redis-2', host: '127.0.0.1', port: 6380 },
    sdownAt: {},
    reasons: [],
    overheadMs: switchedMs === null ? null : switchedMs - 5000,
    rejoin: {
      mode: 'as-crashed',
      restartedMs: 6400,
      convertedMs: 16_600,
      linkUpMs: 16_620,
      caughtUpMs: 16_625,
      zombieMs: 10_150,
    },
    invariants: [],
    spurious: [],
    events: [],
    ...change,
    phases,
  };
}

/** A failover that never came: nothing was promoted, so nothing could rejoin. */
export const nothingCame = (change: Partial<Trial> = {}): Trial =>
  trial({ newMaster: null, overheadMs: null, rejoin: null, ...change, phases: NO_PHASES });

/** What eight clients saw of a usual trial. */
export const client = (change: Partial<ClientSummary> = {}): ClientSummary => ({
  policy: 'tuned',
  outageMs: 6350,
  firstRecoveredMs: 6300,
  lastRecoveredMs: 6350,
  errors: { closed: 8, timeout: 2 },
  latencyMs: { p50: 0.3, p95: 0.9, p99: 2, max: 6350 },
  clients: [],
  ...change,
});

/** A ledger that was read back from all three nodes and lost nothing. */
export const ledger = (change: Partial<LedgerSummary> = {}): LedgerSummary => ({
  attempted: 1010,
  acknowledged: 1000,
  indeterminate: 2,
  failed: 8,
  lost: 0,
  recovered: 1,
  unexpected: 0,
  staleReads: null,
  causes: {},
  missingAt: ['redis-1', 'redis-2', 'redis-3'].map((id) => ({ id, missing: 0 })),
  lostRuns: [],
  ...change,
});

/** A whole run of these trials; whatever is given replaces what is usual. */
export function resultOfTrials(trials: Trial[], change: Partial<FailoverResult> = {}): FailoverResult {
  return {
    outcome: 'holds',
    reason: 'the first sentinel switched 6.27 s after the fault',
    complete: true,
    cluster: 'default',
    masterName: 'mymaster',
    driver: 'process',
    fault: 'kill',
    faultForMs: null,
    seed: 1,
    startedAt: '2026-01-02T03:04:00.000Z',
    command: 'sentinelctl failover-test --cluster default',
    engine: { name: 'redis', version: '7.0.15' },
    config: { downAfterMs: 5000, failoverTimeoutMs: 60_000, quorum: 2, parallelSyncs: 1 },
    budgetMs: 7000,
    workload: null,
    trials,
    summary: summarize(trials),
    thresholds: [],
    invariants: [],
    ...change,
  };
}
