import { appendRun, KEPT_RUNS } from '../cluster/store/history.js';
import type { RunRecord, Spread } from '../cluster/store/run-record.js';
import { metricNamed } from '../observe/metrics.js';
import type { FailoverResult } from '../observe/result.js';

/** Writes a run into its cluster's history below the home directory. Throws `state-directory` (3). */
export async function recordRun(
  home: string,
  result: FailoverResult,
  keep: number = KEPT_RUNS,
): Promise<void> {
  await appendRun(home, result.cluster, runRecordOf(result), keep);
}

/** What a history keeps of a result. Pure. */
export function runRecordOf(result: FailoverResult): RunRecord {
  const { trials, summary, workload, engine, config } = result;
  const { downAfterMs, failoverTimeoutMs, quorum, parallelSyncs } = config;
  const ledgers = trials.flatMap((t) => t.ledger ?? []);
  // What could not be read back is not "nothing lost".
  const isCounted = trials.every((t) => t.ledger === undefined || metricNamed('ledger.lost')?.of(t) != null);
  return {
    startedAt: result.startedAt,
    outcome: result.outcome,
    reason: result.reason,
    complete: result.complete,
    driver: result.driver,
    engine: `${engine.name} ${engine.version}`,
    fault: result.fault,
    masterName: result.masterName,
    config: { downAfterMs, failoverTimeoutMs, quorum, parallelSyncs },
    workload: workload === null ? null : { clients: workload.clients, policy: workload.policy },
    rejoin: trials.find((t) => t.rejoin !== null)?.rejoin?.mode ?? null,
    trials: trials.length,
    held: trials.filter((t) => t.outcome === 'holds').length,
    switchedMs: spreadOf(summary.switchedMs),
    outageMs: spreadOf(summary['client.outageMs']),
    ledger:
      ledgers.length === 0 || !isCounted
        ? null
        : {
            acknowledged: ledgers.reduce((n, l) => n + l.acknowledged, 0),
            lost: ledgers.reduce((n, l) => n + l.lost, 0),
          },
    seed: result.seed,
    command: result.command,
  };
}

const spreadOf = (metric: Spread | undefined): Spread | null =>
  metric === undefined ? null : { p50: metric.p50, max: metric.max };
