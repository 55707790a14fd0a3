import type { Problem } from '../../model/status.js';
import { plain, wrap } from '../plain-text.js';
import { nextLines } from './lines.js';
import { SEVERITY_MARK, severityPaint } from './outcome.js';
import { lineWidth, themeOf, type View } from './theme.js';

/** Each problem with why it matters and what to type next; what consecutive problems share is shown once. */
export function problemLines(
  problems: readonly Problem[],
  view: View,
  /** Commands that are on the screen already. */
  said: readonly string[] = [],
): string[] {
  const theme = themeOf(view);
  const shown = new Set<string>(said);
  return problems.flatMap((problem, i) => {
    const paint = severityPaint(problem.severity, theme);
    const head = wrap(`${SEVERITY_MARK[problem.severity]} ${plain(problem.message)}`, lineWidth(view), 2);
    const isSame = problem.why === problems[i - 1]?.why && problem.id === problems[i - 1]?.id;
    const why = problem.why === null || isSame ? [] : wrap(`  ${plain(problem.why)}`, lineWidth(view), 2);
    return [...head.map(paint), ...why.map(theme.dim), ...stepLines(problem, shown, view)];
  });
}

/** The commands of a problem that no earlier one asked for. */
function stepLines({ fix, later }: Problem, shown: Set<string>, view: View): string[] {
  const fresh = (command: string): boolean => !shown.has(command) && shown.add(command).size > 0;
  return [
    ...(fresh(fix) ? fix.split('\n').flatMap((line) => nextLines(line, view, 2)) : []),
    ...(later !== undefined && fresh(later.fix) ? nextLines(`${later.when}: ${later.fix}`, view, 2) : []),
  ];
}
