import type { FailoverResult, InvariantResult, Verdict } from '../../observe/result.js';
import { plain, wrap } from '../plain-text.js';
import { adviceOf } from '../words/advice.js';
import { headline, INCOMPLETE, nextCommands, settingOf } from '../words/headline.js';
import { thresholdText } from '../words/metrics.js';
import { manyLines } from './failover-many.js';
import { trialLines } from './failover-one.js';
import { interruptedText } from './interrupted.js';
import { nextLines, verdictLines, warningLines } from './lines.js';
import { MARK, paintOf } from './outcome.js';
import { themeOf, type View } from './theme.js';

/**
 * One screen: the verdict, then one trial on a time axis or several as a summary, what must hold (with evidence for
 * what does not), what to change, and the next commands. `again` repeats the run; the whole command line by default.
 */
export function failoverText(result: FailoverResult, view: View, again = result.command): string {
  const theme = themeOf(view);
  const [only, ...others] = result.trials;
  if (only?.cutShort === true && others.length === 0)
    return interruptedText(result, only, nextCommands(result, again), view);
  return [
    ...verdictLines(
      result.outcome.toUpperCase(),
      paintOf(result.outcome, theme),
      plain(headline(result)),
      view,
    ),
    ...(result.reason === '' ? [] : wrap(plain(result.reason), view.columns)),
    ...(result.complete ? [] : warningLines(INCOMPLETE, view)),
    ...wrap(plain(settingOf(result)), view.columns, 2).map(theme.dim),
    ...(only === undefined || others.length > 0 ? manyLines(result, view) : trialLines(only, result, view)),
    ...judgementLines(result, view),
    '',
    ...adviceOf(result).flatMap((words) => warningLines(words, view)),
    ...nextCommands(result, again).flatMap((line) => nextLines(line, view)),
  ].join('\n');
}

/** Thresholds with what was measured; invariants that hold in one line, the others with their evidence. */
function judgementLines({ thresholds, invariants }: FailoverResult, view: View): string[] {
  if (thresholds.length + invariants.length === 0) return [];
  const held = invariants.filter((i) => i.verdict === 'holds');
  return [
    '',
    ...thresholds.flatMap((t) => verdictLine(t.holds, `${t.expression}: ${thresholdText(t)}`, view)),
    ...(held.length === 0 ? [] : verdictLine('holds', held.map((i) => i.id).join(', '), view)),
    ...invariants.flatMap((i) => (i.verdict === 'holds' ? [] : invariantLine(i, view))),
  ];
}

const invariantLine = ({ verdict, id, evidence }: InvariantResult, view: View): string[] =>
  verdictLine(verdict, `${id}: ${evidence}`, view);

function verdictLine(verdict: Verdict, words: string, view: View): string[] {
  const mark = MARK[verdict];
  const paint = paintOf(verdict, themeOf(view));
  const lines = wrap(plain(`${mark} ${words}`), view.columns, 4);
  return lines.map((line, i) => (i === 0 ? paint(mark) + line.slice(mark.length) : line));
}
