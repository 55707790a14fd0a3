import { formatDurationMs, humanDurationMs } from '../../model/duration.js';
import { command } from '../../model/hints.js';
import { count, named } from '../../model/words.js';
import type { FailoverResult, Trial, Verdict, WorkloadSettings } from '../../observe/result.js';
import { together } from '../plain-text.js';
import { ledgerTotals } from './losses.js';
import { groupedCount } from './metrics.js';

/** The worst of several verdicts; `unknown` when there is none. */
function worstOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('violated')) return 'violated';
  return verdicts.length === 0 || verdicts.includes('unknown') ? 'unknown' : 'holds';
}

/** Said of a result with `complete: false`. */
export const INCOMPLETE = 'the run ended early: what is shown was measured, the rest is missing';

/** `redis-1 → redis-2`. What an interrupted trial did not see may still have happened. */
export const masterMove = ({ oldMaster, newMaster, cutShort }: Trial): string =>
  `${oldMaster.id} → ${newMaster?.id ?? (cutShort === true ? 'not seen' : 'no new master')}`;

/** A trial by its own invariants; thresholds are judged over all trials. */
export const trialVerdict = ({ untested, invariants }: Trial): Verdict =>
  worstOf([...(untested === undefined ? [] : (['unknown'] as const)), ...invariants.map((i) => i.verdict)]);

/**
 * `mymaster moved from redis-1 to redis-2 …, first switch after 6.29 s, budget 7.00 s; 40 acknowledged writes lost`;
 * over trials: how many of them.
 */
export function headline(result: FailoverResult): string {
  const lost = ledgerTotals(result)?.lost ?? 0;
  return `${switchWords(result)}${lost === 0 ? '' : `; ${groupedCount(lost, 'acknowledged write')} lost`}`;
}

function switchWords(result: FailoverResult): string {
  const { trials, masterName } = result;
  const [only, ...others] = trials;
  const budget = `budget ${time(result.budgetMs)}`;
  if (only === undefined) return `${masterName}: nothing was measured`;
  if (others.length > 0) return `${severalHeadline(result)}, ${budget}`;
  if (only.untested !== undefined) return `${masterName} is still ${named(only.oldMaster)}`;
  const { switchedMs } = only.phases;
  const moved =
    only.newMaster === null
      ? `${masterName} ${only.cutShort === true ? 'had no new master yet' : 'has no new master'} after the loss of ${named(only.oldMaster)}`
      : `${masterName} moved from ${only.oldMaster.id} to ${named(only.newMaster)}`;
  return switchedMs === null
    ? `${moved}, no switch was seen, ${budget}`
    : `${moved}, first switch after ${time(switchedMs)}, ${budget}`;
}

function severalHeadline({ trials, masterName, summary }: FailoverResult): string {
  const held = trials.filter((t) => trialVerdict(t) === 'holds').length;
  const switched = summary.switchedMs;
  const first = `${masterName}: ${held} of ${count(trials.length, 'trial')} held`;
  if (switched === undefined) return `${first}, no switch was seen`;
  const missing = trials.length - switched.n;
  const never = missing > 0 ? `, ${missing} without a switch` : '';
  return `${first}, first switch after ${time(switched.p50)} (median), ${time(switched.max)} at worst${never}`;
}

const time = (ms: number): string => together(humanDurationMs(ms));

/** The settings of a run: `fault kill SIGKILL at …; cluster default (process), redis 7.0.15, down-after 5s, quorum 2; …`. */
export function settingOf(result: FailoverResult): string {
  const { config, engine, workload } = result;
  const parts = [
    `fault ${result.fault} at ${result.startedAt}`,
    `cluster ${result.cluster} (${result.driver}), ${engine.name} ${engine.version}, down-after ${formatDurationMs(config.downAfterMs)}, quorum ${config.quorum}`,
    ...(workload === null ? [] : [workloadWords(workload)]),
    `seed ${result.seed}`,
  ];
  return parts.join('; ');
}

/** `8 clients (tuned) at 2000 operations per second`. */
export function workloadWords(workload: WorkloadSettings): string {
  const { clients, policy, ratePerS, pipeline, readRatio, readFrom } = workload;
  return [
    `${count(clients, 'client')} (${policy}) ${ratePerS === 0 ? 'as fast as possible' : `at ${ratePerS} operations per second`}`,
    ...(pipeline > 1 ? [`pipeline ${pipeline}`] : []),
    ...(readRatio > 0 ? [`${Math.round(readRatio * 100)} % reads from the ${readFrom}`] : []),
  ].join(', ');
}

/** The next commands; `again` repeats the run. */
export function nextCommands(result: FailoverResult, again: string): string[] {
  const { cluster, outcome } = result;
  const last = result.trials.at(-1);
  if (last !== undefined && last.rejoin === null && last.newMaster !== null && last.cutShort !== true) {
    return [command(`start ${last.oldMaster.id}`, cluster), command('status', cluster)];
  }
  return outcome === 'holds'
    ? [command('status', cluster), again]
    : [command('status', cluster), command('logs --tail 50', cluster), again];
}
