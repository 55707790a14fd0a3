import { humanDurationMs } from '../../model/duration.js';
import type { FailoverResult, Trial } from '../../observe/result.js';
import { plain, together, wrap } from '../plain-text.js';
import { settingOf } from '../words/headline.js';
import { masterNowWords, restoredWords } from '../words/restored.js';
import { phaseRows } from '../words/time-rows.js';
import { nextLines, verdictLines } from './lines.js';
import { paintOf } from './outcome.js';
import { lineWidth, themeOf, type View } from './theme.js';

/** A run that was interrupted within its only trial: what was seen, what was rolled back, which node is the master. */
export function interruptedText(result: FailoverResult, trial: Trial, next: string[], view: View): string {
  const theme = themeOf(view);
  const { masterName, outcome } = result;
  const { restored, oldMaster } = trial;
  return [
    ...verdictLines(
      outcome.toUpperCase(),
      paintOf(outcome, theme),
      plain(`${masterName}: interrupted after the loss of ${oldMaster.id}; ${masterNowWords(trial)}`),
      view,
    ),
    ...wrap(plain(`seen: ${seenWords(trial, result)}`), lineWidth(view), 2),
    ...(restored === undefined
      ? []
      : wrap(plain(`rolled back: ${restoredWords(restored)}`), lineWidth(view), 2)),
    ...wrap(plain(settingOf(result)), lineWidth(view), 2).map(theme.dim),
    '',
    ...next.flatMap((line) => nextLines(line, view)),
  ].join('\n');
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
