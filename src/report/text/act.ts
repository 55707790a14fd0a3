import type { ActResult } from '../../cluster/act.js';
import { command } from '../../model/hints.js';
import { nextLines } from './lines.js';
import { SYMBOL, themeOf, type View } from './theme.js';

/** A node that ran and runs again was restarted. */
const stateWords = (before: string, after: string): string =>
  before === after ? `restarted, ${after}` : `${before} → ${after}`;

/** What was done to a node: its state before and after, and the next command. */
export function actText(result: ActResult, view: View): string {
  const theme = themeOf(view);
  const { node, action, before, after, changed, cluster } = result;
  const first = changed
    ? `${theme.ok(SYMBOL.ok)} ${action} ${node}: ${stateWords(before.state, after.state)}`
    : `${node} is already ${after.state}: nothing to do`;
  return [first, `  ${after.detail}`, ...nextLines(command('status', cluster), view)].join('\n');
}
