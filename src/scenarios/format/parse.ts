import type { Document } from 'yaml';
import type { z } from 'zod';
import { type OperatorError, usageError } from '../../errors.js';
import { nearest } from '../../model/nearest.js';
import { BadYaml, type Place, readYaml } from '../../yaml.js';
import { DEFAULT_SHAPE, type Scenario, type Shape, type Step } from './scenario.js';

/** How many mistakes are shown: the first often explain the rest. */
const MOST_SHOWN = 8;

interface Mistake extends Place {
  text: string;
}

/** A mistake beyond the format, at a value of the file; `key`: at that key of the value. */
export interface Complaint {
  path: readonly (string | number)[];
  key?: string;
  text: string;
}

/** What could be read of a file; null for an invalid step and for one that injects an unknown fault. */
export interface ReadParts {
  plain: unknown;
  shape: Shape;
  steps: readonly (Step | null)[];
}

/**
 * Reads a scenario. `faults` are the names of the catalogue; `check` finds mistakes beyond the format. Throws
 * `bad-scenario` (64) with file, line and column of every mistake, what was expected, and the name probably meant.
 */
export async function parseScenario(
  text: string,
  file: string,
  faults: readonly string[],
  check: (parts: ReadParts) => Complaint[] = () => [],
): Promise<Scenario> {
  const { document, placeOf } = await readYaml(text).catch((error: unknown) => {
    throw error instanceof BadYaml ? bad(file, [{ ...error.place, text: error.message }]) : error;
  });
  const { scenarioFile, scenarioOf, shape: shapeFormat, step: stepFormat } = await import('./schema.js');
  const plain: unknown = document.toJS();
  const read = scenarioFile.safeParse(plain);
  const at = (path: readonly PropertyKey[], key?: string): Place => placeOf(nodeAt(document, path, key));
  const formal = read.success ? [] : read.error.issues.flatMap((issue) => mistakesOf(issue, plain, at));
  const steps = listIn(plain, 'steps').map((one) => stepFormat.safeParse(one).data ?? null);
  const strange = steps.flatMap((step, i): Mistake[] => {
    if (step?.do !== 'inject' || faults.includes(step.fault)) return [];
    const meant = nearest(step.fault, faults);
    const text = `steps[${i}].inject: unknown fault "${step.fault}"${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    return [{ ...at(['steps', i, 'inject']), text }];
  });
  const beyond = check({
    plain,
    shape: shapeFormat.safeParse(valueAt(plain, ['cluster'])).data ?? DEFAULT_SHAPE,
    steps: steps.map((step) =>
      step === null || (step.do === 'inject' && !faults.includes(step.fault))
        ? null
        : ({ ...step, line: 0 } as Step),
    ),
  }).map(({ path, key, text }): Mistake => ({ ...at(path, key), text: `${shownPath(path)}: ${text}` }));
  const wrong = [...formal, ...strange, ...beyond];
  if (!read.success || wrong.length > 0) {
    throw bad(file, wrong, formal.length + beyond.length === 0 ? 'sentinelctl faults' : undefined);
  }
  const lines = read.data.steps.map((_, i) => at(['steps', i]).line);
  return scenarioOf(read.data, lines, file);
}

/** One of zod's issues as messages; an unknown key is reported where it is written. */
function mistakesOf(
  issue: z.core.$ZodIssue,
  plain: unknown,
  at: (path: readonly PropertyKey[], key?: string) => Place,
): Mistake[] {
  const { path } = issue;
  const where = path.length === 0 ? '' : `${shownPath(path)}: `;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      ...at(path, key),
      text: `${where}unknown key "${key}"${hintFor(key, path, plain)}`,
    }));
  }
  if (issue.code === 'invalid_union') {
    // The branch that matched furthest is the one that was meant.
    const deepest = issue.errors
      .flat()
      .sort(
        (a, b) =>
          b.path.length - a.path.length ||
          Number(a.code === 'invalid_type') - Number(b.code === 'invalid_type'),
      )[0];
    if (deepest !== undefined)
      return mistakesOf({ ...deepest, path: [...path, ...deepest.path] } as never, plain, at);
  }
  if (issue.code === 'custom' && issue.params?.known !== undefined) {
    const given = String(issue.params.given);
    const meant = nearest(given, issue.params.known as string[]);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    return [{ ...at(path), text: `${where}${issue.message}; got "${given}"${hint}` }];
  }
  const missing = valueAt(plain, path) === undefined;
  const text = missing ? `${where}is missing` : `${where}${oneLine(issue.message)}`;
  const options = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const meant = missing ? undefined : nearest(String(valueAt(plain, path)), options);
  return [{ ...at(path), text: meant === undefined ? text : `${text}; did you mean ${meant}?` }];
}

const KEYS_AT: Record<string, readonly string[]> = {
  '': [
    'name',
    'summary',
    'tags',
    'source',
    'cluster',
    'drivers',
    'workload',
    'steps',
    'expect',
    'invariants',
    'weakness',
  ],
  cluster: [
    'replicas',
    'sentinels',
    'quorum',
    'down-after',
    'failover-timeout',
    'persistence',
    'loopback',
    'redis-conf',
  ],
  workload: ['clients', 'rate', 'policy'],
  weakness: ['explanation', 'advice', 'shows', 'probable'],
  steps: ['on', 'with', 'within', 'for', 'how', 'at'],
};

function hintFor(key: string, path: readonly PropertyKey[], plain: unknown): string {
  const isInjection = path[0] === 'steps' && valueAt(plain, [...path, 'inject']) !== undefined;
  if (isInjection && ['for', 'delay', 'jitter'].includes(key)) return `; write with: { ${key}: … }`;
  const meant = nearest(key, KEYS_AT[String(path[0] ?? '')] ?? []);
  return meant === undefined || meant === key ? '' : `; did you mean ${meant}?`;
}

const listIn = (plain: unknown, key: string): unknown[] => {
  const value = valueAt(plain, [key]);
  return Array.isArray(value) ? value : [];
};

const shownPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : `${text}${text === '' ? '' : '.'}${String(part)}`,
    '',
  );

const oneLine = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/^Invalid (input|option|string): /, '');

function valueAt(plain: unknown, path: readonly PropertyKey[]): unknown {
  let value = plain;
  for (const part of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[part];
  return value;
}

/** The node of a value, or of one of its keys; the nearest one around it where it is missing. */
function nodeAt(document: Document, path: readonly PropertyKey[], key?: string): unknown {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as
      | { range?: unknown; items?: { key?: { value?: unknown } }[] }
      | undefined;
    if (key !== undefined && length === path.length) {
      const pair = node?.items?.find((item) => item.key?.value === key);
      if (pair !== undefined) return pair.key;
    }
    if (node?.range) return node;
  }
  return null;
}

function bad(
  file: string,
  faults: Mistake[],
  hint = 'sentinelctl chaos show kill # one that is right; the format: docs/scenarios.md',
): OperatorError {
  const shown = faults
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map((f) => `${file}:${f.line}:${f.column}: ${f.text}`);
  const rest = shown.length - MOST_SHOWN;
  return usageError('bad-scenario', `cannot use the scenario ${file}`, {
    why: [...shown.slice(0, MOST_SHOWN), ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n'),
    hint,
  });
}
