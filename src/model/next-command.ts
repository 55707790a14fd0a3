import { isSecretLine, lacksValue } from './secrets.js';

/** Where MONITOR comes after it: typed alone, the sentinel would monitor nothing. */
const REMOVE = / SENTINEL REMOVE /;
const MONITOR = / SENTINEL MONITOR /;
/** What comes after it is done by hand: typed alone, a server would be missing. */
const SHUTDOWN = / SHUTDOWN\b/;

/** Keeps a change of a server over its restart. */
const KEEPS = /^redis-cli .* (CONFIG REWRITE|ACL SAVE)$/;
const serverIn = (line: string): string | undefined => /redis-cli (-h \S+ -p \d+)/.exec(line)?.[1];

/**
 * The first command of a fix with what sets its passwords, and what belongs to it where it alone would do harm; none
 * where a comment comes first, because the command is only right under its condition.
 */
export const commandIn = (fix: readonly string[]): string | null => firstStep(fix)?.command ?? null;

/**
 * How many of the first lines of a fix a command says that `commandIn` made; 0 for another one, and where what comes after
 * it is the rest of the same step.
 */
export function linesSaid(fix: readonly string[], command: string | undefined): number {
  const first = firstStep(fix);
  if (first === null || first.command !== command) return 0;
  return (fix[first.lines] ?? '#').startsWith('#') ? first.lines : 0;
}

function firstStep(fix: readonly string[]): { command: string; lines: number } | null {
  const lines = fix.filter((line) => !isSecretLine(line));
  const [first] = lines;
  if (first === undefined || SHUTDOWN.test(first) || first.startsWith('#')) return null;
  if (lacksValue(first, fix)) return null;
  // Where all of them have to remove it first, the first of these is only right with the others.
  const monitors = lines.findIndex((line) => MONITOR.test(line));
  const end = lines.findIndex(
    (line, i) => i > 0 && (line.startsWith('#') || (REMOVE.test(line) && i > monitors)),
  );
  const whole = lines.slice(0, end === -1 ? undefined : end);
  // MONITOR alone leaves Sentinel's defaults, and no password.
  const isWhole = MONITOR.test(first) || (REMOVE.test(first) && whole.some((line) => MONITOR.test(line)));
  const [, second = ''] = lines;
  // A change that is not kept looks healthy, and is gone at the next restart.
  const keeps = KEEPS.test(second) && serverIn(second) === serverIn(first);
  const steps = isWhole ? whole : keeps ? [first, second] : [first];
  const until = fix.indexOf(steps.at(-1) ?? first);
  const secrets = fix.slice(0, until).filter(isSecretLine);
  return { command: inOneLine([...secrets, steps.join(' && ')]), lines: until + 1 };
}

const COMMENT = / {2}# (.*)$/;

/** One line for one paste, with its comment at the end; a line each where more than one says what FILE is. */
function inOneLine(lines: readonly string[]): string {
  const comments = lines.flatMap((line) => COMMENT.exec(line)?.[1] ?? []);
  if (comments.length > 1) return lines.join('\n');
  const typed = lines.map((line) => line.replace(COMMENT, '')).join(' && ');
  return [typed, ...comments].join('  # ');
}
