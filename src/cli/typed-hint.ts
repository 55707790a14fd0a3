import { Option } from 'commander';
import { EXIT } from '../errors.js';
import { isTyped } from '../model/fix-steps.js';
import { shellWord } from '../model/secrets.js';
import { type Command, isRepeatable } from './command.js';
import type { Failure } from './failure.js';
import { GLOBAL_OPTIONS } from './global-options.js';
import { firstLook, secondLook } from './parse.js';
import { loadCommand, type Registry } from './registry.js';

/** One option or several with their values, and nothing else before a ` # `. */
const OPTIONS_ALONE = /^--[a-z][a-z-]*(=\S+)?( ('[^']*'|[^\s#'-]\S*|--[a-z][a-z-]*(=\S+)?))*( # .*)?$/;

/**
 * The failure with a hint that has a command to type: an option alone becomes the line that was typed with that option, and
 * words without a command get the one that belongs to them. A command that interrupts clients is named only with `--help`.
 */
export async function withTypedHint(
  failure: Failure,
  argv: readonly string[],
  commands: Registry,
): Promise<Failure> {
  const { hint } = failure;
  if (hint === undefined) return failure;
  const typed = await typedOf(argv, commands);
  const lines = hint.split('\n').map((line) => (OPTIONS_ALONE.test(line) ? withOptions(typed, line) : line));
  if (lines.some(hasCommand)) return { ...failure, hint: lines.join('\n') };
  const isUsage = failure.exitCode === EXIT.usage;
  const words = lines.join('\n');
  const again = isUsage ? helpOf(typed) : (lineOf(typed) ?? helpOf(typed));
  if (AGAIN.test(words)) return { ...failure, hint: again };
  return { ...failure, hint: `${words}${isUsage || again === helpOf(typed) ? ': ' : ', then: '}${again}` };
}

/** Words that mean only the line that was typed. */
const AGAIN = /^(run it again|repeat the command)$/;

const hasCommand = (line: string): boolean =>
  /\bsentinelctl -?-?[a-z]/.test(line) || line.split(/: |[(`]/).some((part) => isTyped(part.trim()));

/** The command line that failed. */
interface Typed {
  argv: readonly string[];
  /** Undefined where it has no command that is known. */
  def: Command | undefined;
  /** Its arguments; where they cannot be told, only what a harmful one begins with. */
  words: readonly string[];
}

async function typedOf(argv: readonly string[], commands: Registry): Promise<Typed> {
  // The value of an option of every command may be what is wrong.
  const name = quietly(() => firstLook(argv).words[0]) ?? argv.find((word) => Object.hasOwn(commands, word));
  const def = name === undefined ? undefined : await loadCommand(commands, name);
  const words = def === undefined ? undefined : quietly(() => secondLook(def, argv).words);
  return { argv, def, words: words ?? argv.filter((word) => word === 'run') };
}

/** What it answers, undefined where it throws: the line was wrong, and that is told already. */
function quietly<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

const helpOf = ({ def }: Typed): string =>
  def === undefined ? 'sentinelctl --help' : `sentinelctl ${def.name} --help`;

/** The line that was typed, without these options; null where typing it again may do harm. */
function lineOf({ argv, def, words }: Typed, without: readonly string[] = []): string | null {
  if (def === undefined || argv.includes('--')) return null;
  if (!isRepeatable(def, words) && def.creates !== true) return null;
  const options = [...Object.values(def.options), ...GLOBAL_OPTIONS].map(({ flags }) => new Option(flags));
  // `master-addr NAME` names by an argument what the option names.
  const named = def.arguments.findIndex(({ complete }) => complete === 'master');
  const replaced = without.includes('--master-name') ? words[named] : undefined;
  const kept: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    const [name = ''] = word.split('=');
    const option = options.find(
      ({ long, short }) => long === name || (short !== undefined && short === name),
    );
    const isLeftOut = option?.long != null && without.includes(option.long);
    if (!isLeftOut && word !== replaced) kept.push(word);
    // The value of an option that may stand alone is the next word, unless that is an option.
    else if (isLeftOut && name === word && (option.required || (option.optional && isValue(argv[i + 1]))))
      i++;
  }
  // Options may stand before the command's name.
  const at = kept.indexOf(def.name);
  return ['sentinelctl', def.name, ...kept.toSpliced(at, 1).map(shellWord)].join(' ');
}

const isValue = (word: string | undefined): boolean => word !== undefined && !word.startsWith('-');

function withOptions(typed: Typed, line: string): string {
  const [options = '', remark] = line.split(' # ');
  const names = options.match(/(?<=^| )--[a-z][a-z-]*/g) ?? [];
  const again = lineOf(typed, names);
  if (again !== null) return [`${again} ${options}`, ...(remark === undefined ? [] : [remark])].join(' # ');
  const more = remark === undefined ? '' : `${remark.startsWith('or ') ? ' ' : ': '}${remark}`;
  return `${helpOf(typed)} # such as ${options}${more}`;
}
