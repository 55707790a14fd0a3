import { ctl } from '../../model/hints.js';
import type { StatusResult, Verdict } from '../../model/status.js';
import { wrap } from '../plain-text.js';
import { nextLines, verdictLines } from './lines.js';
import { verdictPaint } from './outcome.js';
import { problemLines } from './problems.js';
import { nodesTable, sentinelsTable, silentTable } from './status-tables.js';
import { themeOf, type View } from './theme.js';

/** One screen: the verdict first, then who is what, what each sentinel believes, and what to do next. */
export function statusText(status: StatusResult, view: View): string {
  const theme = themeOf(view);
  const several = status.masters.length > 1;
  const lines = [
    ...headline(status, view),
    // Of several masters each has its command below.
    ...(several ? [] : nextOf(status.verdict, view)),
    ...wrap(`cluster ${status.cluster}, driver ${status.driver}`, view.columns, 2).map(theme.dim),
  ];
  for (const master of status.masters) {
    lines.push('');
    if (several) lines.push(...verdictHead(master.verdict, '', view), ...nextOf(master.verdict, view));
    if (master.nodes.length > 0) lines.push(nodesTable(master, view), '');
    lines.push(sentinelsTable(master, status.sentinels, view));
  }
  if (status.masters.length === 0 && status.sentinels.length > 0)
    lines.push('', silentTable(status.sentinels, view));
  if (status.problems.length > 0) lines.push('', ...problemLines(status.problems, view, commandsIn(status)));
  return lines.join('\n');
}

/** The first line, or lines where it is wrapped: the verdict. */
export const headline = ({ cluster, masters, verdict }: StatusResult, view: View): string[] =>
  verdictHead(verdict, masters.length === 0 ? `${cluster}: ` : '', view);

const verdictHead = ({ word, text }: Verdict, lead: string, view: View): string[] =>
  verdictLines(word, verdictPaint(word, themeOf(view)), `${lead}${text}`, view);

/** The command that comes next. */
const nextOf = ({ next }: Verdict, view: View): string[] => (next === null ? [] : nextLines(next, view));

/** What `status` does not check. */
export const moreLines = ({ cluster, driver }: StatusResult, view: View): string[] =>
  wrap(
    `${ctl({ own: driver !== 'attached', cluster }, 'doctor')} also checks settings, passwords, network and persistence`,
    view.columns,
    2,
  ).map(themeOf(view).dim);

/** What the headlines say already. */
const commandsIn = ({ verdict, masters }: StatusResult): string[] =>
  [verdict, ...masters.map((m) => m.verdict)].flatMap(({ next }) => next ?? []);
