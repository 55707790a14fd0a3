import { type OperatorError, usageError } from '../errors.js';
import { parseDurationMs } from '../model/duration.js';
import { nearest } from '../model/nearest.js';
import { abbreviate } from '../model/spec.js';
import { METRICS, type Metric, metricNamed } from '../observe/metrics.js';

/**
 * How the trials' values become one: `p(N)` by nearest rank, so that it is always a value that was measured; `count`
 * is the sum of a count metric and the number of trials that have a value of a duration (as in k6's Counter and
 * Trend). `each`, where none is written: every trial's value must satisfy the bound.
 */
export type Aggregation =
  | { kind: 'each' | 'min' | 'max' | 'avg' | 'count' }
  | { kind: 'percentile'; percent: number };

const OPERATORS = ['<=', '>=', '==', '!=', '<', '>'] as const;
export type Operator = (typeof OPERATORS)[number];

/** What a value must satisfy: `switchedMs:p(95)<7s`. */
export interface Threshold {
  /** As it was written, without spaces. */
  expression: string;
  metric: Metric;
  aggregation: Aggregation;
  operator: Operator;
  /** In the metric's unit; for `count`, a number of trials or the sum. */
  bound: number;
}

const AGGREGATIONS = 'p(N), min, max, avg, med or count';

/**
 * Parses k6's threshold grammar with the metric before it: METRIC[:AGGREGATION] OPERATOR VALUE, where the value of a
 * duration may have a unit (`8s`) and is in milliseconds without. Throws `bad-threshold` (64) that points at the
 * place that is wrong and says what may stand there.
 */
export function parseThreshold(text: string): Threshold {
  let at = 0;
  const take = (pattern: RegExp): string => {
    at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
    const found = pattern.exec(text.slice(at))?.[0] ?? '';
    at += found.length;
    return found;
  };
  /** The mark goes under what was taken last. */
  const wrong = (taken: string, what: string, example?: string): OperatorError =>
    badThreshold(text, at - taken.length, what, example);

  const name = take(/^[A-Za-z_][\w.]*/);
  if (name === '') throw wrong('', 'expected a metric');
  const metric = metricNamed(name);
  if (metric === undefined) throw wrong(name, `unknown metric "${name}"${meant(name)}`);

  let aggregation: Aggregation = { kind: 'each' };
  if (take(/^:/) !== '') {
    const word = take(/^[A-Za-z]+\s*(\([^)]*\)?)?|^[^\s<>=!]+/);
    const found = aggregationOf(word);
    if (typeof found === 'string') throw wrong(word, found);
    aggregation = found;
  }

  const sign = take(/^[<>=!]+/);
  const operator = OPERATORS.find((o) => o === sign);
  if (operator === undefined) throw wrong(sign, `one of < <= > >= == != was expected here${insteadOf(sign)}`);

  const unit = aggregation.kind === 'count' ? 'count' : metric.unit;
  const value = take(/^\S+/);
  const bound = boundOf(value, unit);
  if (bound === undefined) {
    const wants =
      unit === 'ms' ? 'a duration was expected here (7000, 250ms, 8s)' : 'a number was expected here';
    throw wrong(value, wants, `${text.slice(0, at - value.length).trim()}${unit === 'ms' ? '8s' : '0'}`);
  }
  const rest = take(/^.+/s);
  if (rest !== '')
    throw wrong(rest, 'nothing is allowed after the value; give --threshold again for another one');
  return { expression: text.replace(/\s+/g, ''), metric, aggregation, operator, bound };
}

function aggregationOf(word: string): Aggregation | string {
  const simple = (['min', 'max', 'avg', 'count'] as const).find((kind) => kind === word);
  if (simple !== undefined) return { kind: simple };
  if (word === 'med') return { kind: 'percentile', percent: 50 };
  const inside = /^p\s*\(\s*(.*?)\s*\)$/.exec(word)?.[1];
  if (inside === undefined) return `${AGGREGATIONS} was expected here`;
  const percent = /^\d+(\.\d+)?$/.test(inside) ? Number(inside) : Number.NaN;
  return percent >= 0 && percent <= 100
    ? { kind: 'percentile', percent }
    : 'a percentile is a number from 0 to 100';
}

function boundOf(text: string, unit: Metric['unit']): number | undefined {
  const match = /^(-?\d+(?:\.\d+)?)([a-z]*)$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const factor = match[2] === '' ? 1 : unit === 'ms' ? parseDurationMs(`1${match[2]}`) : undefined;
  const bound = factor === undefined ? Number.NaN : Number(match[1]) * factor;
  return Number.isFinite(bound) ? bound : undefined;
}

const insteadOf = (sign: string): string =>
  sign === '=' || sign === '===' ? ' (== for equal)' : sign === '=<' ? ' (<=)' : sign === '=>' ? ' (>=)' : '';

/** The name that was probably meant; `p95` and `phases.switchedMs` are near misses of their own kind. */
function meant(name: string): string {
  const names = METRICS.map((m) => m.name);
  const last = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const near =
    nearest(name, names) ??
    names.find((n) => n.toLowerCase() === last || n.toLowerCase().endsWith(`.${last}`)) ??
    nearest(last, names);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

/** What `--help` of the commands that take a threshold says. */
export const METRICS_LINE = `The metrics of --threshold: ${METRICS.map((m) => m.name).join(', ')}.`;

/** Longer than this, a text and the mark below it do not fit on a line. */
const MARKED_UP_TO = 70;

function badThreshold(
  text: string,
  at: number,
  what: string,
  example = 'switchedMs:p(95)<7000',
): OperatorError {
  const safe = text.replace(/[\p{C}\p{Z}]/gu, ' ');
  const marked = safe.length > MARKED_UP_TO ? '' : `\n  ${safe}\n  ${' '.repeat(Math.min(at, safe.length))}^`;
  return usageError('bad-threshold', `--threshold: ${JSON.stringify(abbreviate(text))} is not a threshold`, {
    why: `at character ${at + 1}: ${what}${marked}`,
    hint: `sentinelctl failover-test --help # lists the metrics; such as --threshold '${example.replaceAll("'", '')}'`,
  });
}
