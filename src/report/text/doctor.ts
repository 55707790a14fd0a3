import { type Finding, sentenceOf } from '../../checks/check.js';
import type { DoctorResult } from '../../checks/diagnose.js';
import { isRepairable } from '../../checks/fold.js';
import { idsIn, isNowWrong, isPresent, isRisk, othersIn } from '../../checks/passed.js';
import { isUnjudged } from '../../checks/run.js';
import { isTyped } from '../../model/fix-steps.js';
import { linesSaid } from '../../model/next-command.js';
import { about, count } from '../../model/words.js';
import { cut, plain, wrap } from '../plain-text.js';
import { acceptedLines } from './accepted.js';
import { nextLines, verdictLines } from './lines.js';
import { SEVERITY_MARK, severityPaint, verdictPaint } from './outcome.js';
import { skippedLine, skippedLines } from './skipped.js';
import { strictLines } from './strict.js';
import { lineWidth, themeOf, type View } from './theme.js';
import { withinRoom } from './within-room.js';

/** How many lines a terminal gets without --all. */
const SCREEN = 20;
/** How many findings of one check are shown. */
const SHOWN_ALIKE = 10;
/** Instead of a finding's id: the command is on the second line. */
const IN_HEADLINE = '';

/** What is shown beyond what is wrong now. */
export interface DoctorDetail {
  /** Risks and notes in full, and where each check is known from; else in one line. */
  all: boolean;
  /** False where the fixes were applied already, or may not be. */
  offerFix: boolean;
  /** Every accepted risk in a line of its own, also one of which nothing was found. */
  accepted?: boolean;
  /** Whether a risk makes exit code 1. */
  strict?: boolean;
}

/**
 * The verdict and the command that comes next; NOW, what the verdict and the exit code are made of: each root cause with
 * its consequence, its fix and what it explains, and after what is broken what fails at the next failover or restart;
 * RISKS, which need no action at this moment; what was skipped.
 */
export function doctorText(
  result: DoctorResult,
  view: View,
  { all, offerFix, accepted = all && result.accepted.length > 0, strict = false }: DoctorDetail,
): string {
  const theme = themeOf(view);
  const { word, text, next } = result.verdict;
  const lines = verdictLines(word, verdictPaint(word, theme), text, view);
  if (next !== null) lines.push(...nextLines(next, view));
  const shown = new Map<string, string>(next === null ? [] : [[next, IN_HEADLINE]]);
  const block = (title: string, findings: readonly Finding[], room = Infinity): string[] => {
    if (findings.length === 0) return [];
    const parts = byCheck(findings).map((alike) => ({
      full: alikeLines(alike, shown, view, { all }),
      brief: briefLine(alike, view),
    }));
    return ['', theme.bold(title), ...withinRoom(parts, room - 2, (left) => hintLines(left, view))];
  };
  const present = result.findings.filter(isPresent);
  const now = [...present.filter(isNowWrong), ...present.filter((f) => !isNowWrong(f))];
  const blocks = (room = Infinity): string[] => block('NOW', now, room);
  const others = result.findings.filter((f) => !isPresent(f));
  const strictLine = strict ? strictLines(others, view) : [];
  const missing = result.skipped.filter(isUnjudged);
  const muted = acceptedLines(result.accepted, view, accepted);
  const offer = offerFix && result.fixWith !== null ? ['', ...fixOffer(result, result.fixWith, view)] : [];
  if (all)
    return [
      ...lines,
      ...blocks(),
      ...block('RISKS', others.filter(isRisk)),
      ...block(
        'NOTES',
        others.filter((f) => !isRisk(f)),
      ),
      ...(strictLine.length === 0 ? [] : ['', ...strictLine]),
      ...(muted.length === 0 ? [] : ['', ...muted]),
      ...(result.skipped.length === 0 ? [] : ['', ...skippedLines(result.skipped, view)]),
      ...offer,
    ].join('\n');
  const apart = [
    ...(others.length === 0 ? [] : othersLine(others, view)),
    ...strictLine,
    ...muted,
    ...(missing.length === 0 ? [] : skippedLine(missing, view)),
  ];
  const below = [...(apart.length === 0 ? [] : ['', ...apart]), ...offer];
  const room = view.unbroken === true ? Infinity : SCREEN - lines.length - below.length;
  return [...lines, ...blocks(room), ...below].join('\n');
}

/** A finding in one line, cut; several of one check with their number. */
function briefLine(alike: readonly Finding[], view: View): string {
  const [first, ...others] = alike;
  if (first === undefined) return '';
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  const head = plain(
    `${SEVERITY_MARK[first.severity]} ${first.severity} ${first.id}${more}  ${sentenceOf(first)}`,
  );
  return severityPaint(first.severity, themeOf(view))(cut(head, lineWidth(view)));
}

function hintLines(left: number, view: View): string[] {
  const more = left === 0 ? '' : `and ${left} more: `;
  return wrap(`${more}--all shows each with its reason and its fix`, lineWidth(view), 2).map(
    themeOf(view).dim,
  );
}

/** `2 risks (min-replicas, backlog-small) and 1 note (diskless-delay): --all shows them`. */
function othersLine(others: readonly Finding[], view: View): string[] {
  const said = (noun: string, ids: readonly string[]): string[] =>
    ids.length === 0 ? [] : [`${count(ids.length, noun)} (${ids.join(', ')})`];
  const { risks, notes } = othersIn(others);
  const parts = [...said('risk', risks), ...said('note', notes)];
  return wrap(plain(`${parts.join(' and ')}: --all shows them`), lineWidth(view), 2).map(themeOf(view).dim);
}

/** Which of the findings above it `--fix` repairs, and its command alone on a line. Risks, which may not be shown, are apart. */
function fixOffer({ findings }: DoctorResult, fixWith: string, view: View): string[] {
  const present = findings.filter(isPresent);
  const fixable = findings.filter(isRepairable);
  const now = fixable.filter(isPresent);
  const risks = idsIn(fixable.filter((f) => !isPresent(f)));
  const parts = [
    ...(now.length > 0
      ? [`${now.length} of ${count(present.length, 'finding')} (${idsIn(now).join(', ')})`]
      : []),
    ...(risks.length > 0 ? [`${count(risks.length, 'risk')} (${risks.join(', ')})`] : []),
  ];
  return [
    ...wrap(plain(`--fix repairs ${parts.join(' and ')}:`), lineWidth(view), 2),
    ...nextLines(fixWith, view),
  ];
}

/** Findings of one check together, in the order of the first of each. */
function byCheck(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) groups.set(finding.id, [...(groups.get(finding.id) ?? []), finding]);
  return [...groups.values()];
}

function alikeLines(
  alike: readonly Finding[],
  shown: Map<string, string>,
  view: View,
  detail: Pick<DoctorDetail, 'all'>,
): string[] {
  const theme = themeOf(view);
  const dim = (text: string): string[] => wrap(plain(`  ${text}`), lineWidth(view), 2).map(theme.dim);
  const left = alike.length - SHOWN_ALIKE;
  return alike.flatMap((finding, i) => {
    if (i >= SHOWN_ALIKE) return [];
    const isLast = i === Math.min(alike.length, SHOWN_ALIKE) - 1;
    const [said, ...more] = newIn(finding, i === 0);
    const fix = fixLines(finding, shown, view);
    // The first line has said it of this one too.
    if (i > 0 && said === undefined && fix.length + finding.consequences.length === 0) return [];
    return [
      ...wrap(plain(`${SEVERITY_MARK[finding.severity]} ${headOf(finding, said)}`), lineWidth(view), 2).map(
        severityPaint(finding.severity, theme),
      ),
      ...more.flatMap(dim),
      ...fix,
      ...finding.consequences.flatMap((other) =>
        wrap(plain(`  ↳ ${headOf(other, newIn(other, false)[0])}`), lineWidth(view), 4).map(
          severityPaint(other.severity, theme),
        ),
      ),
      ...(isLast && left > 0 ? dim(`and ${left} more of ${finding.id}; --json has them all`) : []),
      ...(isLast && detail.all ? dim(finding.source) : []),
    ];
  });
}

/** What the first line does not say of a finding: its evidence, else what it is in general; then why it matters. */
function newIn(finding: Finding, withConsequence: boolean): string[] {
  const { headline, evidence, consequence, title, subject, masterName } = finding;
  // `mymaster at sentinel-3` is about the sentinel; the master's name alone is in the first line.
  const names = subject.replace(/^\S+ at /, '').split(', ');
  const servers = names.filter((name) => name !== '' && name !== masterName);
  const said = headline ? about(servers, evidence || title) : sentenceOf(finding);
  return [said, ...(withConsequence ? [consequence] : [])];
}

/** `critical no-quorum  mymaster: 1 usable of 3 …`, with its place in a file where it has one. */
function headOf(finding: Finding, said = ''): string {
  const { severity, id, at, places = [] } = finding;
  const more = places.length > 1 ? `, and ${places.length - 1} more` : '';
  const place = at === undefined ? '' : ` (${at.file}:${at.line}${more})`;
  return `${severity} ${id}${said === '' ? '' : `  ${said}`}${place}`;
}

const atTop = (lines: readonly string[]): string => (lines.some(isTyped) ? 'the command' : 'what stands');

/** A fix is a sequence and shown in full; a fix that was already shown is replaced by a reference to it. */
function fixLines({ fix: whole, id }: Finding, shown: Map<string, string>, view: View): string[] {
  const [headline] = [...shown].find(([, id]) => id === IN_HEADLINE) ?? [];
  const said = linesSaid(whole, headline);
  const isSaid = said > 0;
  const fix = whole.slice(said);
  // Else the only commands below it would be those of other findings.
  if (fix.length === 0)
    return isSaid ? nextLines(`fixed by ${atTop(whole.slice(0, said))} at the top`, view, 2) : [];
  const text = fix.join('\n');
  const earlier = shown.get(text);
  if (earlier === id) return [];
  if (earlier !== undefined) return nextLines(`same fix as ${earlier} above`, view, 2);
  shown.set(text, id);
  return fix.flatMap((line) => nextLines(line, view, 2));
}
