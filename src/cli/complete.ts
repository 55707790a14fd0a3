import { Option } from 'commander';
import type { FileCluster } from '../config/files.js';
import { type Env, stateHome } from '../config/paths.js';
import { candidates } from './ask.js';
import type { CommandDef } from './command.js';
import { GLOBAL_OPTIONS } from './global-options.js';
import { knownClusters } from './known.js';
import type { Completion, OptionDef } from './option.js';
import type { Registry } from './registry.js';

/** What a word may become; the value `:files` asks the shell for file names. */
export interface Candidate {
  value: string;
  text: string;
}

export interface CompletionPlace {
  commands: Registry;
  env: Env;
  /** The cluster whose nodes are completed where the words name none. */
  cluster: string;
  /** The attached clusters of the project's file. */
  fileClusters: readonly FileCluster[];
}

/** What the values of an option or an argument may be completed with. */
type Completed = Pick<OptionDef, 'choices' | 'complete'>;

/** What the last of `words` may become. Reads files at most, asks no server. */
export async function complete(words: readonly string[], place: CompletionPlace): Promise<Candidate[]> {
  const joined = rejoin(words);
  const current = joined.at(-1) ?? '';
  const line = await readLine(joined.slice(0, -1), place.commands);
  if (isSkipped(line.pending, current)) line.pending = undefined;
  const values = ({ choices, complete }: Completed): Promise<Candidate[]> | Candidate[] =>
    choices?.map((value) => ({ value, text: '' })) ??
    liveValues(complete, line.words, { ...place, cluster: line.cluster ?? place.cluster });

  const inline = /^(--[^=]+)=(.*)$/s.exec(current);
  const wanted = line.pending ?? (inline?.[1] === undefined ? undefined : find(line.options, inline[1]));
  if (wanted !== undefined) {
    const typed = inline?.[1] !== undefined && line.pending === undefined ? (inline[2] ?? '') : current;
    const isColumns = find([wanted], '--columns') !== undefined;
    const single = isColumns ? columnsOf(line) : await values(wanted);
    const found = LIST.test(wanted.flags) ? lists(single, typed) : single;
    if (inline === null || line.pending !== undefined) return matching(found, current);
    return matching(
      found.map((v) => ({ ...v, value: `${inline[1]}=${v.value}` })),
      current,
    );
  }
  if (current.startsWith('-') && !line.onlyWords) return matching(optionNames(line), current);
  if (line.def === undefined)
    return line.words.length > 0 ? [] : matching(commandNames(place.commands), current);
  const takes = line.def.arguments;
  const argument = takes[line.words.length] ?? (takes.at(-1)?.variadic ? takes.at(-1) : undefined);
  const found = argument === undefined ? [] : await values(argument);
  return matching(
    found.filter((v) => !line.words.includes(v.value)),
    current,
  );
}

/** bash breaks words at `=`: `--output`, `=`, `js` is `--output js` again. */
function rejoin(words: readonly string[]): string[] {
  const last = words.at(-1);
  const kept = words.filter((word, i) => !(word === '=' && words[i - 1]?.startsWith('--')));
  return last === '=' && kept.length < words.length ? [...kept, ''] : kept;
}

interface Line {
  def: CommandDef | undefined;
  options: readonly OptionDef[];
  /** The command's arguments so far, or what stands where a command should. */
  words: string[];
  given: Set<OptionDef>;
  /** The option whose value comes next. */
  pending: OptionDef | undefined;
  cluster: string | undefined;
  /** After `--` nothing is an option. */
  onlyWords: boolean;
}

async function readLine(before: readonly string[], commands: Registry): Promise<Line> {
  const line: Line = {
    def: undefined,
    options: GLOBAL_OPTIONS,
    words: [],
    given: new Set(),
    pending: undefined,
    cluster: undefined,
    onlyWords: false,
  };
  for (const word of before) {
    if (isSkipped(line.pending, word)) line.pending = undefined;
    if (line.pending !== undefined) {
      if (line.pending.complete === 'cluster') line.cluster = word;
      line.pending = undefined;
    } else if (line.onlyWords || !word.startsWith('-')) {
      await readWord(line, word, commands);
    } else if (word === '--') {
      line.onlyWords = true;
    } else {
      readOption(line, word);
    }
  }
  return line;
}

async function readWord(line: Line, word: string, commands: Registry): Promise<void> {
  const entry = Object.hasOwn(commands, word) ? commands[word] : undefined;
  if (line.def !== undefined || entry === undefined) {
    if (word !== 'help') line.words.push(word);
    return;
  }
  line.def = (await entry.load()).default;
  line.options = [...Object.values(line.def.options), ...GLOBAL_OPTIONS];
}

function readOption(line: Line, word: string): void {
  const [name = '', value] = word.split(/=(.*)/s);
  const def = find(line.options, name);
  if (def === undefined) return;
  line.given.add(def);
  if (!takesValue(def)) return;
  if (value === undefined) line.pending = def;
  else if (def.complete === 'cluster') line.cluster = value;
}

/** A value that may be left out (`--watch [interval]`) was, when the next word is an option. */
const isSkipped = (pending: OptionDef | undefined, word: string): boolean =>
  pending !== undefined && new Option(pending.flags).optional && word.startsWith('-');

const takesValue = (def: OptionDef): boolean =>
  new Option(def.flags).required || new Option(def.flags).optional;

function find(options: readonly OptionDef[], name: string): OptionDef | undefined {
  return options.find((def) => {
    const { long, short } = new Option(def.flags);
    return name === long || name === short;
  });
}

/** Options whose value is several words, separated by commas. */
const LIST = /<(list|ids|nodes)>$/;

const columnsOf = ({ def }: Line): Candidate[] =>
  (def?.rows?.columns ?? []).map((value) => ({ value, text: '' }));

/** `a,b`, and what may follow it: what the list does not have. */
function lists(all: readonly Candidate[], current: string): Candidate[] {
  const before = current.split(',').slice(0, -1);
  return all
    .filter(({ value }) => !before.includes(value))
    .map((one) => ({ ...one, value: [...before, one.value].join(',') }));
}

function optionNames(line: Line): Candidate[] {
  return line.options
    .filter((def) => !line.given.has(def) || def.repeatable)
    .map((def) => ({ value: new Option(def.flags).long ?? '', text: def.summary }));
}

async function liveValues(
  what: Completion | undefined,
  before: readonly string[],
  { cluster, env, fileClusters }: CompletionPlace,
): Promise<Candidate[]> {
  if (what === undefined) return [];
  if (what === 'file') return [{ value: ':files', text: '' }];
  if (typeof what === 'function') return (await what()).map((value) => ({ value, text: '' }));
  const named = typeof what === 'object' ? await what.after(before) : what;
  if (named === null) return [];
  const known = await knownClusters(stateHome(env), fileClusters);
  return candidates(named, known, cluster).map((value) => ({ value, text: '' }));
}

function commandNames(commands: Registry): Candidate[] {
  return Object.entries(commands)
    .filter(([, entry]) => entry.hidden !== true)
    .map(([value, { summary }]) => ({ value, text: summary }));
}

const matching = (values: readonly Candidate[], start: string): Candidate[] =>
  values.filter((v) => v.value === ':files' || v.value.startsWith(start));
