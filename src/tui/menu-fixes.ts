import type { Problem, StatusResult } from '../model/status.js';

/** Commands that repair. A fix that begins with another one is shown, never offered. */
const REPAIRS = ['start', 'restart', 'resume', 'recover', 'heal', 'up'];
const MOST_FIXES = 3;

/** Commands that only look: where the verdict names one of them, it is offered as what comes next. */
const LOOKS = ['logs', 'doctor', 'wait'];

/** What gives a command its passwords, before it on its own line. */
const GIVEN = /^(export [A-Z_]+="[^"]*" && )+/;

/** A command line that the menu offers because something is wrong. */
export interface FixOffer {
  name: string;
  words: string[];
  about: string;
}

/**
 * What comes next by the verdict, then the fixes that are one sentinelctl command without placeholders and repair
 * something, each once.
 */
export function fixesOf({ verdict, problems }: StatusResult, cluster: string): FixOffer[] {
  const first = { fix: verdict.next ?? '', message: verdict.cause ?? '' };
  const found = new Map<string, FixOffer>();
  for (const { fix, message } of [first, ...problems.flatMap(oneEach)]) {
    const words = wordsFor(fix, cluster);
    const key = words?.join(' ') ?? '';
    if (words === null || !REPAIRS.includes(words[0] ?? '') || found.has(key)) continue;
    found.set(key, { name: `Fix: ${key}`, words, about: message });
  }
  const fixes = [...found.values()];
  // Where everything has to come up in order, a single node is refused.
  const up = fixes.filter(({ words }) => words[0] === 'up');
  const repairs = up.length > 0 ? up : fixes;
  return [...nextOf(first, cluster), ...repairs].slice(0, MOST_FIXES);
}

/** A problem of several servers has a command for each; any other fix of several lines is a sequence. */
function oneEach({ fix, message, subjects }: Problem): { fix: string; message: string }[] {
  const lines = fix.split('\n');
  const isOneEach =
    subjects.length === lines.length && subjects.every((id, i) => lines[i]?.includes(` ${id}`));
  return (isOneEach ? lines : [fix]).map((line) => ({ fix: line, message }));
}

/** The next step where it is not a repair of sentinelctl's own: a command that looks, or a setting that doctor changes. */
function nextOf({ fix, message }: { fix: string; message: string }, cluster: string): FixOffer[] {
  const words = wordsFor(fix, cluster);
  if (words !== null && LOOKS.includes(words[0] ?? ''))
    return [{ name: `Next: ${words.join(' ')}`, words, about: message }];
  const command = fix.replace(GIVEN, '');
  if (!/^redis-cli /m.test(command)) return [];
  // A setting it changes itself: it says each change, and asks before it makes one. Other commands it only shows.
  const next = /^redis-cli .*\b(CONFIG|SENTINEL) SET /m.test(command) ? ['doctor', '--fix'] : ['doctor'];
  return [{ name: `Next: ${next.join(' ')}`, words: next, about: message }];
}

/** The words of one sentinelctl command for this cluster; null for another one, and where a value is missing. */
function wordsFor(fix: string, cluster: string): string[] | null {
  const line = /^sentinelctl ([a-z][\w .:=-]*)$/.exec(fix)?.[1];
  if (line === undefined) return null;
  const words = line.split(' ');
  const at = words.indexOf('--cluster');
  if (at !== -1 && words.splice(at, 2)[1] !== cluster) return null;
  // The menu has no name typed for a person: the command asks for it.
  const confirm = words.indexOf('--confirm');
  if (confirm !== -1) words.splice(confirm, 2);
  return words.some((word) => /^[A-Z]+$/.test(word)) ? null : words;
}
