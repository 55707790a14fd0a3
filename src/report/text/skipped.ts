import { isUnjudged, type Skipped } from '../../checks/run.js';
import { count } from '../../model/words.js';
import { plain, wrap } from '../plain-text.js';
import { lineWidth, themeOf, type View } from './theme.js';

/** How many checks that are skipped for the same reason are named. */
const NAMED_SKIPS = 8;

/** `7 checks skipped (needs --watch-for 5s): --all shows them`. */
export function skippedLine(skipped: readonly Skipped[], view: View): string[] {
  const reasons = [...new Set(skipped.map(({ why }) => why))];
  const [first] = reasons;
  const why = reasons.length === 1 && first !== undefined ? ` (${first})` : '';
  return wrap(
    plain(`${count(skipped.length, 'check')} skipped${why}: --all shows them`),
    lineWidth(view),
    2,
  ).map(themeOf(view).dim);
}

/** `6 skipped: needs --watch-for 5s (flapping, lag); …`: the reasons, and which checks each one kept from judging. */
export function skippedLines(skipped: readonly Skipped[], view: View): string[] {
  const theme = themeOf(view);
  const byReason = new Map<string, string[]>();
  for (const { id, why } of skipped) byReason.set(why, [...(byReason.get(why) ?? []), id]);
  return [
    theme.dim(skippedHead(skipped)),
    ...[...byReason].flatMap(([why, ids]) => {
      const more = ids.length > NAMED_SKIPS ? ` and ${ids.length - NAMED_SKIPS} more` : '';
      const line = `  ${ids.slice(0, NAMED_SKIPS).join(', ')}${more}: ${why}`;
      return wrap(plain(line), lineWidth(view), 4).map(theme.dim);
    }),
  ];
}

/** `skipped: 9 (6 of them do not apply)`. */
function skippedHead(skipped: readonly Skipped[]): string {
  const idle = skipped.length - skipped.filter(isUnjudged).length;
  const apart = idle === 1 ? '1 of them does not apply' : `${idle} of them do not apply`;
  return `skipped: ${skipped.length}${idle > 0 ? ` (${apart})` : ''}`;
}
