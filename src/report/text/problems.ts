import type { Problem } from '../../model/status.js';
import { plain, together, wrap } from '../plain-text.js';
import { SYMBOL, type Theme, themeOf, type View } from './theme.js';

const MARK = { critical: SYMBOL.bad, warning: SYMBOL.warn, info: 'i' } as const;

/** Each problem with why it matters and what to type next; what consecutive problems share is shown once. */
export function problemLines(problems: readonly Problem[], view: View): string[] {
  const theme = themeOf(view);
  const shown = new Set<string>();
  return problems.flatMap((problem, i) => {
    const paint = paintOf(problem, theme);
    const head = wrap(`${MARK[problem.severity]} ${plain(problem.message)}`, view.columns, 2);
    const isSame = problem.why === problems[i - 1]?.why && problem.id === problems[i - 1]?.id;
    const why = problem.why === null || isSame ? [] : wrap(`  ${plain(problem.why)}`, view.columns, 2);
    return [...head.map(paint), ...why.map(theme.dim), ...stepLines(problem, shown, view)];
  });
}

/** The commands of a problem that no earlier one asked for. */
function stepLines({ fix, later }: Problem, shown: Set<string>, view: View): string[] {
  const fresh = (command: string): boolean => !shown.has(command) && shown.add(command).size > 0;
  return [
    ...(fresh(fix) ? fix.split('\n').flatMap((line) => nextLines(line, view)) : []),
    ...(later !== undefined && fresh(later.fix) ? nextLines(`${later.when}: ${later.fix}`, view) : []),
  ];
}

/** `  → command`, broken only where the terminal is narrower than the command. */
export function nextLines(command: string, view: View): string[] {
  const theme = themeOf(view);
  return wrap(`  ${SYMBOL.next} ${plain(command)}`, view.columns, 4).map(theme.accent);
}

function paintOf(problem: Problem, theme: Theme): (text: string) => string {
  return { critical: theme.bad, warning: theme.warn, info: theme.dim }[problem.severity];
}

/** A line that begins with a verdict in colour, wrapped; the rest stays under what follows the verdict. */
export function verdictLines(
  word: string,
  paint: (text: string) => string,
  rest: string,
  view: View,
): string[] {
  const indent = view.columns < 60 ? 2 : word.length + 2;
  const lines = wrap(`${together(`${word} `)} ${plain(rest)}`, view.columns, indent);
  return lines.map((line, i) => (i === 0 ? paint(word) + line.slice(word.length) : line));
}
