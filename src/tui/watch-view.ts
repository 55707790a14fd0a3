import type { Failure } from '../cli/failure.js';
import type { Change } from '../model/changes.js';
import { formatDurationMs, humanDurationMs } from '../model/duration.js';
import type { StatusResult } from '../model/status.js';
import { cut, plain, widthOf, wrap } from '../report/plain-text.js';
import { statusText } from '../report/text/status.js';
import { type Theme, themeOf, type View } from '../report/text/theme.js';

/** The result of one look: a status, or why it failed. */
export type Look = { atMs: number; tookMs: number } & (
  | {
      status: StatusResult;
      /** The same with what is counted, as it is at this moment. */
      now?: () => StatusResult;
    }
  | { failure: Failure }
);

/** A change with its time, wall clock, milliseconds since 1970. */
export interface TimedChange extends Change {
  atMs: number;
}

/** What a watch shows: the latest look, and what changed since it began, the latest last. */
export interface Watched {
  everyMs: number;
  sinceMs: number;
  look: Look | null;
  changes: readonly TimedChange[];
}

const ITSELF = /^sentinelctl status --watch\b/;

/** The same without the command that is running already. */
export function besideWatch(status: StatusResult): StatusResult {
  const left = (commands: string): string =>
    commands
      .split('\n')
      .filter((line) => !ITSELF.test(line))
      .join('\n');
  const verdictOf = <T extends Pick<StatusResult, 'verdict' | 'problems'>>(of: T): T => ({
    ...of,
    verdict: { ...of.verdict, next: left(of.verdict.next ?? '') || null },
    problems: of.problems.map((problem) => ({ ...problem, fix: left(problem.fix) })),
  });
  return { ...verdictOf(status), masters: status.masters.map(verdictOf) };
}

/** Number of changes that are shown: at most, and at least on a small screen. */
const MOST_CHANGES = 8;
const LEAST_CHANGES = 3;

/** `14:03:05`, in the local time zone. */
export const clockTime = (atMs: number): string => new Date(atMs).toTimeString().slice(0, 8);

/** The lines of one frame: a header, the status, what changed. Never more than the window has rows. */
export function watchLines(watched: Watched, view: View & { rows: number }): string[] {
  const theme = themeOf(view);
  const body = watched.look === null ? ['looking …'] : lookLines(watched.look, view);
  // Header and two empty lines, and the pane's own title.
  const room = Math.max(1, view.rows - 4);
  const most = Math.min(watched.changes.length, MOST_CHANGES);
  const shown = Math.max(Math.min(most, room - body.length), Math.min(most, LEAST_CHANGES));
  const lines = [
    theme.dim(header(watched, view)),
    '',
    ...clipped(body, Math.max(1, room - shown), theme, view),
    '',
    ...changeLines(watched, shown, view),
  ];
  return lines.slice(0, view.rows);
}

/** Time, rhythm and how to leave, as far as the window is wide enough. */
function header({ look, everyMs }: Watched, { columns }: View): string {
  const parts = [
    ...(look === null ? [] : [clockTime(look.atMs)]),
    'q quits',
    `every ${formatDurationMs(everyMs)}`,
    ...(look === null ? [] : [`reading took ${humanDurationMs(look.tookMs)}`]),
  ];
  for (let kept = parts.length; kept > 1; kept -= 1) {
    const line = parts.slice(0, kept).join('  ');
    if (widthOf(line) <= columns) return line;
  }
  return cut(parts[0] ?? '', columns);
}

function lookLines(look: Look, view: View): string[] {
  return (
    'status' in look
      ? statusText(besideWatch(look.status), { ...view, frame: true })
      : failureLines(look.failure, view)
  ).split('\n');
}

/** As `error:`, `why:` and `try:` below each other, within the width. */
function failureLines({ message, why, hint }: Failure, view: View): string {
  const theme = themeOf(view);
  const part = (label: string, text: string | undefined, paint: (line: string) => string): string[] =>
    text === undefined ? [] : wrap(`${label} ${plain(text)}`, view.columns, 2).map(paint);
  return [
    ...part('error:', message, theme.bad),
    ...part('  why:', why, theme.dim),
    ...part('  try:', hint, theme.accent),
  ].join('\n');
}

/** The first lines, the last of them saying how many are missing. */
function clipped(lines: string[], room: number, theme: Theme, { columns }: View): string[] {
  if (lines.length <= room) return lines;
  const missing = lines.length - room + 1;
  return [
    ...lines.slice(0, room - 1),
    theme.dim(cut(`… ${missing} more lines: enlarge the window`, columns)),
  ];
}

/** The latest changes, the very latest first. */
function changeLines({ changes, sinceMs }: Watched, shown: number, view: View): string[] {
  const theme = themeOf(view);
  if (changes.length === 0) return [theme.dim(cut(`no change since ${clockTime(sinceMs)}`, view.columns))];
  const latest = changes.slice(-shown).reverse();
  return [theme.dim(cut('what changed', view.columns)), ...latest.map((c) => changeLine(c, view))];
}

/** `14:03:05 - redis-2 went away`, cut to the width. */
export function changeLine(change: TimedChange, view: View): string {
  const theme = themeOf(view);
  const { mark, paint } = {
    worse: { mark: '-', paint: theme.bad },
    better: { mark: '+', paint: theme.ok },
    neutral: { mark: '*', paint: theme.warn },
  }[change.turn];
  return paint(cut(`${clockTime(change.atMs)} ${mark} ${plain(change.message)}`, view.columns));
}
