import { isSecretLine, lacksValue } from './secrets.js';

/** Where MONITOR comes after it: typed alone, the sentinel would monitor nothing. */
const REMOVE = / SENTINEL REMOVE /;
const MONITOR = / SENTINEL MONITOR /;
/** What comes after it is done by hand: typed alone, a server would be missing. */
const SHUTDOWN = / SHUTDOWN\b/;

/**
 * The first command of a fix after what sets its passwords, and what belongs to it where it alone would do harm; none
 * where a comment comes first, because the command is only right under its condition.
 */
export function commandIn(fix: readonly string[]): string | null {
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
  const steps = isWhole ? whole : [first];
  const until = fix.indexOf(steps.at(-1) ?? first);
  return [...fix.slice(0, until).filter(isSecretLine), steps.join(' && ')].join('\n');
}
