import { OPEN } from './expand.js';
import type { Following } from './following.js';
import { BadScript, partEnd } from './lex.js';
import { type Machine, NotFollowed } from './machine.js';
import { type Command, parseScript, type Step } from './parse.js';

/** Programs whose output follows from their input alone. */
const PLAIN = /^(echo|printf|sed|hostname|cat|seq|envsubst)$/;

/** Programs that ask servers, and that pass on what they are given. */
const FILTERS = /^(redis-cli|valkey-cli|timeout|head|tail|grep|awk|cut|tr|sort|true)$/;

/** The variables that a command begins with: `A=1 B=2 program`. */
export function assignmentsIn(words: readonly string[]): string[] {
  const first = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  return words.slice(0, first === -1 ? words.length : first);
}

/** The commands whose output stands in the words of a command: `$(hostname)`, and between backquotes. */
export function textsOf(command: Command): string[] {
  const words = wordsIn(command);
  const redirects = command.redirects ?? [];
  return [
    ...words.flatMap((word) => substitutionsIn(word, false)),
    ...redirects.flatMap(({ target, here }) =>
      here?.expand === true ? substitutionsIn(here.text, true) : substitutionsIn(target, false),
    ),
  ];
}

function wordsIn(command: Command): string[] {
  if (command.kind === 'simple') return command.words;
  if (command.kind === 'case') return [command.word];
  return command.kind === 'loop' ? (command.over?.words ?? []) : [];
}

/** `isText`: quotes are plain characters, as in a here-document. */
function substitutionsIn(raw: string, isText: boolean): string[] {
  const found: string[] = [];
  let isQuoted = isText;
  for (let at = 0; at < raw.length; ) {
    const char = raw.charAt(at);
    if (char === '"') {
      isQuoted = isText || !isQuoted;
      at++;
    } else if (char === "'" && isQuoted) at++;
    else {
      const end = partEnd(raw, at);
      const whole = raw.slice(at, end);
      if (/^\$\((?!\()|^`/.test(whole)) found.push(whole);
      at = end;
    }
  }
  return found;
}

/** What such a command prints, where it only prints; undefined where that is not known. */
export async function outputOf(run: Following, whole: string): Promise<string | undefined> {
  const { machine, leaving, waiting } = run;
  const steps = stepsOf(whole.startsWith('$(') ? whole.slice(2, -1) : whole.slice(1, -1));
  if (!steps?.every(({ pipeline }) => pipeline.every((c) => isPlain(c, machine)))) return undefined;
  const { output, env, args, calls, captures, exempt, input } = machine;
  machine.output = [];
  machine.captures += 1;
  machine.env = new Map(env);
  run.waiting = [];
  try {
    await run.exempt(() => run.list(steps));
    const text = machine.output.map((s) => s.text).join('');
    return text.includes(OPEN) || run.waiting.length > 0 ? undefined : text.replace(/\n+$/, '');
  } catch (error) {
    if (error instanceof NotFollowed) return undefined;
    throw error;
  } finally {
    Object.assign(machine, { output, env, args, calls, captures, exempt, input });
    Object.assign(run, { leaving, waiting });
  }
}

/** What is not understood here is text that only the container knows. */
function stepsOf(script: string): Step[] | null {
  try {
    return parseScript(script);
  } catch (error) {
    if (error instanceof BadScript) return null;
    throw error;
  }
}

const isPlain = (command: Command, { functions, isAlone }: Machine): boolean =>
  command.kind === 'simple' &&
  command.redirects.every((r) => r.operator === '<' || r.target === '/dev/null') &&
  (PLAIN.test(command.words[0] ?? '') ||
    // Where no other server runs yet, what asks one prints nothing.
    (isAlone && (FILTERS.test(command.words[0] ?? '') || functions.has(command.words[0] ?? ''))));
