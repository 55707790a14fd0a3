import { choice } from '../config/parsers.js';
import { shellWord } from '../model/secrets.js';
import type { Completion } from './option.js';

/** An argument as the harness reads, asks for and completes it. */
export interface ArgumentDef {
  /** `NODE`; shown in help. */
  name: string;
  summary: string;
  required: boolean;
  variadic: boolean;
  choices: readonly string[] | undefined;
  complete: Completion | undefined;
  /** On a terminal, a missing required argument is asked for with this question. */
  ask: string | undefined;
  /** Values that are likely in this directory, for the hint where it is missing. */
  likely?: (directory: string) => Promise<string[]>;
  /** The command line with its placeholders, for the hint where it is missing: what stands there only the user knows. */
  form?: string;
  /** Throws usageError; `command` is named in its hint, with the words that were typed behind this one. */
  parse(text: string, command: string, rest?: readonly string[]): unknown;
}

/** An argument whose value is a `T`. */
export interface Argument<T> extends ArgumentDef {
  /** Never set: it carries the type. */
  value?: () => T;
}

/** The values of arguments, in their order, as `run` gets them. */
export type ArgumentsOf<A extends readonly ArgumentDef[]> = {
  readonly [K in keyof A]: A[K] extends { value?: () => infer T } ? T : never;
};

interface Shared {
  summary: string;
  complete?: Completion;
  ask?: string;
  likely?: (directory: string) => Promise<string[]>;
  form?: string;
}

const define = <T>(name: string, settings: Shared, more: Partial<ArgumentDef>): Argument<T> => ({
  name,
  required: true,
  variadic: false,
  choices: undefined,
  complete: undefined,
  ask: undefined,
  parse: (text) => text,
  ...settings,
  ...more,
});

export const argument = {
  required: (name: string, settings: Shared): Argument<string> => define(name, settings, {}),
  optional: (name: string, settings: Shared): Argument<string | undefined> =>
    define(name, settings, { required: false }),
  /** All that follow, none included. */
  rest: (name: string, settings: Shared): Argument<string[]> =>
    define(name, settings, { required: false, variadic: true }),
  /** All that follow, at least one. */
  words: (name: string, settings: Shared): Argument<string[]> => define(name, settings, { variadic: true }),
  /** One of a few words. */
  choice: <const T extends string>(name: string, choices: readonly T[], settings: Shared): Argument<T> =>
    define(name, settings, {
      choices,
      parse: (text, command, rest = []) =>
        choice(name, choices, (word) => ['sentinelctl', command, word, ...rest.map(shellWord)].join(' '))(
          text,
        ),
    }),
} as const;

/** The words of a command line as the values of the command's arguments. Throws usageError. */
export function argumentValues(
  defs: readonly ArgumentDef[],
  words: readonly string[],
  command: string,
): unknown[] {
  return defs.map((def, i) => {
    if (def.variadic) return words.slice(i).map((word) => def.parse(word, command));
    const word = words[i];
    return word === undefined ? undefined : def.parse(word, command, words.slice(i + 1));
  });
}
