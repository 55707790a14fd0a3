import type { RecoverResult } from '../../faults/recover.js';
import { command } from '../../model/hints.js';
import { listed } from '../../model/words.js';
import { wrap } from '../plain-text.js';
import { SYMBOL, themeOf, type View } from './theme.js';

/** What was taken back, and how the cluster is now. */
export function recoverText(result: RecoverResult, view: View): string {
  const theme = themeOf(view);
  const { cluster, what, undone, started, master } = result;
  if (what === null) return `nothing to take back on ${cluster}: no run has left anything`;
  const item = (text: string): string[] => wrap(`  ${text}`, view.columns, 4);
  return [
    theme.ok(`${SYMBOL.ok} what "${what}" had done to ${cluster} is taken back, and everyone agrees again`),
    ...(undone.length === 0 ? item('it was taken back already: only the proof was missing') : []),
    ...undone.flatMap(item),
    ...(started.length === 0 ? [] : item(`started: ${listed(started)}`)),
    ...(master === null ? [] : item(`the master is ${master}`)),
    theme.accent(`${SYMBOL.next} ${command('status', cluster)}`),
  ].join('\n');
}

/** The same for every cluster that something was left on. */
export const recoverAllText = (results: readonly RecoverResult[], view: View): string =>
  results.length === 0
    ? 'nothing to take back on any cluster'
    : results.map((result) => recoverText(result, view)).join('\n');
