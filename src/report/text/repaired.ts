import type { Finding } from '../../checks/check.js';
import type { Repaired } from '../../model/repair.js';
import { plain, wrap } from '../plain-text.js';
import { lineWidth, SYMBOL, themeOf, type View } from './theme.js';

const REPAIR_WORDS: Record<Repaired['outcome'], string> = {
  done: 'done and verified',
  would: 'would be done',
  declined: 'not done: declined',
  left: 'not done',
};

/** What --fix does only where both passwords are known. */
const PASSWORDS = 'masterauth-missing';

/** The outcome of each repair, one line each. */
export function repairedLines(
  fixed: readonly Repaired[],
  findings: readonly Finding[],
  view: View,
): string[] {
  const theme = themeOf(view);
  if (fixed.length === 0) {
    const nothing =
      '--fix changed nothing: it applies a fix only where it is safe and there is one way to fix it';
    const why = findings.some(({ id }) => id === PASSWORDS)
      ? [
          `--fix repairs ${PASSWORDS} only when it logs in as the user "default"; on an attached cluster, it replaces no masterauth`,
        ]
      : [];
    return [nothing, ...why].flatMap((line) => wrap(line, lineWidth(view), 2)).map(theme.dim);
  }
  return fixed.flatMap(({ does, outcome, why }) => {
    const mark = outcome === 'done' ? SYMBOL.ok : outcome === 'would' ? SYMBOL.next : SYMBOL.unknown;
    const paint = outcome === 'done' ? theme.ok : outcome === 'would' ? theme.accent : theme.warn;
    const reason = why === null ? '' : `: ${why}`;
    return wrap(plain(`${mark} ${does} (${REPAIR_WORDS[outcome]}${reason})`), lineWidth(view), 2).map(paint);
  });
}
