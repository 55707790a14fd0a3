import { cut, plain, wrap } from '../report/plain-text.js';
import { headline } from '../report/text/status.js';
import { themeOf } from '../report/text/theme.js';
import { HIGH, type Size } from './list-view.js';
import { menuChoices } from './menu-choices.js';
import { type MenuState, WRONG } from './menu-state.js';

/** Lines of the verdict that are shown. */
const MOST_LINES = 3;

/** What stands above the list: which cluster, and what is at stake. */
export function titleLines(state: MenuState, size: Size): string[] {
  const theme = themeOf(size);
  const { target, look } = state;
  if (target.kind === 'none') {
    const text = target.named === null ? 'No cluster exists.' : `Cluster ${target.named} does not exist.`;
    return [theme.bold(cut(text, size.columns))];
  }
  const name =
    target.kind === 'own'
      ? `cluster ${target.name}`
      : `attached cluster${target.name === null ? '' : ` ${target.name}`}`;
  const which = theme.dim(cut(name, size.columns));
  if (look === null) return [which, theme.dim('looking …')];
  if ('failure' in look) {
    const { message, hint } = look.failure;
    const next = hint === undefined ? [] : wrap(`→ ${plain(hint)}`, size.columns, 2).map(theme.accent);
    return [which, ...wrap(`UNKNOWN  ${plain(message)}`, size.columns, 2).map(theme.bad), ...next];
  }
  const verdict = headline(look.status, size).slice(0, MOST_LINES);
  // In a low window the command line names the cluster.
  return [...(size.rows >= HIGH ? [which] : []), ...verdict, ...nextStep(state, size)];
}

/** The command that comes next, where the list does not begin with it. */
function nextStep(state: MenuState, size: Size): string[] {
  if (state.look === null || 'failure' in state.look) return [];
  const { next } = state.look.status.verdict;
  const isOffered = next?.startsWith('sentinelctl ') && menuChoices(state)[0]?.section === WRONG;
  return next === null || isOffered
    ? []
    : [themeOf(size).accent(cut(`→ ${plain(next.split('\n')[0] ?? '')}`, size.columns))];
}
