import type { InjectResult } from '../../faults/inject.js';
import { formatDurationMs, humanDurationMs } from '../../model/duration.js';
import { plain, wrap } from '../plain-text.js';
import { SYMBOL, themeOf, type View } from './theme.js';

/**
 * What was done, or would be; what to expect; and how it is taken back. `told`: what was seen has been shown already,
 * as it happened.
 */
export function injectText(result: InjectResult & { told?: boolean }, view: View): string {
  const theme = themeOf(view);
  const { dryRun, healed, forMs, fault, cluster } = result;
  const lasts =
    forMs === null ? 'until it is healed' : forMs === 0 ? 'at once over' : `for ${formatDurationMs(forMs)}`;
  const first = dryRun
    ? `${fault} would be injected into ${cluster}, ${lasts}; nothing was done`
    : healed
      ? theme.ok(
          `${SYMBOL.ok} ${fault} was ${forMs === 0 ? 'done' : `in effect ${lasts}`}, and ${cluster} is whole again`,
        )
      : theme.warn(`${fault} is in effect on ${cluster}`);
  const item = (text: string): string[] => wrap(`  ${plain(text)}`, view.columns, 4);
  const acts = result.acts.flatMap(({ does, undo }) => [
    ...item(does),
    ...(healed ? [] : item(`  taken back: ${undo}`).map(theme.dim)),
  ]);
  const seen = result.seen.flatMap(({ atMs, message }) => item(`${humanDurationMs(atMs)}: ${message}`));
  return [
    first,
    ...acts,
    ...(seen.length === 0 || result.told === true ? [] : [theme.bold('Seen'), ...seen]),
    ...(healed ? [] : [theme.bold('A correct cluster'), ...result.correct.flatMap(item)]),
    ...(healed ? [] : [theme.bold('What must not happen'), ...result.mustNot.flatMap(item)]),
    ...(result.expires === null || healed ? [] : item(`ends by itself: ${result.expires}`)),
    ...(result.heal === null ? [] : [theme.accent(`${SYMBOL.next} ${result.heal}`)]),
  ].join('\n');
}
