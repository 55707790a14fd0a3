import type { Severity, VerdictWord } from '../../model/status.js';
import type { Verdict } from '../../observe/result.js';
import { SYMBOL, type Theme } from './theme.js';

type Outcome = Verdict | 'skipped';
type Paint = (text: string) => string;

/** The sign before a line about an outcome. */
export const MARK: Readonly<Record<Outcome, string>> = {
  holds: SYMBOL.ok,
  violated: SYMBOL.bad,
  unknown: SYMBOL.unknown,
  skipped: '-',
};

export const paintOf = (outcome: Outcome, theme: Theme): Paint =>
  ({ holds: theme.ok, violated: theme.bad, unknown: theme.warn, skipped: theme.dim })[outcome];

/** The sign before a finding. */
export const SEVERITY_MARK: Readonly<Record<Severity, string>> = {
  critical: SYMBOL.bad,
  warning: SYMBOL.warn,
  info: 'i',
};

export const severityPaint = (severity: Severity, theme: Theme): Paint =>
  ({ critical: theme.bad, warning: theme.warn, info: theme.accent })[severity];

export const verdictPaint = (word: VerdictWord, theme: Theme): Paint =>
  word === 'HEALTHY' ? theme.ok : word === 'DOWN' ? theme.bad : theme.warn;
