import type { ActResult } from '../../cluster/act.js';
import { command } from '../../model/hints.js';
import { SYMBOL, themeOf, type View } from './theme.js';

/** What was done to a node: before, after, and what to type next. */
export function actText(result: ActResult, view: View): string {
  const theme = themeOf(view);
  const { node, action, before, after, changed, cluster } = result;
  const first = changed
    ? `${theme.ok(SYMBOL.ok)} ${action} ${node}: ${before.state} → ${after.state}`
    : `${node} is ${after.state} already: nothing to do`;
  return [first, `  ${after.detail}`, `${SYMBOL.next} ${command('status', cluster)}`].join('\n');
}
