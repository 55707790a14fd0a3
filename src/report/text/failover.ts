import type { BaselineComparison } from '../../failover/baseline.js';
import { humanDurationMs } from '../../model/duration.js';
import { overloadWords } from '../../observe/overload.js';
import { masterNowWords, rolledBackWords, secondMasterWords } from '../../observe/restored-words.js';
import type { FailoverResult, InvariantResult, Trial, Verdict } from '../../observe/result.js';
import { padEnd, plain, together, wrap } from '../plain-text.js';
import { adviceOf, preventionOf } from '../words/advice.js';
import {
  accountWords,
  headline,
  INCOMPLETE,
  nextCommands,
  passDespiteLoss,
  settingOf,
} from '../words/headline.js';
import { lossWords } from '../words/losses.js';
import { type KeyNumber, keyNumbers, outageWords, whyWords } from '../words/numbers.js';
import { brokenWords, thresholdText } from '../words/thresholds.js';
import { phaseRows } from '../words/time-rows.js';
import { VERDICT_WORD, verdictOf } from '../words/verdict.js';
import { manyLines } from './failover-many.js';
import { trialLines } from './failover-one.js';
import { nextLines, verdictLines, warningLines } from './lines.js';
import { MARK, paintOf } from './outcome.js';
import { type Cell, table } from './table.js';
import { lineWidth, themeOf, type View } from './theme.js';

/**
 * One screen: the verdict, then one trial on a time axis or several as a summary, what must hold (with evidence for
 * what does not), what to change, and the next commands. `again` repeats the run; the whole command line by default.
 * `writesPage` as in adviceOf.
 */
export function failoverText(
  result: FailoverResult,
  view: View,
  again = result.command,
  comparison: BaselineComparison | null = null,
  writesPage = false,
): string {
  const theme = themeOf(view);
  const [only, ...others] = result.trials;
  const overload = overloadWords(result);
  const prevention = preventionOf(result);
  const verdict = verdictOf(result, comparison);
  if (only?.cutShort === true && others.length === 0)
    return interruptedText(result, only, nextCommands(result, again), view);
  return [
    ...verdictLines(
      VERDICT_WORD[verdict],
      // Passed, and not without a loss.
      verdict === 'holds' && lossWords(result) !== null ? theme.warn : paintOf(verdict, theme),
      plain(headline(result, comparison)),
      view,
    ),
    ...(prevention === null ? [] : warningLines(prevention, view)),
    ...passLines(passDespiteLoss(result, comparison), view),
    ...(result.complete ? [] : warningLines(INCOMPLETE, view)),
    ...interruptedLines(result, view),
    ...(overload === null ? [] : warningLines(overload, view)),
    ...(result.trials.length === 0 ? [] : numberLines(result, view)),
    ...wrap(plain(settingOf(result)), lineWidth(view), 2).map(theme.dim),
    ...(only === undefined || others.length > 0 ? manyLines(result, view) : trialLines(only, result, view)),
    ...judgementLines(result, view),
    '',
    ...adviceOf(result, writesPage)
      .filter((words) => words !== prevention)
      .flatMap((words) => warningLines(words, view)),
    ...nextCommands(result, again).flatMap((line) => nextLines(line, view)),
  ].join('\n');
}

function passLines(words: string | null, view: View): string[] {
  return words === null ? [] : warningLines(words, view);
}

/** The five numbers and why the outcome is what it is: side by side, or a line each where there is no room. */
function numberLines(result: FailoverResult, view: View): string[] {
  const theme = themeOf(view);
  const paints = { ok: theme.bold, bad: theme.bad, warn: theme.warn, unknown: theme.dim };
  const numbers = keyNumbers(result);
  const why = whyWords(result);
  const cells = numbers.map(({ value, note, budget, state, isOverBudget }): Cell => {
    const isTime = /^\d/.test(value);
    const limit = isTime ? `${isOverBudget ? '>' : '≤'} ${budget}` : `(budget ${budget})`;
    const text = note === null ? value : `${value}, ${note}`;
    return { text: budget === null ? text : `${text} ${limit}`, paint: paints[state] };
  });
  const medians = numbers.some(({ median }) => median !== null);
  const columns = [
    ...(medians ? [{ title: '' }] : []),
    ...numbers.map(({ id }) => ({ title: id.toUpperCase() })),
  ];
  const rows = medians
    ? [
        ['worst', ...cells],
        ['median', ...numbers.map(({ median }) => median ?? '')],
      ]
    : [cells];
  return [
    ...(view.columns < SIDE_BY_SIDE ? stackedNumbers(numbers, view) : [table(columns, rows, view)]),
    ...(why === '' ? [] : wrap(plain(`why  ${why}`), lineWidth(view), 5)),
  ];
}

/** The five numbers side by side need this many columns. */
const SIDE_BY_SIDE = 78;

function stackedNumbers(numbers: readonly KeyNumber[], view: View): string[] {
  const theme = themeOf(view);
  const paints = { ok: theme.bold, bad: theme.bad, warn: theme.warn, unknown: theme.dim };
  const label = Math.max(...numbers.map(({ id }) => id.length)) + 2;
  return numbers.flatMap(({ id, value, note, median, budget, state }) => {
    const notes = [
      ...(note === null ? [] : [note]),
      ...(median === null ? [] : [together(`median ${median}`)]),
      ...(budget === null ? [] : [together(`budget ${budget}`)]),
    ].join(', ');
    const head = together(padEnd(id, label) + value);
    return wrap(notes === '' ? head : `${head}, ${notes}`, lineWidth(view), label).map((line) =>
      line.replace(value, () => paints[state](value)),
    );
  });
}

/** Thresholds with what was measured; invariants that hold in one line, the others with their evidence. */
function judgementLines({ thresholds, invariants, trials }: FailoverResult, view: View): string[] {
  if (thresholds.length + invariants.length === 0) return [];
  const held = invariants.filter((i) => i.verdict === 'holds');
  const shown = thresholds.filter((t) => t.holds !== 'holds' || !BUDGET.test(t.expression));
  return [
    '',
    ...shown.flatMap((t) => verdictLine(t.holds, `${t.expression}: ${thresholdText(t, trials)}`, view)),
    ...(held.length === 0 ? [] : verdictLine('holds', held.map((i) => i.id).join(', '), view)),
    ...invariants.flatMap((i) => (i.verdict === 'holds' ? [] : invariantLine(i, view))),
  ];
}

/** The thresholds of `--budget`: where they hold, the numbers above say so. */
const BUDGET = /^(switchedMs|client\.outageMs)<=/;

const invariantLine = ({ verdict, id, evidence }: InvariantResult, view: View): string[] =>
  verdictLine(verdict, `${id}: ${evidence}`, view);

function verdictLine(verdict: Verdict, words: string, view: View): string[] {
  const mark = MARK[verdict];
  const paint = paintOf(verdict, themeOf(view));
  const lines = wrap(plain(`${mark} ${words}`), lineWidth(view), 4);
  return lines.map((line, i) => (i === 0 ? paint(mark) + line.slice(mark.length) : line));
}

/** A run that was interrupted within its only trial: what was seen, what was rolled back, which node is the master. */
function interruptedText(result: FailoverResult, trial: Trial, next: string[], view: View): string {
  const theme = themeOf(view);
  const { outcome } = result;
  const outage = outageWords(result) ?? '';
  return [
    ...verdictLines(VERDICT_WORD[outcome], paintOf(outcome, theme), plain(headline(result)), view),
    ...seenLines(trial, result, view, brokenWords(result).includes(outage) ? '' : outage),
    ...wrap(plain(settingOf(result)), lineWidth(view), 2).map(theme.dim),
    '',
    ...next.flatMap((line) => nextLines(line, view)),
  ].join('\n');
}

/** Of several trials, what became of the one that was interrupted, and which node is the master. */
function interruptedLines(result: FailoverResult, view: View): string[] {
  const { trials, account, stoppedBy } = result;
  const last = trials.at(-1);
  if (account !== undefined) {
    const head = `trial ${trials.length + 1} was interrupted, and has no result`;
    return [...(stoppedBy === undefined ? [head] : []), ...accountWords(result)].flatMap((words) =>
      wrap(plain(words), lineWidth(view), 2),
    );
  }
  if (last?.cutShort !== true) return [];
  const words = `trial ${trials.length} was interrupted after the loss of ${last.oldMaster.id}; ${masterNowWords(last)}`;
  return [...wrap(plain(words), lineWidth(view), 2), ...seenLines(last, result, view)];
}

function seenLines(trial: Trial, result: FailoverResult, view: View, outage = ''): string[] {
  const { restored } = trial;
  const second = secondMasterWords(trial, result.fault);
  return [
    ...wrap(plain(`seen: ${seenWords(trial, result)}`), lineWidth(view), 2),
    ...(outage === '' ? [] : wrap(plain(outage), lineWidth(view), 2)),
    ...(second === null ? [] : warningLines(second, view)),
    ...(restored === undefined ? [] : wrap(plain(rolledBackWords(restored)), lineWidth(view), 2)),
  ];
}

/** `one sentinel marks it down (2.57 s), a quorum marks it down (2.65 s)`; from the fault on, in the order in which it was seen. */
function seenWords(trial: Trial, { config }: FailoverResult): string {
  const rows = phaseRows(trial, config);
  const confirmedMs = rows.find((row) => row.short === 'promoted')?.atMs ?? Infinity;
  const seen = rows
    // Its ROLE is asked at intervals: what was seen after the leader confirmed it had happened before.
    .filter((row) => row.short !== 'writable' || (row.atMs ?? 0) <= confirmedMs)
    .flatMap(({ label, atMs }) => (atMs === null ? [] : [{ label, atMs }]))
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ label, atMs }) => `${label} (${together(humanDurationMs(atMs))})`);
  return seen.length === 0 ? 'no sentinel had marked it down' : seen.join(', ');
}
