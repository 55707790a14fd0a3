import type { AcceptedRisk } from '../model/accepted.js';
import { isNow } from '../model/verdict.js';
import { count } from '../model/words.js';
import type { Finding } from './check.js';
import { type Explains, worstOf } from './fold.js';
import { isUnjudged, type Ran } from './run.js';

/** What the checks said, and of files what could not be read. */
export interface Judged extends Ran {
  unread?: readonly string[];
  /** The ids of the checks without which nothing is called healthy. */
  vital?: ReadonlySet<string>;
  accepted?: AcceptedRisk[];
  /** Which finding explains which. */
  explains: Explains;
}

/** What a run of sentinelctl did is shown with what it explains, also where it is only information. */
export const isPresent = (f: Finding): boolean =>
  f.first === true || [f, ...f.consequences].some(({ impact }) => isNow(impact));
/** Of what is not present: whether it is a risk; else it is a note. */
export const isRisk = (f: Finding): boolean => [f, ...f.consequences].some(({ impact }) => impact === 'risk');

/** The checks of these findings, each once: that is how risks and notes are counted everywhere. */
export const idsIn = (findings: readonly Finding[]): string[] => [...new Set(findings.map((f) => f.id))];

/** `84 checks passed, 3 risks, 1 warning not shown, 2 skipped`. */
export function passed(
  findings: readonly Finding[],
  folded: readonly Finding[],
  { checked, skipped, failed, accepted = [] }: Judged,
): string {
  const muted = accepted.filter(({ state }) => state === 'muted').length;
  const found = new Set(folded.flatMap((f) => [f, ...f.consequences]).map((f) => f.id)).size;
  const others = findings.filter((f) => !isPresent(f));
  const risks = idsIn(others.filter(isRisk)).length;
  const notes = idsIn(others.filter((f) => !isRisk(f))).length;
  const hidden = folded.filter((f) => !findings.some((s) => s.id === f.id && s.subject === f.subject));
  const unjudged = skipped.filter(isUnjudged).length - failed.length;
  return [
    `${count(checked.length - found - muted, 'check')} passed`,
    ...(risks > 0 ? [count(risks, 'risk')] : []),
    ...(notes > 0 ? [count(notes, 'note')] : []),
    ...(muted > 0 ? [`${muted} accepted`] : []),
    ...notShown(hidden),
    ...(unjudged > 0 ? [`${unjudged} skipped`] : []),
  ].join(', ');
}

/** `1 warning and 3 notes not shown`: findings below the requested severity are not a pass. */
function notShown(hidden: readonly Finding[]): string[] {
  const isNote = (f: Finding): boolean => worstOf(f) !== 'warning';
  const warnings = idsIn(hidden.filter((f) => !isNote(f))).length;
  const notes = idsIn(hidden.filter(isNote)).length;
  const parts = [
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
    ...(notes > 0 ? [count(notes, 'note')] : []),
  ];
  return parts.length === 0 ? [] : [`${parts.join(' and ')} not shown`];
}
