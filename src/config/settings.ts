import { OperatorError, usageError } from '../errors.js';
import type { SettingsFile } from './files.js';
import { shown } from './parsers.js';
import type { Env } from './paths.js';

/** Where a value came from. */
export type Origin =
  | { from: 'flag' }
  | { from: 'environment'; variable: string }
  | { from: 'project' | 'user'; path: string; line: number };

export interface Setting {
  value: unknown;
  origin: Origin;
}

/** An option as far as settings need to know it. */
export interface SettableOption {
  /** Its long name without dashes and without `no-`: `down-after`, `restart`. */
  name: string;
  /** The key of its value: `downAfter`. */
  attribute: string;
  takesValue: boolean;
  repeatable: boolean;
  /** Never taken from the environment or a file. */
  flagOnly: boolean;
  parse: (text: string, previous: unknown) => unknown;
}

/** Flags > environment > files in the order given. An option that was not set is absent from the result. */
export function resolveSettings(
  options: readonly SettableOption[],
  flags: Readonly<Record<string, unknown>>,
  env: Env,
  files: readonly SettingsFile[],
): Map<string, Setting> {
  const settings = new Map<string, Setting>();
  for (const option of options) {
    const flag = flags[option.attribute];
    const setting =
      flag !== undefined
        ? { value: flag, origin: { from: 'flag' } as const }
        : option.flagOnly
          ? undefined
          : (fromEnvironment(option, env) ?? fromFiles(option, files));
    if (setting !== undefined) settings.set(option.attribute, setting);
  }
  return settings;
}

/** `--down-after` → `SENTINELCTL_DOWN_AFTER`. */
export function variableOf(name: string): string {
  return `SENTINELCTL_${name.toUpperCase().replaceAll('-', '_')}`;
}

function fromEnvironment(option: SettableOption, env: Env): Setting | undefined {
  for (const [name, negated] of namesOf(option)) {
    const variable = variableOf(name);
    const text = env[variable];
    if (text === undefined || text === '') continue;
    const origin: Origin = { from: 'environment', variable };
    return { value: parsedValue(option, [text], negated, origin), origin };
  }
  return undefined;
}

function fromFiles(option: SettableOption, files: readonly SettingsFile[]): Setting | undefined {
  for (const file of files) {
    for (const [name, negated] of namesOf(option)) {
      const entry = file.entries.get(name);
      if (entry === undefined) continue;
      const origin: Origin = { from: file.kind, path: file.path, line: entry.line };
      return { value: parsedValue(option, entry.texts, negated, origin), origin };
    }
  }
  return undefined;
}

/** A switch may be written both ways: `input: false` and `no-input: true`. */
function namesOf(option: SettableOption): [name: string, negated: boolean][] {
  return option.takesValue
    ? [[option.name, false]]
    : [
        [option.name, false],
        [`no-${option.name}`, true],
      ];
}

function parsedValue(
  option: SettableOption,
  texts: readonly string[],
  negated: boolean,
  origin: Origin,
): unknown {
  try {
    if (!option.takesValue) return switchOf(option.name, texts) !== negated;
    if (texts.length !== 1 && !option.repeatable) {
      throw usageError('bad-value', `--${option.name} takes one value, not ${texts.length}`);
    }
    return texts.reduce<unknown>((previous, text) => option.parse(text, previous), undefined);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const source = `it comes from ${describeOrigin(origin)}`;
    throw new OperatorError({
      code: error.code,
      message: error.message,
      why: error.why === undefined ? source : `${error.why}; ${source}`,
      hint: error.hint,
      exitCode: error.exitCode,
    });
  }
}

const SWITCH: Record<string, boolean> = {
  '1': true,
  true: true,
  yes: true,
  on: true,
  '0': false,
  false: false,
  no: false,
  off: false,
};

function switchOf(name: string, texts: readonly string[]): boolean {
  const text = texts.join(',');
  const value = SWITCH[text.toLowerCase()];
  if (value === undefined)
    throw usageError('bad-value', `--${name}: ${shown(text)} is neither true nor false`);
  return value;
}

/** `SENTINELCTL_CLUSTER`, `/etc/x/sentinelctl.yaml, line 3`, `the command line`. */
export function describeOrigin(origin: Origin): string {
  if (origin.from === 'flag') return 'the command line';
  return origin.from === 'environment' ? origin.variable : `${origin.path}, line ${origin.line}`;
}
