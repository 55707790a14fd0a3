import type { CheckText } from '../../checks/check.js';
import { byPart, partOf } from '../../checks/parts.js';
import { SEVERITIES } from '../../model/status.js';
import { wordOf } from '../../model/verdict.js';
import { capital, padEnd, together, wrap } from '../plain-text.js';
import { nextLines } from './lines.js';
import { SEVERITY_MARK, severityPaint } from './outcome.js';
import type { Cell } from './table.js';
import { lineWidth, themeOf, type View } from './theme.js';

/** The long form of one check, or one line for each of several. */
export function explainText(checks: readonly CheckText[], view: View): string {
  const [only, ...others] = checks;
  return only !== undefined && others.length === 0 ? longForm(only, view) : listForm(checks, view);
}

function longForm(check: CheckText, view: View): string {
  const theme = themeOf(view);
  const part = (title: string, words: string): string[] =>
    words === '' ? [] : ['', theme.dim(title), ...wrap(`  ${words}`, lineWidth(view), 2)];
  const lines = (title: string, all: readonly string[]): string[] =>
    all.length === 0 ? [] : ['', theme.dim(title), ...all.flatMap((line) => nextLines(line, view, 2))];
  return [
    ...wrap(`${theme.bold(check.id)}  ${check.title}`, lineWidth(view), 2),
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

/** A block for each group or part of one, the worst first in each: a screen at a time where the terminal scrolls. */
function listForm(checks: readonly CheckText[], view: View): string {
  const theme = themeOf(view);
  const sections = sectionsOf(checks);
  const blocks = [...sections].map(([title, section]) => {
    const members = SEVERITIES.flatMap((severity) => section.filter((check) => check.severity === severity));
    const rows = members.map((check): Cell[] => [
      { text: SEVERITY_MARK[check.severity], paint: severityPaint(check.severity, theme) },
      { text: check.id, paint: theme.bold },
      check.title,
    ]);
    const counts = SEVERITIES.flatMap((severity) => {
      const n = members.filter((check) => check.severity === severity).length;
      return n === 0 ? [] : `${n} ${severity}`;
    }).join(', ');
    return [
      ...wrap(`${title}: ${counts}`, lineWidth(view), 2).map(theme.bold),
      ...listTable(rows, view),
    ].join('\n');
  });
  const [first] = byPart(checks);
  const name = first === undefined ? 'ID' : (partOf(first)?.id ?? first.group);
  const more = [
    ...(sections.size < 2 ? [] : [`sentinelctl explain ${name} # the checks of one group`]),
    `sentinelctl explain ${first?.id ?? 'ID'} # one check in full`,
  ];
  return [...blocks, nextLines(more.join('\n'), view).join('\n')].join('\n\n');
}

/** `Live, the master and failovers`: the checks under each title. */
function sectionsOf(checks: readonly CheckText[]): Map<string, CheckText[]> {
  const sections = new Map<string, CheckText[]>();
  for (const check of byPart(checks)) {
    const part = partOf(check);
    const title = `${capital(check.group)}${part === null ? '' : `, ${part.title} (${part.id})`}`;
    sections.set(title, [...(sections.get(title) ?? []), check]);
  }
  return sections;
}

/** Mark, id and title, the title wrapped beside its id. */
function listTable(rows: readonly Cell[][], view: View): string[] {
  const text = (cell: Cell | undefined): string => (typeof cell === 'object' ? cell.text : (cell ?? ''));
  const width = Math.max(...rows.map(([, id]) => text(id).length));
  return rows.flatMap(([mark, id, title]) => {
    const head = `${text(mark)} ${padEnd(text(id), width)}  `;
    const indent = view.columns < width + 30 ? 4 : head.length;
    return wrap(together(head) + text(title), lineWidth(view), indent).map((line, i) =>
      i > 0 || typeof mark !== 'object' || typeof id !== 'object'
        ? line
        : line.replace(mark.text, () => mark.paint(mark.text)).replace(id.text, () => id.paint(id.text)),
    );
  });
}
