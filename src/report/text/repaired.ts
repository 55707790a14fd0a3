import type { Repaired } from '../../model/repair.js';
import { plain, wrap } from '../plain-text.js';
import { SYMBOL, themeOf, type View } from './theme.js';

const WORDS: Record<Repaired['outcome'], string> = {
  done: 'done, and read back',
  would: 'would be done',
  declined: 'left: declined',
  left: 'left',
};

/** What became of each repair, a line each. */
export function repairedLines(fixed: readonly Repaired[], view: View): string[] {
  const theme = themeOf(view);
  if (fixed.length === 0)
    return [theme.dim('nothing here is for --fix: it leaves what is not safe, and what is a choice')];
  return fixed.flatMap(({ does, outcome, why }) => {
    const mark = outcome === 'done' ? SYMBOL.ok : outcome === 'would' ? SYMBOL.next : SYMBOL.unknown;
    const paint = outcome === 'done' ? theme.ok : outcome === 'would' ? theme.accent : theme.warn;
    const reason = why === null ? '' : `: ${why}`;
    return wrap(plain(`${mark} ${does} (${WORDS[outcome]}${reason})`), view.columns, 2).map(paint);
  });
}
