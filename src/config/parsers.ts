import { type OperatorError, usageError } from '../errors.js';
import { formatDurationMs, parseDurationMs } from '../model/duration.js';
import { nearest } from '../model/nearest.js';
import { abbreviate } from '../model/spec.js';

/**
 * Parsers for the values of options, for `OptionDef.parse`. `name` is the option as it is typed (`--down-after`).
 * All throw usageError (64) that names the option, shows the bad value (cut, control characters escaped) and an
 * example of a good one.
 */

/** A value for an error message: quoted, cut to one line, without control characters. */
export function shown(text: string): string {
  return JSON.stringify(abbreviate(text));
}

export function badValue(
  name: string,
  text: string,
  wants: string,
  example: string,
  hint = `${name} ${example}`,
): OperatorError {
  const given = text === '' ? 'is empty' : `${shown(text)} is not ${wants}`;
  return usageError('bad-value', `${name}: ${given}`, {
    why: text === '' ? `it takes ${wants}` : undefined,
    hint,
  });
}

export interface DurationBounds {
  minMs?: number;
  maxMs?: number;
  /** Whether a bare number is taken for milliseconds, as Sentinel's own settings are. */
  bare?: boolean;
}

/** `250ms`, `5s`, `1.5s`, `2m`, `1h` → milliseconds; without a unit only 0, unless `bare` numbers are allowed. */
export function duration(
  name: string,
  bounds: DurationBounds = {},
  example = '5s',
): (text: string) => number {
  return (text) => {
    const ms = parseDurationMs(text);
    if (ms === undefined) throw badValue(name, text, 'a duration (250ms, 5s, 2m, 1h)', example);
    // `--for 10` usually means seconds, so a bare number is refused.
    if (ms !== 0 && bounds.bare !== true && /^\s*[\d.]+\s*$/.test(text)) {
      const number = text.trim();
      throw badValue(name, text, `a duration with its unit (${number}s or ${number}ms)`, `${number}s`);
    }
    const { minMs, maxMs } = bounds;
    if (minMs !== undefined && ms < minMs) {
      // The least that is not 0 is a bound, and no advice.
      const enough = minMs <= 1 ? example : formatDurationMs(minMs);
      throw outOfRange(name, text, `the minimum is ${formatDurationMs(minMs)}`, enough);
    }
    if (maxMs !== undefined && ms > maxMs) {
      throw outOfRange(name, text, `the maximum is ${formatDurationMs(maxMs)}`, formatDurationMs(maxMs));
    }
    return ms;
  };
}

function outOfRange(name: string, text: string, why: string, example: string): OperatorError {
  return usageError('bad-value', `${name}: ${shown(text)} is out of range`, {
    why,
    hint: `${name} ${example}`,
  });
}

/**
 * A whole number from `min` to `max`, both allowed. `example` is what makes sense where the least does not:
 * 0 replicas are allowed, and could not fail over.
 */
export function integer(
  name: string,
  range: { min: number; max: number },
  example: number = range.min,
): (text: string) => number {
  return (text) => {
    if (!/^[+-]?\d+$/.test(text.trim())) {
      throw badValue(name, text, `a whole number from ${range.min} to ${range.max}`, String(example));
    }
    const value = Number(text);
    if (value < range.min || value > range.max) {
      const sensible = value < range.min ? example : range.max;
      throw outOfRange(name, text, `it must be ${range.min} to ${range.max}`, String(sensible));
    }
    return value;
  };
}

/** A port of 1 to 65535, or the word `auto`. */
export function portOrAuto(name: string, example: number): (text: string) => number | 'auto' {
  return (text) => {
    if (text.trim() === 'auto') return 'auto';
    const value = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
    if (value < 1 || value > 65535)
      throw badValue(name, text, 'a port (1 to 65535) or auto', String(example));
    return value;
  };
}

/** One of a few words. */
export function choice<T extends string>(
  name: string,
  choices: readonly T[],
  hint: (word: string) => string = (word) => `${name} ${word}`,
): (text: string) => T {
  return (text) => {
    const found = choices.find((c) => c === text);
    if (found === undefined) {
      const wants = `one of ${choices.join(', ')}`;
      throw badValue(name, text, wants, '', hint(nearest(text, choices) ?? choices[0] ?? ''));
    }
    return found;
  };
}

/**
 * `KEY=VALUE`. The value may be empty and may contain `=`; neither part may contain a line break, since both end up
 * in configuration files.
 */
export function keyValue(name: string, example: string): (text: string) => [key: string, value: string] {
  return (text) => {
    const match = /^([A-Za-z][A-Za-z0-9._-]*)=([^\r\n\0]*)$/.exec(text);
    if (match?.[1] === undefined || match[2] === undefined) throw badValue(name, text, 'KEY=VALUE', example);
    return [match[1], match[2]];
  };
}
