import { humanDurationMs, roughDurationMs } from '../../model/duration.js';
import type { Verdict } from '../../model/status.js';
import type { WaitGoal } from '../../model/wait.js';
import { plain, wrap } from '../plain-text.js';
import { nextLines, verdictLines } from './lines.js';
import { verdictPaint } from './outcome.js';
import { lineWidth, SYMBOL, themeOf, type View } from './theme.js';

/** The document of `wait`. */
export interface WaitResult {
  /** The cluster's name, or the addresses of an attached one. */
  cluster: string;
  for: WaitGoal;
  reached: boolean;
  /** From the first look to the last one, in milliseconds. */
  waitedMs: number;
  /** The last verdict. */
  verdict: Verdict;
}

/** What is waited for, in words. */
const WAITS_FOR: Readonly<Record<WaitGoal, string>> = {
  healthy: 'HEALTHY',
  degraded: 'DEGRADED or better',
  'at-risk': 'AT RISK or better',
  master: 'a master that most sentinels name',
};

/**
 * What is waited for and why: `steady` for a line that stays, so without what changes as time passes; `label` for the line
 * that is drawn again, which may be cut at its end: the countdown comes first.
 */
export function waitingWords(goal: WaitGoal, { word, text, impact, forMs, countdown }: Verdict) {
  const without = countdown === undefined ? text : text.replace(`; ${countdown.words}`, '');
  const still = forMs === null || impact === null ? without : without.replace(impact, 'no writes');
  const steady = `waiting for ${WAITS_FOR[goal]}: ${word}  ${still}`;
  return { steady, label: countdown === undefined ? steady : `${countdown.words}; ${steady}` };
}

/** What is said of a wait with `leftMs` left that ends before the failover that the verdict announces; null for another wait. */
export function endsTooSoon({ countdown }: Pick<Verdict, 'countdown'>, leftMs: number): string | null {
  const withinS = countdown?.withinS ?? 0;
  return withinS === 0 || withinS * 1000 <= leftMs
    ? null
    : `this wait ends in ${roughDurationMs(Math.max(0, leftMs))}, before the failover that is expected within ${withinS} s: a longer --timeout sees it`;
}

/** Whether it was reached and after how long, then the verdict and the command that comes next. */
export function waitText({ for: goal, reached, waitedMs, verdict }: WaitResult, view: View): string {
  const theme = themeOf(view);
  const waited = `${WAITS_FOR[goal]}: ${reached ? '' : 'not '}reached after ${humanDurationMs(waitedMs)}`;
  const { word, text, next } = verdict;
  const mark = reached ? SYMBOL.ok : SYMBOL.bad;
  return [
    ...wrap(plain(`${mark} ${waited}`), lineWidth(view), 2).map(reached ? theme.ok : theme.bad),
    ...verdictLines(word, verdictPaint(word, theme), text, view),
    ...(reached || next === null ? [] : nextLines(next, view)),
  ].join('\n');
}
