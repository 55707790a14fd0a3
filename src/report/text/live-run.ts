import { aboutLeft, formatDurationMs, humanDurationMs } from '../../model/duration.js';
import type { LiveRun, LiveWrites } from '../../model/live-run.js';
import { cut, plain, widthOf, wrap } from '../plain-text.js';
import { grouped } from '../words/metrics.js';
import { SYMBOL, themeOf, type View } from './theme.js';

/** What a frame is drawn from. */
export interface LiveState {
  run: LiveRun;
  /** On the run's clock, in milliseconds. */
  nowMs: number;
  /** The step that is under way, what is missing until it can end, and Sentinel's own word for its end. */
  step: { label: string; missing: readonly string[]; closes?: string | undefined } | null;
}

/** The largest width of the bar, in columns. It is left out where even the smallest does not fit. */
const WIDEST_BAR = 40;
const NARROWEST_BAR = 6;
/** So many of the things that are missing are named, each in at most so many lines. */
const NAMED = 3;
const LINES_EACH = 3;
/** Clients that write this many times what is due send what they could not send before. */
const CATCHING_UP = 1.25;
/** A silence of the clients is said from then on, in milliseconds. */
const SILENCE_MS = 500;

interface Line {
  text: string;
  /** Behind the text and dim, where there is room for all of it. */
  aside?: string;
  paint: 'bold' | 'accent' | 'dim' | 'ok' | 'warn' | 'bad';
  /** What goes first where the terminal has too few rows: the largest. */
  rank: number;
}

/**
 * A run as it goes on, at most `rows` lines: what was done and when, the time against down-after and the budget, what is
 * waited for and which node does not agree yet, the clients. No line is as wide as the terminal, so that none wraps.
 */
export function liveFrame(state: LiveState, view: View & { rows: number }): string[] {
  const theme = themeOf(view);
  const columns = Math.max(1, view.columns - 1);
  const lines = [
    headLine(state, columns),
    ...barLines(state, columns),
    ...phaseLines(state.run),
    ...stepLines(state),
    ...missingLines(state, columns),
    ...writesLines(state),
  ];
  const kept = lines.toSorted((a, b) => a.rank - b.rank).slice(0, Math.max(1, view.rows));
  return lines
    .filter((line) => kept.includes(line))
    .map(({ text, aside, paint }) => {
      const shown = theme[paint](cut(plain(text), columns));
      if (aside === undefined || widthOf(`${plain(text)} (${aside})`) > columns) return shown;
      return `${shown} ${theme.dim(`(${aside})`)}`;
    });
}

/** The time is never cut: what is left goes first, then the end of the title. */
function headLine({ run, nowMs }: LiveState, columns: number): Line {
  const { title, fault, beganMs, leftMs } = run;
  const time = fault === null ? tenths(nowMs - beganMs) : faultTime(fault, run, nowMs);
  const left = leftMs === null ? '' : `  ${aboutLeft(leftMs - (nowMs - beganMs))}`;
  const whole = `${title}  ${time}`;
  const room = columns - widthOf(time) - 2;
  const text =
    widthOf(whole + left) <= columns ? whole + left : room < 4 ? time : `${cut(title, room)}  ${time}`;
  return { text, paint: 'bold', rank: 0 };
}

/** `SIGKILL to redis-1 3.4 s ago`; `redis-1 frozen 3.4 s ago, thaws in 11.6 s`; `redis-1 thawed 1.2 s ago`. */
function faultTime(
  { words, atMs, frozen }: NonNullable<LiveRun['fault']>,
  { thawedMs }: LiveRun,
  nowMs: number,
): string {
  if (frozen === null) return `${words} ${tenths(nowMs - atMs)} ago`;
  const { node, untilMs } = frozen;
  if (thawedMs !== null) return `${node} thawed ${tenths(nowMs - thawedMs)} ago`;
  const thaws = nowMs < untilMs ? `thaws in ${tenths(untilMs - nowMs)}` : 'thaws now';
  return `${node} frozen ${tenths(nowMs - atMs)} ago, ${thaws}`;
}

/** `switch ━━━━━━━━┊──│ 3.4 s (┊ down-after 5s, │ budget 7s)`; after the first +switch-master it stands still. */
function barLines({ run, nowMs }: LiveState, columns: number): Line[] {
  const { fault, limits, switchedMs } = run;
  if (fault === null || limits === null) return [];
  const { downAfterMs, budgetMs } = limits;
  const atMs = switchedMs ?? nowMs - fault.atMs;
  const isOver = atMs > budgetMs;
  const time = switchedMs === null ? tenths(atMs) : humanDurationMs(switchedMs);
  const legend = `┊ down-after ${formatDurationMs(downAfterMs)}, │ budget ${formatDurationMs(budgetMs)}`;
  const head = 'switch ';
  const tails = [` ${time} (${legend})`, ` ${time} of ${formatDurationMs(budgetMs)}`, ` ${time}`];
  const roomFor = (tail: string): number => columns - widthOf(head) - widthOf(tail);
  const tail = tails.find((one) => roomFor(one) >= NARROWEST_BAR) ?? tails.at(-1) ?? '';
  const room = Math.min(WIDEST_BAR, roomFor(tail));
  const drawn = room < NARROWEST_BAR ? '' : phaseBar(atMs, limits, room);
  const paint = isOver ? 'bad' : switchedMs === null ? 'accent' : 'ok';
  return [{ text: `${head}${drawn}${tail}`, paint, rank: 2 }];
}

/** `━` for the time that has passed, `─` for the rest; `┊` at down-after, `│` at the budget. */
function phaseBar(
  atMs: number,
  { downAfterMs, budgetMs }: { downAfterMs: number; budgetMs: number },
  columns: number,
): string {
  const endMs = Math.max(1, atMs, budgetMs, downAfterMs);
  const columnOf = (ms: number): number => Math.min(columns - 1, Math.floor((ms / endMs) * columns));
  const filled = Math.floor((Math.max(0, atMs) / endMs) * columns);
  return Array.from({ length: columns }, (_, i) => {
    if (i === columnOf(budgetMs)) return '│';
    if (i === columnOf(downAfterMs)) return '┊';
    return i < filled ? '━' : '─';
  }).join('');
}

const phaseLines = ({ phase }: LiveRun): Line[] =>
  phase === null
    ? []
    : [{ text: `${SYMBOL.ok} ${phase.label}  ${humanDurationMs(phase.ms)}`, paint: 'ok', rank: 5 }];

function stepLines({ run, step }: LiveState): Line[] {
  const label = step?.label ?? run.doing;
  if (label === null) return [];
  const aside = step?.closes;
  return [{ text: `… ${label}`, ...(aside !== undefined && { aside }), paint: 'accent', rank: 1 }];
}

/** The end of a reason is often what tells: it is wrapped, not cut. */
function missingLines({ step }: LiveState, columns: number): Line[] {
  const missing = step?.missing ?? [];
  const more = missing.length - NAMED;
  return [...missing.slice(0, NAMED), ...(more > 0 ? [`and ${more} more`] : [])].flatMap((text, i) =>
    fewLines(wrap(plain(`  ${text}`), columns, 4)).map((line) => ({
      text: line,
      paint: 'warn' as const,
      rank: 4 + i,
    })),
  );
}

const fewLines = (lines: readonly string[]): string[] =>
  lines.length <= LINES_EACH ? [...lines] : [...lines.slice(0, LINES_EACH - 1), `${lines[LINES_EACH - 1]} …`];

function writesLines({ run, nowMs }: LiveState): Line[] {
  const { writes, limits } = run;
  if (writes === null) return [];
  const silentMs = nowMs - writes.heardMs;
  const isOver = limits?.outageBudgetMs != null && silentMs > limits.outageBudgetMs;
  const paint = isOver ? 'bad' : silentMs > SILENCE_MS ? 'warn' : 'dim';
  return [{ text: writesWords(writes, silentMs), paint, rank: 3 }];
}

/** `writes 1,985/s, 12 errors; no answer for 3.4 s`; what was due meanwhile is sent after an outage (schedule.ts). */
function writesWords({ perS, dueS, errors }: LiveWrites, silentMs: number): string {
  const isBehind = dueS > 0 && perS > dueS * CATCHING_UP;
  const silence = silentMs > SILENCE_MS ? `; no answer for ${tenths(silentMs)}` : '';
  return `writes ${grouped(perS)}/s${isBehind ? ` (catching up, ${grouped(Math.round(dueS))}/s are due)` : ''}, ${grouped(errors)} ${errors === 1 ? 'error' : 'errors'}${silence}`;
}

/** `3.4 s`, `2 min 5 s`: a moving number has no use for more digits. */
const tenths = (ms: number): string =>
  ms < 120_000 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : humanDurationMs(ms);
