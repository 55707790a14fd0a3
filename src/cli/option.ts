import { badValue, choice, type DurationBounds, duration, integer, portOrAuto } from '../config/parsers.js';
import { formatDurationMs } from '../model/duration.js';

/** What the files of the clusters name: `node` is an id or `master`, `server` an id or a word for several servers. */
type Named =
  | 'node'
  | 'id'
  | 'server'
  | 'data node'
  | 'replica'
  | 'sentinel'
  | 'cluster'
  | 'attached'
  | 'master';

/**
 * What a shell completes a value with, live; `file` leaves it to the shell; a function loads names that never change, and
 * `after` tells it by the arguments before this one, null where it takes none.
 */
export type Completion =
  | Named
  | 'file'
  | (() => Promise<string[]>)
  | { after(words: readonly string[]): Promise<Named | null> };

/** An option as the harness reads, completes and explains it. */
export interface OptionDef {
  /** commander's notation: `--down-after <duration>`, `--watch [interval]`, `--no-restart`, `-f, --follow`. */
  flags: string;
  summary: string;
  /** Turns one text into a value; throws usageError. A repeatable option also gets the value so far. */
  parse(text: string, previous: unknown): unknown;
  repeatable: boolean;
  choices: readonly string[] | undefined;
  complete: Completion | undefined;
  /** Read from the command line only, never from SENTINELCTL_* or a settings file. */
  flagOnly: boolean;
  /** The value where the option was not given. */
  default: unknown;
  /** The value of `--watch` where its value may be left out and was. */
  alone: unknown;
  /** The default as help shows it. */
  defaultText: string | undefined;
}

/** An option whose value is a `T`. */
export interface Option<T> extends OptionDef {
  /** Never set: it carries the type. */
  value?: () => T;
}

/** A command's options, by the names under which `run` gets their values. */
export type OptionDefs = Readonly<Record<string, OptionDef>>;

/** The values of options, as `run` gets them. */
export type OptionsOf<O extends OptionDefs> = {
  readonly [K in keyof O]: O[K] extends { value?: () => infer T } ? T : never;
};

interface Shared {
  summary: string;
  complete?: Completion;
  flagOnly?: boolean;
  /** What applies where the option was not given, for help; for an option whose absence `run` must see. */
  otherwise?: string;
}
/** With a default, applied and shown, the value is never undefined. */
type Defaulted<T> = Shared & { default?: T };
type ValueOf<T, S> = S extends { default: NonNullable<unknown> } ? T : T | undefined;

/** `--down-after` of `--down-after <duration>`. */
const nameOf = (flags: string): string => /--[\w-]+/.exec(flags)?.[0] ?? flags;

function define<T>(flags: string, settings: Shared, more: Partial<OptionDef>): Option<T> {
  const { summary, complete, flagOnly = false, otherwise } = settings;
  return {
    flags,
    summary,
    parse: (text) => text,
    repeatable: false,
    choices: undefined,
    complete,
    flagOnly,
    default: undefined,
    alone: undefined,
    defaultText: otherwise,
    ...more,
  };
}

const shownDefault = <T>(value: T | undefined, show: (value: T) => string): Partial<OptionDef> =>
  value === undefined ? {} : { default: value, defaultText: show(value) };

/** A builder per kind of value; the types that `run` sees follow from them. */
export const option = {
  /** `--dry-run`: false where it was not given. */
  flag: (flags: string, settings: Shared): Option<boolean> => define(flags, settings, { default: false }),

  /** `--no-restart`: true where it was not given. */
  off: (flags: string, settings: Shared): Option<boolean> => define(flags, settings, { default: true }),

  /** Any text. */
  text: <S extends Defaulted<string>>(flags: string, settings: S): Option<ValueOf<string, S>> =>
    define(flags, settings, shownDefault(settings.default, String)),

  /** A path, completed with file names. */
  file: <S extends Defaulted<string>>(flags: string, settings: S): Option<ValueOf<string, S>> =>
    define(flags, { ...settings, complete: 'file' }, shownDefault(settings.default, String)),

  /** A path, repeatable. */
  files: (flags: string, settings: Shared): Option<string[]> =>
    define(
      flags,
      { ...settings, complete: 'file' },
      collecting((text) => [text]),
    ),

  /** One of a few words. */
  choice: <const T extends string, S extends Defaulted<T>>(
    flags: string,
    choices: readonly T[],
    settings: S,
  ): Option<ValueOf<T, S>> =>
    define(flags, settings, {
      choices,
      parse: choice(nameOf(flags), choices),
      ...shownDefault(settings.default, String),
    }),

  /** A whole number; `example` is shown in errors where neither the default nor the least makes sense. */
  integer: <S extends Defaulted<number> & { min: number; max: number; example?: number }>(
    flags: string,
    settings: S,
  ): Option<ValueOf<number, S>> =>
    define(flags, settings, {
      parse: integer(nameOf(flags), settings, settings.example ?? settings.default),
      ...shownDefault(settings.default, String),
    }),

  /** Milliseconds; `alone` is the value of an option whose value may be left out. */
  duration: <S extends Defaulted<number> & DurationBounds & { example?: string; alone?: number }>(
    flags: string,
    settings: S,
  ): Option<ValueOf<number, S>> => {
    const { example, alone, default: value } = settings;
    const shown = example ?? (value === undefined ? undefined : formatDurationMs(value));
    return define(flags, settings, {
      parse: duration(nameOf(flags), settings, shown),
      alone,
      ...shownDefault(value, formatDurationMs),
    });
  },

  /** A port of 1 to 65535, or `auto`. */
  portOrAuto: (flags: string, settings: Shared & { example: number }): Option<number | 'auto' | undefined> =>
    define(flags, settings, { parse: portOrAuto(nameOf(flags), settings.example) }),

  /** Values separated by commas, each once, in the order in which they were given. */
  list: <T, S extends Shared & { show?(value: T): string; default?: T[] }>(
    flags: string,
    settings: S & { of(text: string): T; most: number },
  ): Option<ValueOf<T[], S>> => {
    const { of, show = String, most, default: values } = settings;
    return define(flags, settings, {
      parse: (text) => {
        const found = [...new Set(text.split(',').map((part) => of(part.trim())))];
        if (found.length <= most) return found;
        throw badValue(nameOf(flags), text, `a list of at most ${most} values`, found.slice(0, most).join());
      },
      ...shownDefault(values, (all) => all.map(show).join(',')),
    });
  },

  /** Words separated by commas, repeatable; at least one. */
  words: (flags: string, settings: Shared & { example: string }): Option<string[]> =>
    define(
      flags,
      settings,
      collecting((text) => {
        const found = text.split(',').flatMap((word) => word.trim() || []);
        if (found.length > 0) return found;
        throw badValue(nameOf(flags), text, 'a list of words, separated by commas', settings.example);
      }),
    ),

  /** Whatever `parse` makes of the text; `alone` is the value of an option whose value may be left out. */
  value: <T, S extends Defaulted<T> & { alone?: unknown }>(
    flags: string,
    settings: S & { parse(text: string): T },
  ): Option<ValueOf<T, S> | (S extends { alone: infer A } ? A : never)> =>
    define(flags, settings, {
      parse: settings.parse,
      alone: settings.alone,
      ...shownDefault(settings.default, String),
    }),

  /** The same, repeatable. */
  values: <T>(flags: string, settings: Shared & { parse(text: string): T }): Option<T[]> =>
    define(
      flags,
      settings,
      collecting((text) => [settings.parse(text)]),
    ),
} as const;

/** A repeatable option: an empty list where it was not given. */
const collecting = <T>(parse: (text: string) => T[]): Partial<OptionDef> => ({
  repeatable: true,
  default: [],
  parse: (text, previous) => [...(Array.isArray(previous) ? previous : []), ...parse(text)],
});

/** The values of options of which none was given. */
export const defaultsOf = <O extends OptionDefs>(options: O): OptionsOf<O> =>
  Object.fromEntries(Object.entries(options).map(([key, def]) => [key, def.default])) as OptionsOf<O>;
