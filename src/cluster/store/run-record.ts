/** A run in one line of its cluster's history; fields may be added, never renamed. */
export interface RunRecord {
  /** ISO 8601, on the wall clock. */
  startedAt: string;
  outcome: 'holds' | 'violated' | 'unknown';
  /** One sentence: why. */
  reason: string;
  /** False where the run did not get to its end. */
  complete: boolean;
  driver: string;
  /** `redis 7.0.15`. */
  engine: string;
  fault: string;
  /** Absent in lines of older releases. */
  masterName?: string;
  config: { downAfterMs: number; failoverTimeoutMs: number; quorum: number; parallelSyncs: number };
  /** Null where no clients wrote. */
  workload: { clients: number; policy: string } | null;
  /** How the old master came back; null where no trial got that far. Absent in lines of older releases. */
  rejoin?: 'as-crashed' | 'guarded' | 'thawed' | null;
  trials: number;
  /** How many of them held all their invariants. */
  held: number;
  /** From the fault to the first switch, in milliseconds; null where none was seen. */
  switchedMs: Spread | null;
  /** The worst client's outage, in milliseconds; null where none was measured. */
  outageMs: Spread | null;
  /** Over all trials; null where no ledger was kept, or a trial's writes could not be read back. */
  ledger: { acknowledged: number; lost: number } | null;
  seed: number;
  /** The command line that runs it again. */
  command: string;
}

export interface Spread {
  p50: number;
  max: number;
}

/** What changed against an earlier run of the same settings; null where there is nothing to compare. */
export interface Trend {
  /** `startedAt` of that run. */
  since: string;
  /** Differences of the medians, in milliseconds. */
  switchedMs: number | null;
  outageMs: number | null;
  /** Of writes; null where the numbers of trials differ. */
  lost: number | null;
}

/** A line of a history; undefined where it is none. Only what is shown is looked at. */
export function readRun(line: string): RunRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const run = value as Partial<RunRecord> | null;
  const whole =
    typeof run === 'object' &&
    run !== null &&
    typeof run.startedAt === 'string' &&
    typeof run.fault === 'string' &&
    typeof run.driver === 'string' &&
    typeof run.trials === 'number' &&
    typeof run.held === 'number' &&
    typeof run.config?.downAfterMs === 'number' &&
    ['holds', 'violated', 'unknown'].includes(String(run.outcome)) &&
    isSpread(run.switchedMs) &&
    isSpread(run.outageMs) &&
    (run.ledger === null || typeof run.ledger?.lost === 'number') &&
    (run.workload === null || typeof run.workload?.clients === 'number');
  return whole ? (run as RunRecord) : undefined;
}

const isSpread = (value: Spread | null | undefined): boolean =>
  value === null || (typeof value?.p50 === 'number' && typeof value.max === 'number');

/** The master that a run was about; null where its line does not say. */
export const masterOf = ({ masterName, command }: RunRecord): string | null =>
  masterName ?? /--master-name[ =](\S+)/.exec(command ?? '')?.[1] ?? null;

/** Each run's trend against the last one before it that had the same master, fault, return, settings and clients. Pure. */
export function trendsOf(runs: readonly RunRecord[]): (Trend | null)[] {
  const last = new Map<string, RunRecord>();
  return runs.map((run) => {
    const key = JSON.stringify([masterOf(run), run.fault, run.rejoin, run.driver, run.config, run.workload]);
    const former = last.get(key);
    // A run that was cut short is not compared with the next one.
    if (run.complete) last.set(key, run);
    return former === undefined ? null : trend(former, run);
  });
}

function trend(former: RunRecord, run: RunRecord): Trend {
  const less = (a: number | undefined, b: number | undefined): number | null =>
    a === undefined || b === undefined ? null : Math.round((a - b) * 10) / 10;
  return {
    since: former.startedAt,
    switchedMs: less(run.switchedMs?.p50, former.switchedMs?.p50),
    outageMs: less(run.outageMs?.p50, former.outageMs?.p50),
    lost: run.trials === former.trials ? less(run.ledger?.lost, former.ledger?.lost) : null,
  };
}
