import type { CheckText } from '../../checks/check.js';
import { wordOf } from '../../model/verdict.js';
import { wrap } from '../plain-text.js';
import { nextLines } from './lines.js';
import { severityPaint } from './outcome.js';
import { type Cell, table } from './table.js';
import { themeOf, type View } from './theme.js';

/** The long form of one check, or one line for each of several. */
export function explainText(checks: readonly CheckText[], view: View): string {
  const [only, ...others] = checks;
  return only !== undefined && others.length === 0 ? longForm(only, view) : listForm(checks, view);
}

function longForm(check: CheckText, view: View): string {
  const theme = themeOf(view);
  const part = (title: string, words: string): string[] =>
    words === '' ? [] : ['', theme.dim(title), ...wrap(`  ${words}`, view.columns, 2)];
  const lines = (title: string, all: readonly string[]): string[] =>
    all.length === 0 ? [] : ['', theme.dim(title), ...all.flatMap((line) => nextLines(line, view, 2))];
  return [
    ...wrap(`${theme.bold(check.id)}  ${check.title}`, view.columns, 2),
    theme.dim(
      `${wordOf(check.impact)}, ${check.severity}, ${check.group}${check.overTime === true ? ', needs --watch-for' : ''}`,
    ),
    ...part('what happens', check.consequence),
    ...part('why', check.explanation),
    ...lines('what to do', check.remedy),
    ...part('may cause', (check.causes ?? []).join(', ')),
    ...part('sources', check.sources.join('; ')),
  ].join('\n');
}

function listForm(checks: readonly CheckText[], view: View): string {
  const theme = themeOf(view);
  const rows = checks.map((c): Cell[] => [
    { text: c.id, paint: theme.bold },
    { text: c.severity, paint: severityPaint(c.severity, theme) },
    c.group,
    c.title,
  ]);
  return table(
    [{ title: 'ID' }, { title: 'SEVERITY' }, { title: 'GROUP', drop: 1 }, { title: 'WHAT' }],
    rows,
    view,
  );
}
