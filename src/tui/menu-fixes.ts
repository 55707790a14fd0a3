import type { StatusResult } from '../model/status.js';

/** Commands that repair. A fix that begins with another one is shown, never offered. */
const REPAIRS = ['start', 'restart', 'resume', 'recover', 'heal', 'up'];
const MOST_FIXES = 3;

/** The fixes that are one sentinelctl command without placeholders and repair something, each once, the first first. */
export function fixesOf(
  { verdict, problems }: StatusResult,
  cluster: string,
): { words: string[]; about: string }[] {
  const first = { fix: verdict.next ?? '', message: verdict.cause ?? '' };
  const found = new Map<string, { words: string[]; about: string }>();
  for (const { fix, message } of [first, ...problems]) {
    const line = /^sentinelctl ([a-z][\w .:=-]*)$/.exec(fix)?.[1];
    if (line === undefined) continue;
    const words = line.split(' ');
    const at = words.indexOf('--cluster');
    // What is meant for another cluster is not a fix of this one.
    if (at !== -1 && words.splice(at, 2)[1] !== cluster) continue;
    const key = words.join(' ');
    const hasPlaceholder = words.some((word) => /^[A-Z]+$/.test(word));
    if (!REPAIRS.includes(words[0] ?? '') || hasPlaceholder || found.has(key)) continue;
    found.set(key, { words, about: message });
  }
  const fixes = [...found.values()];
  // Where everything has to come up in order, a single node is refused.
  const up = fixes.filter(({ words }) => words[0] === 'up');
  return (up.length > 0 ? up : fixes).slice(0, MOST_FIXES);
}
