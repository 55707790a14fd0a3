import { ascending, percentileOf } from '../model/statistics.js';
import type { Metric } from '../observe/metrics.js';
import { round } from '../observe/phases.js';
import type { ThresholdResult, Trial, Verdict } from '../observe/result.js';
import type { Aggregation, Operator, Threshold } from './thresholds.js';

/**
 * Judges a threshold over the finished trials of a run that was to have `expectedTrials`.
 *
 * What never happened within the wait is later than any bound: it violates `<`, `<=` and `==`, and proves nothing for
 * `>`, `>=` and `!=`. A trial that is missing, or has no value, could have had any: the threshold is violated only if
 * no value could save it, else unknown; it never holds on missing evidence. `value` is what those there are yield,
 * without an aggregation the worst of them; null where there is none, or where it never happened.
 */
export function judge(
  threshold: Threshold,
  trials: readonly Trial[],
  expectedTrials: number,
): ThresholdResult {
  const { metric, aggregation, expression } = threshold;
  const known = trials.flatMap((trial) => {
    const reading = metric.read(trial);
    return reading === 'unknown' ? [] : reading === 'never' ? Number.POSITIVE_INFINITY : reading;
  });
  const missing = Math.max(expectedTrials, trials.length) - known.length;
  const value =
    aggregation.kind === 'each' ? worstOf(known, threshold) : aggregate(known, aggregation, metric.unit);
  const finite = value !== undefined && Number.isFinite(value);
  return { expression, value: finite ? round(value) : null, holds: verdictOf(threshold, known, missing) };
}

function verdictOf(threshold: Threshold, known: readonly number[], missing: number): Verdict {
  if (known.length + missing === 0) return 'unknown';
  if (threshold.aggregation.kind === 'each') {
    const each = known.map((value) => verdictOn(value, threshold));
    if (each.includes('violated')) return 'violated';
    return missing > 0 || each.includes('unknown') ? 'unknown' : 'holds';
  }
  const [least, most] = range(known, missing, threshold);
  if (missing === 0) return verdictOn(least, threshold);
  return couldHold(least, most, threshold) ? 'unknown' : 'violated';
}

function verdictOn(value: number, threshold: Threshold): Verdict {
  if (compares(value, threshold)) return Number.isFinite(value) ? 'holds' : 'unknown';
  return 'violated';
}

const COMPARE: Record<Operator, (value: number, bound: number) => boolean> = {
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
  '==': (value, bound) => value === bound,
  '!=': (value, bound) => value !== bound,
};

const compares = (value: number, { operator, bound }: Threshold): boolean => COMPARE[operator](value, bound);

/** Between which values the aggregate lies, whatever the missing ones are: from 0, since nothing measured is less. */
function range(
  known: readonly number[],
  missing: number,
  { aggregation, metric }: Threshold,
): [number, number] {
  const filledWith = (value: number): number => {
    const all = [...known, ...Array.from({ length: missing }, () => value)];
    return aggregate(all, aggregation, metric.unit) ?? Number.NaN;
  };
  const [early, late] = [filledWith(0), filledWith(Number.POSITIVE_INFINITY)];
  // What never happened is not counted: there the greater values make the lesser aggregate.
  return [Math.min(early, late), Math.max(early, late)];
}

function couldHold(least: number, most: number, threshold: Threshold): boolean {
  const { operator, bound } = threshold;
  if (operator === '==') return least <= bound && bound <= most;
  if (operator === '!=') return least !== bound || most !== bound;
  return compares(operator.startsWith('<') ? least : most, threshold);
}

function aggregate(
  values: readonly number[],
  aggregation: Aggregation,
  unit: Metric['unit'],
): number | undefined {
  const sum = values.reduce((a, b) => a + b, 0);
  switch (aggregation.kind) {
    case 'count':
      return unit === 'count' ? sum : values.filter(Number.isFinite).length;
    case 'avg':
      return values.length === 0 ? undefined : sum / values.length;
    case 'min':
      return percentileOf(ascending(values), 0);
    case 'each':
    case 'max':
      return percentileOf(ascending(values), 100);
    case 'percentile':
      return percentileOf(ascending(values), aggregation.percent);
  }
}

/** The value that is furthest on the wrong side; for == and != one that breaks it, where there is one. */
function worstOf(values: readonly number[], threshold: Threshold): number | undefined {
  const { operator } = threshold;
  if (operator.startsWith('<')) return percentileOf(ascending(values), 100);
  if (operator.startsWith('>')) return percentileOf(ascending(values), 0);
  return values.find((value) => !compares(value, threshold)) ?? values[0];
}
