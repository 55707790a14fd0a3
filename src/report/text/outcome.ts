import { SYMBOL, type Theme } from './theme.js';

/** How something ended that may also not have been played. */
export type Outcome = 'holds' | 'violated' | 'unknown' | 'skipped';

/** The sign before a line about it. */
export const MARK: Record<Outcome, string> = {
  holds: SYMBOL.ok,
  violated: SYMBOL.bad,
  unknown: SYMBOL.unknown,
  skipped: '-',
};

/** Its colour. */
export const paintOf = (outcome: Outcome, theme: Theme): ((text: string) => string) =>
  ({ holds: theme.ok, violated: theme.bad, unknown: theme.warn, skipped: theme.dim })[outcome];
