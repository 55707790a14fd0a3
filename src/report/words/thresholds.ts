import { humanDurationMs, parseDurationMs } from '../../model/duration.js';
import { rankOf } from '../../model/statistics.js';
import { count, listed } from '../../model/words.js';
import { metricNamed } from '../../observe/metrics.js';
import type { FailoverResult, ThresholdResult, Trial } from '../../observe/result.js';
import { together } from '../plain-text.js';
import { lostOf } from './losses.js';
import {
  ENOUGH_FOR_MEDIAN,
  ENOUGH_FOR_PERCENTILES,
  grouped,
  isTime,
  metricOf,
  metricText,
} from './metrics.js';
import { outageWords, switchWords } from './numbers.js';
import { outageText } from './outage.js';

/** A threshold's expression in its parts: `switchedMs:p(95)<5.5s`. */
interface Parts {
  metric: string;
  /** `p(95)`, `med`, `max`; empty where every trial is compared. */
  aggregation: string;
  operator: string;
  bound: string;
}

function partsOf(expression: string): Parts {
  const [, metric = '', aggregation = '', operator = '', bound = ''] =
    /^([\w.]+)(?::([^<>=!]+))?([<>=!]+)(.+)$/.exec(expression) ?? [];
  return { metric, aggregation, operator, bound };
}

/** What was measured against a threshold, in the metric's unit; of few trials, which one of them a percentile is. */
export function thresholdText({ expression, value }: ThresholdResult, trials: readonly Trial[]): string {
  const { metric, aggregation } = partsOf(expression);
  if (value === null) {
    const open = metric === 'client.outageMs' ? openOutage(trials) : null;
    return open ?? `no value was measured${needsClients(metric, trials) ? ': no client ran' : ''}`;
  }
  // A count of a duration is the number of trials that have one.
  const text = aggregation === 'count' ? grouped(value) : metricText(metric, value);
  const rank = rankWords(metric, aggregation, trials);
  return rank === null ? text : `${text} (${rank})`;
}

/** `at least 1.28 s (still open when it was interrupted)`: the longest of those; null where there is none. */
function openOutage(trials: readonly Trial[]): string | null {
  const open = trials.flatMap(({ client, cutShort }) =>
    cutShort === true && client?.outageMs != null && client.lastRecoveredMs === null ? [client.outageMs] : [],
  );
  return open.length === 0 ? null : outageText(humanDurationMs(Math.max(...open)), null, true);
}

/** Whether only clients could have measured it, and none ran. */
const needsClients = (metric: string, trials: readonly Trial[]): boolean =>
  /^(client|ledger)\.|^rejoin\.zombieWrites$/.test(metric) &&
  trials.length > 0 &&
  trials.every(({ client }) => client === undefined);

/** `ledger.lost==0 was not judged: no client ran`, of the thresholds that each trial must satisfy; empty where all were judged. */
export function unjudgedWords(trial: Trial, thresholds: readonly ThresholdResult[]): string {
  const unjudged = thresholds.flatMap(({ expression }) => {
    const { metric, aggregation } = partsOf(expression);
    const isMissing = typeof (metricNamed(metric)?.read(trial) ?? 'unknown') !== 'number';
    const isOpen = aggregation === '' && isMissing && trial.broken?.includes(expression) !== true;
    return isOpen ? [{ expression, noClient: needsClients(metric, [trial]) }] : [];
  });
  if (unjudged.length === 0) return '';
  const verb = unjudged.length === 1 ? 'was' : 'were';
  const why = unjudged.every(({ noClient }) => noClient) ? 'no client ran' : 'no value was measured';
  return `${listed(unjudged.map(({ expression }) => expression))} ${verb} not judged: ${why}`;
}

/** `the largest of 2 trials`; null for what is not a percentile, and where there are trials enough for one. */
function rankWords(metric: string, aggregation: string, trials: readonly Trial[]): string | null {
  const percent = aggregation === 'med' ? 50 : Number(/^p\((.+)\)$/.exec(aggregation)?.[1] ?? Number.NaN);
  const n = trials.filter((trial) => (metricNamed(metric)?.read(trial) ?? 'unknown') !== 'unknown').length;
  const enough = percent === 50 ? ENOUGH_FOR_MEDIAN : ENOUGH_FOR_PERCENTILES;
  if (Number.isNaN(percent) || n < 2 || n >= enough) return null;
  const rank = rankOf(n, percent);
  const which = rank === n ? 'the largest' : rank === 1 ? 'the smallest' : `number ${rank} by size`;
  return `${which} of ${count(n, 'trial')}`;
}

/** The same of a threshold. */
export function rankOfThreshold({ expression }: ThresholdResult, trials: readonly Trial[]): string | null {
  const { metric, aggregation } = partsOf(expression);
  return rankWords(metric, aggregation, trials);
}

/** A headline has room for so many. */
const MOST_NAMED = 2;

/**
 * What broke, for the headline of a failed run: `switchedMs p(95) 6.31 s (the largest of 2 trials) is not < 5.50 s`.
 * Leaves out what the rest of the headline says: lost writes, and with its budget the outage, or the switch where no
 * client ran.
 */
export function brokenWords(result: FailoverResult): string[] {
  if (result.outcome !== 'violated') return [];
  const broken = result.thresholds.filter((t) => t.holds === 'violated');
  const words =
    broken.length > 0
      ? broken.flatMap((t) => (isSaid(t, result) ? [] : [notHeld(t, result)]))
      : result.invariants.flatMap(({ id, verdict }) => (verdict === 'violated' ? [`${id} is violated`] : []));
  const more = words.length - MOST_NAMED;
  return more > 0 ? [...words.slice(0, MOST_NAMED), `${more} more`] : words;
}

function isSaid(threshold: ThresholdResult, result: FailoverResult): boolean {
  const metric = metricOf(threshold.expression);
  // A run that was interrupted in its only trial says nothing else of its clients.
  if (result.trials.length === 1 && result.trials[0]?.cutShort === true) return false;
  if (metric === 'ledger.lost') return lostOf(result) !== null;
  return (
    metric === (result.workload === null ? 'switchedMs' : 'client.outageMs') && isBudget(threshold, result)
  );
}

/** Whether it is a limit of `--budget`. */
const isBudget = ({ expression }: ThresholdResult, { budgetMs, outageBudgetMs }: FailoverResult): boolean =>
  expression === `switchedMs<=${budgetMs}` || expression === `client.outageMs<=${outageBudgetMs}`;

function notHeld(threshold: ThresholdResult, result: FailoverResult): string {
  const { metric, aggregation, operator, bound } = partsOf(threshold.expression);
  if (isBudget(threshold, result))
    return (metric === 'client.outageMs' ? outageWords(result) : null) ?? switchWords(result);
  const what = aggregation === '' ? metric : `${metric} ${aggregation}`;
  const limit = `${operator} ${boundText(metric, aggregation, bound)}`;
  if (threshold.value === null) return `${what} has no value that is ${together(limit)}`;
  const worst = aggregation === '' && result.trials.length > 1 ? ' at worst' : '';
  return `${what} ${together(thresholdText(threshold, result.trials))}${worst} is not ${together(limit)}`;
}

function boundText(metric: string, aggregation: string, bound: string): string {
  if (aggregation === 'count' || !isTime(metric)) return bound;
  const ms = parseDurationMs(bound);
  return ms === undefined ? bound : humanDurationMs(ms);
}
