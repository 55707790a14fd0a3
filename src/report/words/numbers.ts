import { humanDurationMs } from '../../model/duration.js';
import { downAfterText } from '../../model/sentinel-settings.js';
import { type MetricName, metricNamed } from '../../observe/metrics.js';
import type { Reading } from '../../observe/readings.js';
import type { FailoverResult, Trial } from '../../observe/result.js';
import { together } from '../plain-text.js';
import { lostOf } from './losses.js';
import { ENOUGH_FOR_MEDIAN, grouped, metricOf } from './metrics.js';
import { AT_LEAST, STILL_OPEN } from './outage.js';

/** One of the five numbers of a failover test. */
export interface KeyNumber {
  id: 'outage' | 'lost' | 'switch' | 'second master' | 'rejoin';
  /** The worst of all trials, in words. */
  value: string;
  /** What limits the value, in words: an outage that had not ended; null where it is the whole. */
  note: string | null;
  /** The median of the trials; null where fewer than 3 have a value. */
  median: string | null;
  /** What it was judged by, in words; null where no limit was given. */
  budget: string | null;
  /** `bad`: over its budget, or beyond a threshold; `warn`: no limit is broken, and it still deserves attention; `unknown`: not measured. */
  state: 'ok' | 'bad' | 'warn' | 'unknown';
  /** Whether the worst is beyond `budget`; a threshold of its metric can be broken without that. */
  isOverBudget: boolean;
  /** Thresholds of its metric that do not hold, as they were typed; the budget is not among them. */
  broken: string[];
}

/** The metrics of the times among them, all from the fault except the last, which is a length. */
const TIMES = {
  outage: 'client.outageMs',
  switch: 'switchedMs',
  rejoin: 'rejoin.caughtUpMs',
  'second master': 'rejoin.zombieMs',
} as const satisfies Record<string, MetricName>;

/** Outage, lost writes, switch, second master and rejoin: what a failover costs, at one glance. */
export function keyNumbers(result: FailoverResult): KeyNumber[] {
  const all = [timeNumber('outage', result), lostNumber(result), ...REST.map((id) => timeNumber(id, result))];
  // Without clients nothing can be out or lost; of an interrupted trial only what was measured is of use.
  const isOpen = result.trials.some((t) => t.cutShort === true);
  const unasked = (id: string): boolean => result.workload === null && (id === 'outage' || id === 'lost');
  return all.filter(({ id, state }) => state !== 'unknown' || !(isOpen || unasked(id)));
}

const REST = ['switch', 'second master', 'rejoin'] as const;

function timeNumber(id: keyof typeof TIMES, result: FailoverResult): KeyNumber {
  const read = worstOf(TIMES[id], result);
  // No end of a second master was seen: neither none nor a length.
  const worst = id === 'second master' && read.reading === 'never' ? NOT_MEASURED : read;
  const budgetMs = { outage: result.outageBudgetMs ?? null, switch: result.budgetMs }[String(id)] ?? null;
  const summary = result.summary[TIMES[id]];
  const isOverBudget = budgetMs !== null && (worst.reading === 'never' || (worst.ms ?? 0) > budgetMs);
  const broken = brokenOf(TIMES[id], result).filter((typed) => typed !== `${TIMES[id]}<=${budgetMs}`);
  const exists = id === 'second master' && (worst.ms ?? 0) > 0;
  return {
    id,
    value: valueWords(id, worst),
    note: worst.isOpen ? STILL_OPEN : null,
    median:
      summary !== undefined && summary.n >= ENOUGH_FOR_MEDIAN ? valueWords(id, worstIs(summary.p50)) : null,
    budget: budgetMs === null ? null : humanDurationMs(budgetMs),
    isOverBudget,
    broken,
    state:
      isOverBudget || broken.length > 0
        ? 'bad'
        : worst.reading === 'unknown'
          ? 'unknown'
          : exists || worst.isOpen || worst.reading === 'never'
            ? 'warn'
            : 'ok',
  };
}

function valueWords(id: keyof typeof TIMES, { words, ms, reading }: Worst): string {
  if (id === 'second master' && ms === 0) return 'none';
  // An outage that did not end was at least as long as what was measured.
  if (id === 'outage' && reading === 'never') return ms === null ? 'not over' : `over ${humanDurationMs(ms)}`;
  return words;
}

/** Its thresholds that do not hold, of every trial or of all together, as they were typed. */
const brokenOf = (metric: MetricName, { thresholds }: FailoverResult): string[] =>
  thresholds.flatMap(({ expression, holds }) =>
    holds === 'violated' && metricOf(expression) === metric ? [expression] : [],
  );

function lostNumber(result: FailoverResult): KeyNumber {
  const counted = lostOf(result);
  const broken = brokenOf('ledger.lost', result);
  return {
    id: 'lost',
    value: counted === null ? 'not measured' : `${grouped(counted.lost)} of ${grouped(counted.acknowledged)}`,
    note: null,
    median: null,
    budget: null,
    isOverBudget: false,
    broken,
    state: broken.length > 0 ? 'bad' : counted === null ? 'unknown' : counted.lost > 0 ? 'warn' : 'ok',
  };
}

/** `clients had no answer for 6.40 s (budget 7.00 s)`; null where no client ran. */
export function outageWords(result: FailoverResult): string | null {
  if (result.workload === null) return null;
  const { words, ms, reading, isOpen } = worstOf(TIMES.outage, result);
  if (reading === 'unknown') return 'the outage of the clients was not measured';
  const limit = result.outageBudgetMs ?? null;
  const budget = limit === null ? '' : ` (budget ${time(limit)})`;
  if (reading === 'never')
    return `clients had no answer until the end${ms === null ? '' : `, ${time(ms)} or longer`}${budget}`;
  const open = isOpen ? `, ${STILL_OPEN}` : '';
  return `clients had no answer for ${together(words)}${atWorst(result)}${open}${budget}`;
}

/** `the first sentinel switched after 6.29 s (budget 7.00 s)`. */
export function switchWords(result: FailoverResult): string {
  const { words, reading } = worstOf(TIMES.switch, result);
  const budget = ` (budget ${time(result.budgetMs)})`;
  if (reading === 'never') return `no sentinel switched to another master${budget}`;
  if (reading === 'unknown') return 'the switch was not measured';
  return `the first sentinel switched after ${together(words)}${atWorst(result)}${budget}`;
}

/** Where the time of one passed trial went; otherwise the reason for the outcome. */
export function whyWords(result: FailoverResult): string {
  const [only, ...others] = result.trials;
  if (only === undefined || others.length > 0 || result.outcome !== 'holds') return result.reason;
  const { sdownMs, switchedMs } = only.phases;
  if (sdownMs === null || switchedMs === null) return result.reason;
  const clientsMs = (only.client?.lastRecoveredMs ?? switchedMs) - switchedMs;
  return [
    `${time(sdownMs)} until a sentinel marked it as down (down-after ${downAfterText(result.config)})`,
    `${time(switchedMs - sdownMs)} until the first sentinel switched`,
    ...(clientsMs > 0 ? [`${time(clientsMs)} until the last client wrote again`] : []),
  ].join(', ');
}

const atWorst = ({ trials }: FailoverResult): string => (trials.length > 1 ? ' at worst' : '');

interface Worst {
  words: string;
  ms: number | null;
  reading: Reading;
  /** Whether it had not ended when its trial was interrupted. */
  isOpen: boolean;
}

const NOT_MEASURED: Worst = { words: 'not measured', ms: null, reading: 'unknown', isOpen: false };
const worstIs = (ms: number): Worst => ({ words: humanDurationMs(ms), ms, reading: ms, isOpen: false });

/** The worst reading over the trials: what never came is worse than any time, what is unknown is never a time. */
function worstOf(metric: MetricName, { trials }: FailoverResult): Worst {
  const readings = trials.map((trial): Reading => metricNamed(metric)?.read(trial) ?? 'unknown');
  // An outage that did not end has a length so far.
  const soFar = (trial: Trial): number | null | undefined =>
    metric === TIMES.outage ? trial.client?.outageMs : metricNamed(metric)?.of(trial);
  const isOpen = ({ cutShort, client }: Trial): boolean =>
    metric === TIMES.outage && cutShort === true && client?.lastRecoveredMs === null;
  const longest = (of: readonly Trial[]): number | null => {
    const measured = of.flatMap((trial) => soFar(trial) ?? []);
    return measured.length === 0 ? null : Math.max(...measured);
  };
  const ms = longest(trials);
  if (readings.includes('never')) return { words: 'never', ms, reading: 'never', isOpen: false };
  if (ms === null) return NOT_MEASURED;
  const ended = longest(trials.filter((trial) => !isOpen(trial)));
  if (ended === ms) return worstIs(ms);
  return { words: `${AT_LEAST} ${humanDurationMs(ms)}`, ms, reading: ms, isOpen: true };
}

const time = (ms: number): string => together(humanDurationMs(ms));
