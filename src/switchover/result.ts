import type { LiveCluster } from '../cluster/open.js';
import { type NodeSettings, topologyOf } from '../failover/topology.js';
import { driverWord } from '../model/plan.js';
import type { Snapshot } from '../model/snapshot.js';
import { ascending, medianInterval95, percentileOf } from '../model/statistics.js';
import { count } from '../model/words.js';
import type { MetricSummary, Verdict } from '../observe/result.js';
import type {
  Precondition,
  Rehearsed,
  SwitchoverResult,
  SwitchoverTrial,
} from '../observe/switchover-result.js';
import { refOf } from './judge.js';
import type { Look } from './look.js';
import { MAX_GAP_MS, type SwitchoverOptions } from './options.js';

/** What was read, done and seen. */
export interface Played {
  look: Look;
  preconditions: Precondition[];
  rehearsal: Rehearsed[];
  after: Snapshot | null;
  trials: SwitchoverTrial[];
  stoppedBy?: string;
}

const NO_SETTINGS: NodeSettings = new Map();

/** Everything in the shape that scripts rely on. Pure. */
export function resultOf(live: LiveCluster, options: SwitchoverOptions, played: Played): SwitchoverResult {
  const { look, preconditions, rehearsal, after, trials, stoppedBy } = played;
  const { spec } = live.plan;
  const last = trials.at(-1);
  const engine = look.answerOf(look.roles.master);
  const judged = last === undefined ? verdictBefore(preconditions, rehearsal) : verdictOver(played, options);
  return {
    ...judged,
    cluster: spec.cluster,
    masterName: spec.masterName,
    driver: driverWord(live.plan),
    dryRun: options.dryRun,
    complete: stoppedBy === undefined,
    ...(stoppedBy !== undefined && { stoppedBy }),
    method: last?.method ?? look.method,
    oldMaster: last?.oldMaster ?? refOf(look.roles.master),
    newMaster: last?.newMaster ?? refOf(look.target),
    writeGapMs: last?.writeGapMs ?? null,
    syncFull: last?.syncFull ?? null,
    maxGapMs: options.maxGapMs ?? MAX_GAP_MS[look.method],
    workload: options.workload,
    engine: { name: engine?.engine ?? 'unknown', version: engine?.version ?? 'unknown' },
    config: look.roles.settings,
    pauseMs: look.pauseMs,
    budgetMs: look.budgetMs,
    preconditions,
    rehearsal,
    before: topologyOf(live.plan, look.snapshot, NO_SETTINGS),
    after: after === null ? [] : topologyOf(live.plan, after, NO_SETTINGS),
    ...(last?.ledger !== undefined && { ledger: last.ledger }),
    trials,
    summary: summaryOf(trials),
  };
}

function verdictBefore(
  preconditions: readonly Precondition[],
  rehearsal: readonly Rehearsed[],
): { outcome: Verdict; reason: string } {
  const broken = preconditions.filter(({ verdict }) => verdict === 'broken');
  const refusedBy = rehearsal.filter(({ ok }) => !ok);
  if (broken.length > 0)
    return {
      outcome: 'violated',
      reason: `${count(broken.length, 'precondition')} broken: it would be refused`,
    };
  if (refusedBy.length > 0)
    return {
      outcome: 'violated',
      reason: `the rehearsal failed at ${refusedBy.map(({ node }) => node).join(', ')}`,
    };
  const open = preconditions.filter(({ verdict }) => verdict === 'unknown').length;
  return {
    outcome: 'holds',
    reason: open === 0 ? 'every precondition holds' : `no precondition is broken, ${open} could not be read`,
  };
}

const WORST: readonly Verdict[] = ['violated', 'unknown', 'holds'];

function verdictOver(
  { trials, stoppedBy }: Played,
  options: SwitchoverOptions,
): { outcome: Verdict; reason: string } {
  const outcome = WORST.find((one) => trials.some((trial) => trial.outcome === one)) ?? 'unknown';
  const reason = trials.find((trial) => trial.outcome === outcome)?.reason ?? '';
  if (stoppedBy === undefined) return { outcome, reason };
  const stopped = `stopped after ${trials.length} of ${options.trials}: ${stoppedBy}`;
  return outcome === 'violated'
    ? { outcome, reason: `${reason}; ${stopped}` }
    : { outcome: 'unknown', reason: stopped };
}

function summaryOf(trials: readonly SwitchoverTrial[]): Record<string, MetricSummary> {
  const metrics = {
    switchMs: trials.map(({ switchMs }) => switchMs),
    writeGapMs: trials.flatMap(({ writeGapMs }) => writeGapMs ?? []),
  };
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, values]): [string, MetricSummary][] => {
      const sorted = ascending(values);
      const [p50, p95, max] = [50, 95, 100].map((p) => percentileOf(sorted, p));
      if (p50 === undefined || p95 === undefined || max === undefined) return [];
      const n = sorted.length;
      return [[name, { n, p50, p95, max, ci95: n < 3 ? null : medianInterval95(sorted) }]];
    }),
  );
}
