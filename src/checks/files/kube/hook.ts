import type { HookSays } from '../compose/service.js';
import { BadScript } from '../shell/lex.js';
import { baseName } from '../shell/machine.js';
import { type Command, parseScript, type Step } from '../shell/parse.js';

const PAUSE = /\bclient["']?\s+["']?pause["']?\s+(\S+)/gi;
const KEEPS = /\bsentinel["']?\s+["']?failover\b|\bclient["']?\s+["']?unpause\b/i;
/** A part of one of both, as for a function with `sentinel "$@"`. */
const MAY_KEEP = /\b(failover|unpause)\b|\b(sentinel|client)["']?\s+["']?\$/i;
/** Commands that ask for no failover unless their arguments say so. */
const KNOWN =
  /^(redis-cli|valkey-cli|echo|printf|sleep|true|false|:|test|\[|\[\[|exit|return|break|continue|shift|set|unset|export|local|declare|readonly|read|wait|date|hostname|getent|head|tail|grep|cut|tr|awk|sed|cat|expr|seq|wc|sort)$/;
const SCRIPT = /[\w./-]+\.(?:sh|bash|py)\b/g;

/** Reads a hook with the scripts at `paths`, which it names: comments, and what is only printed, count for nothing. */
export function readHook({ text, paths }: { text: string; paths: readonly string[] }): HookSays {
  const script = text.replace(/^\S*\bsh(\s+-\w+)*\s+/, '');
  const commands: string[][] = [];
  const functions = new Set<string>();
  const code: string[] = [];
  const visit = (steps: readonly Step[]): void => {
    for (const { pipeline } of steps) {
      const [first] = pipeline;
      const isPrinted = pipeline.length === 1 && first?.kind === 'simple' && isPrint(first.words);
      for (const command of pipeline) {
        if (!isPrinted) code.push(...textsIn(command));
        if (command.kind === 'simple') commands.push(command.words);
        if (command.kind === 'function') functions.add(command.name);
        for (const body of bodiesOf(command)) visit(body);
      }
    }
  };
  try {
    visit(parseScript(script));
  } catch (error) {
    if (!(error instanceof BadScript)) throw error;
    return { pauses: pausesIn(script.replace(/(^|\s)#.*$/gm, '$1')), isKept: null };
  }
  const all = code.join('\n');
  const isSeen = (words: readonly string[]): boolean => {
    const name = commandIn(words);
    return name === undefined || functions.has(name) || paths.includes(name) || KNOWN.test(baseName(name));
  };
  const isUnclear =
    MAY_KEEP.test(all) ||
    !commands.every(isSeen) ||
    (all.match(SCRIPT) ?? []).some((path) => !paths.includes(path));
  return { pauses: pausesIn(all), isKept: KEEPS.test(all) ? true : isUnclear ? null : false };
}

const pausesIn = (text: string): string[] => [...text.matchAll(PAUSE)].map(([, given = '']) => given);

const isPrint = (words: readonly string[]): boolean =>
  /^(echo|printf)$/.test(words[0] ?? '') && !words.some((w) => w.includes('$('));

/** The program or script of a command; undefined where it only sets variables. */
function commandIn(words: readonly string[]): string | undefined {
  const [first, ...others] = words.filter((word) => !/^[A-Za-z_]\w*\+?=/.test(word) && word !== '!');
  const name = first?.replace(/["']/g, '');
  if (name === undefined || !/^(exec|\.|source|timeout|(.*\/)?(ba|da|a)?sh)$/.test(name)) return name;
  return commandIn(others.filter((word) => !/^(-\w+|\d+s?)$/.test(word)));
}

/** The words of one line of it, and its here-documents. */
const textsIn = (command: Command): string[] => {
  const redirects = command.redirects ?? [];
  const here = redirects.map(({ here, target }) => here?.text ?? target);
  if (command.kind === 'simple') return [command.words.join(' '), ...here];
  if (command.kind === 'loop') return [command.over?.words.join(' ') ?? '', ...here];
  return command.kind === 'case' ? [command.word, ...here] : here;
};

function bodiesOf(command: Command): readonly Step[][] {
  switch (command.kind) {
    case 'simple':
      return [];
    case 'if':
      return [...command.branches.flatMap((b) => [b.condition, b.body]), command.otherwise];
    case 'loop':
      return [command.condition, command.body];
    case 'case':
      return command.arms.map((a) => a.body);
    default:
      return [command.body];
  }
}
