import { cut, plain, wrap } from '../report/plain-text.js';
import { headline } from '../report/text/status.js';
import { themeOf } from '../report/text/theme.js';
import { HIGH, type Size } from './list-view.js';
import type { MenuState } from './menu-choices.js';

/** Lines of the verdict that are shown, in a high window and in a low one. */
const MOST_LINES = 3;
const MOST_LINES_LOW = 2;

/** What stands above the list: which cluster, and what is at stake. */
export function titleLines(state: MenuState, size: Size): string[] {
  const theme = themeOf(size);
  const { target, look } = state;
  if (target.kind === 'none') {
    const text = target.named === null ? 'No cluster exists.' : `Cluster ${target.named} does not exist.`;
    return [theme.bold(cut(text, size.columns))];
  }
  const name = target.kind === 'own' ? `cluster ${target.name}` : 'attached cluster';
  const which = theme.dim(cut(name, size.columns));
  if (look === null) return [which, theme.dim('looking …')];
  if ('failure' in look) {
    const { message, hint } = look.failure;
    const next = hint === undefined ? [] : wrap(`→ ${plain(hint)}`, size.columns, 2).map(theme.accent);
    return [which, ...wrap(`UNKNOWN  ${plain(message)}`, size.columns, 2).map(theme.bad), ...next];
  }
  const most = size.rows >= HIGH ? MOST_LINES : MOST_LINES_LOW;
  return [which, ...headline(look.status, size).slice(0, most), ...firstStep(state, size)];
}

/** The first command against what is wrong, where the list does not offer it: an attached cluster is only looked at. */
function firstStep({ target, look }: MenuState, size: Size): string[] {
  if (target.kind !== 'attached' || look === null || 'failure' in look) return [];
  const fix = look.status.problems[0]?.fix.split('\n')[0];
  return fix === undefined ? [] : [themeOf(size).accent(cut(`→ ${plain(fix)}`, size.columns))];
}
