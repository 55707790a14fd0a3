import type { Beyond } from '../../checks/beyond.js';
import { ATTACHED } from '../../model/drivers.js';
import { ctl } from '../../model/hints.js';
import {
  type MasterStatus,
  type Problem,
  type SentinelStatus,
  type StatusResult,
  VERDICT_WORDS,
  type Verdict,
} from '../../model/status.js';
import { NOT_ALL_RUN, verdictRank } from '../../model/verdict.js';
import { count, listed } from '../../model/words.js';
import { wrap } from '../plain-text.js';
import { nextLines, verdictLines } from './lines.js';
import { verdictPaint } from './outcome.js';
import { problemParts } from './problems.js';
import { nodesTable, sentinelsTable, silentTable } from './status-tables.js';
import { lineWidth, themeOf, type View } from './theme.js';
import { inBrief, type Part } from './within-room.js';

/** How many masters are shown with their servers, and how many problems, unless all were asked for. */
const MASTERS_SHOWN = 6;
const PROBLEMS_SHOWN = 12;

export interface StatusTextOptions {
  /** Every master and every problem; else, of many masters, only those that are not healthy, and not more than a screen. */
  all?: boolean;
  /** `doctor` runs next, and its findings are shown below: the first line does not say that its checks were not run. */
  thenDoctor?: boolean;
  /** How many lines there are; where one master needs more, what is healthy and every problem but the first is shorter. */
  room?: number;
}

/** One screen: the verdict first, then who is what, what each sentinel believes, and what to do next. */
export function statusText(
  status: StatusResult,
  view: View,
  { all = false, room = Infinity, thenDoctor = false }: StatusTextOptions = {},
): string {
  if (thenDoctor) return statusText(beforeDoctor(status), view, { all, room });
  const theme = themeOf(view);
  const several = status.masters.length > 1;
  const top = [
    ...headline(status, view),
    // Of several masters each has its command below.
    ...(several ? [] : nextOf(status.verdict, view)),
    ...wrap(clusterWords(status), lineWidth(view), 2).map(theme.dim),
  ];
  const lines = [...top];
  const isMany = hasMany(status) && !all;
  const wanted = isMany ? worstFirst(status.masters.filter((m) => !m.healthy)) : status.masters;
  const masters = isMany ? wanted.slice(0, MASTERS_SHOWN) : wanted;
  if (isMany) lines.push(...wrap(countsOf(status), lineWidth(view), 2).map(theme.dim));
  for (const master of masters) {
    lines.push('');
    if (several) lines.push(...verdictHead(master.verdict, view), ...nextOf(master.verdict, view));
    if (master.nodes.length > 0) lines.push(nodesTable(master, view), '');
    lines.push(sentinelsTable(master, status.sentinels, view));
  }
  if (status.masters.length === 0 && status.sentinels.length > 0)
    lines.push('', silentTable(status.sentinels, view));
  const problems = isMany ? status.problems.slice(0, PROBLEMS_SHOWN) : status.problems;
  const parts = problemParts(problems, view, above(status, masters));
  const shown = parts.flatMap(({ full }) => full);
  if (shown.length > 0) lines.push('', ...shown);
  const [only, ...others] = masters;
  if (heightOf(lines) > room && only !== undefined && others.length === 0)
    return [...top, ...inRoom(only, status, parts, view, room - top.length)].join('\n');
  const hidden = hiddenWords(wanted.length - masters.length, status.problems.length - problems.length);
  if (hidden !== null) lines.push('', ...wrap(hidden, lineWidth(view), 2).map(theme.dim));
  return lines.join('\n');
}

const beforeDoctor = (status: StatusResult): StatusResult => ({
  ...status,
  verdict: { ...status.verdict, text: status.verdict.text.replace(NOT_ALL_RUN, '') },
});

/** A table is one text of several lines. */
const heightOf = (lines: readonly string[]): number => lines.join('\n').split('\n').length;

/** One master in as many lines as are left below the verdict: sentinels that agree are one line, problems one each. */
function inRoom(
  master: MasterStatus,
  { sentinels }: StatusResult,
  parts: readonly Part[],
  view: View,
  room: number,
): string[] {
  const agreed = agreedWords(master, sentinels);
  const lines = [
    '',
    ...nodesTable(master, view).split('\n'),
    ...(agreed === null
      ? ['', ...sentinelsTable(master, sentinels, view).split('\n')]
      : wrap(agreed, lineWidth(view), 2).map(themeOf(view).dim)),
  ];
  const left = room - lines.length - 1;
  const hint = (hidden: number): string[] =>
    wrap(
      `${hidden === 0 ? '' : `and ${hidden} more: `}--all shows each with its reason and its fix`,
      lineWidth(view),
      2,
    ).map(themeOf(view).dim);
  const whole = parts.flatMap(({ full }) => full);
  const [first, ...others] = parts;
  if (first === undefined || whole.length <= left) return [...lines, '', ...whole];
  // What the verdict says already is the last to be told at length.
  const isShort = first.full.length + Math.min(others.length, 3) + 1 <= left;
  return isShort
    ? [...lines, '', ...first.full, ...inBrief(others, left - first.full.length - 1, hint)]
    : [...lines, '', ...inBrief(parts, left - 1, hint)];
}

/** `3 of 3 sentinels name redis-1 and reach the quorum`; null where a row of one says anything else. */
function agreedWords({ master, views }: MasterStatus, sentinels: readonly SentinelStatus[]): string | null {
  const isAgreed =
    master !== null &&
    views.length === sentinels.length &&
    views.every(
      (v) => !v.differs && v.ckquorum.ok && v.failoverState === null && v.flags.join() === 'master',
    ) &&
    sentinels.every((s) => s.reachable && s.tilt !== true);
  return isAgreed
    ? `${sentinels.length} of ${count(sentinels.length, 'sentinel')} name ${master.id} as the master, CKQUORUM ok`
    : null;
}

/** A cluster that was given by addresses was not attached under a name. */
const clusterWords = ({ cluster, driver }: StatusResult): string =>
  driver === ATTACHED && cluster.includes(':')
    ? `cluster ${cluster}, by the addresses of its sentinels`
    : `cluster ${cluster}, driver ${driver}`;

const worstFirst = (masters: readonly MasterStatus[]): MasterStatus[] =>
  masters.toSorted((a, b) => verdictRank(a.verdict.word) - verdictRank(b.verdict.word));

/** How many masters have each verdict, the worst first. */
const countsOf = ({ masters }: StatusResult): string =>
  VERDICT_WORDS.flatMap((word) => {
    const n = masters.filter((m) => m.verdict.word === word).length;
    return n === 0 ? [] : `${word} ${n}`;
  }).join(', ');

function hiddenWords(masters: number, problems: number): string | null {
  if (masters + problems === 0) return null;
  const parts = [
    ...(masters > 0 ? [`${count(masters, 'master')} that ${masters === 1 ? 'is' : 'are'} not healthy`] : []),
    ...(problems > 0 ? [count(problems, 'problem')] : []),
  ];
  return `not shown: ${listed(parts)}; --all shows everything, --master-name NAME one master`;
}

/** The first line, or lines where it is wrapped: the verdict. */
export const headline = ({ verdict }: StatusResult, view: View): string[] => verdictHead(verdict, view);

const verdictHead = ({ word, text }: Verdict, view: View): string[] =>
  verdictLines(word, verdictPaint(word, themeOf(view)), text, view);

/** The command that comes next. */
const nextOf = ({ next }: Verdict, view: View): string[] => (next === null ? [] : nextLines(next, view));

/** What `status` does not check: where something is wrong, the cause may be in it. Null: nothing counted that. */
export function moreLines(status: StatusResult, found: Beyond | null, view: View): string[] {
  const doctor = ctl({ own: status.driver !== ATTACHED, cluster: status.cluster }, 'doctor');
  const what = 'settings, passwords, network and persistence';
  const quietly = (words: string): string[] => wrap(words, lineWidth(view), 2).map(themeOf(view).dim);
  if (found === null)
    return status.healthy
      ? quietly(`${doctor} also checks ${what}`)
      : nextLines(`${doctor} # looks for the cause in ${what} too`, view);
  const { present, risks, notes, verdict } = found;
  const more = `doctor: ${count(present.length + risks.length + notes.length, 'more finding')}`;
  if (present.length > 0)
    return [
      ...wrap(`${more}: ${presentWords(found, status.verdict)}`, lineWidth(view), 2).map(themeOf(view).warn),
      ...nextLines(doctor, view),
    ];
  if (verdict.word === 'UNKNOWN' && status.verdict.word !== 'UNKNOWN')
    return nextLines(`${doctor} # could not judge everything`, view);
  const others = othersWords(found);
  return quietly(others.length === 0 ? more : `doctor also finds ${listed(others)}, no fault: ${doctor}`);
}

/** `1 risk`, `3 notes`. */
const othersWords = ({ risks, notes }: Beyond): string[] => [
  ...(risks.length > 0 ? [count(risks.length, 'risk')] : []),
  ...(notes.length > 0 ? [count(notes.length, 'note')] : []),
];

/** `masterauth-missing (AT RISK), 1 risk, 3 notes`; the verdict where it is worse than the one above. */
function presentWords(found: Beyond, shown: Verdict): string {
  const { present, verdict } = found;
  const first = present.slice(0, 3);
  const left = present.length - first.length;
  const isWorse = verdictRank(verdict.word) < verdictRank(shown.word);
  return [
    `${first.join(', ')}${left > 0 ? ` and ${left} more` : ''}${isWorse ? ` (${verdict.word})` : ''}`,
    ...othersWords(found),
  ].join(', ');
}

/** Above how many masters, where not all are asked for, only those that are not healthy are shown. */
export const hasMany = ({ masters }: StatusResult): boolean => masters.length > MASTERS_SHOWN;

/** What the headlines say already: that of the cluster, and those of the masters that are shown. */
function above(
  { verdict, problems, masters: all }: StatusResult,
  masters: readonly MasterStatus[],
): { commands: string[]; leadOf: (problem: Problem) => string | null } {
  const isSame = (problem: Problem) => (other: Problem) =>
    other.headline && other.message === problem.message;
  return {
    commands: [verdict, ...masters.map((m) => m.verdict)].flatMap(({ next }) => next ?? []),
    leadOf(problem) {
      if (all.length === 0) return problems.some(isSame(problem)) ? '' : null;
      const [first, ...others] = masters.filter((m) => m.problems.some(isSame(problem)));
      if (first === undefined) return null;
      return all.length > 1 && others.length === 0 ? `${first.name}: ` : '';
    },
  };
}
