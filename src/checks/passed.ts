import type { AcceptedRisk } from '../model/accepted.js';
import { isNow } from '../model/verdict.js';
import { count } from '../model/words.js';
import type { Finding } from './check.js';
import { type Explains, worstOf } from './fold.js';
import { isUnjudged, type Ran } from './run.js';
import { SNAPSHOT_CHECKS } from './snapshot-checks.js';

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
/** The checks of what the servers do at this moment; of the others the next failover or restart shows what they find. */
const LIVE: ReadonlySet<string> = new Set(
  SNAPSHOT_CHECKS.filter(({ group }) => group === 'live').map(({ id }) => id),
);

/** Of what is present: whether clients feel it, a failover lacks a server now, data is not safe, or the state is not known. */
export const isNowWrong = (f: Finding): boolean =>
  f.first === true ||
  [f, ...f.consequences].some(
    ({ id, impact }) => isNow(impact) && impact !== 'at-risk' && (impact !== 'no-failover' || LIVE.has(id)),
  );

/** Of what is not present: whether it is a risk; else it is a note. */
export const isRisk = (f: Finding): boolean => [f, ...f.consequences].some(({ impact }) => impact === 'risk');

/** The checks of these findings, each once: that is how risks and notes are counted everywhere. */
export const idsIn = (findings: readonly Finding[]): string[] => [...new Set(findings.map((f) => f.id))];

/** Of what is not present: the checks that found a risk, and those that found notes alone, so that none counts twice. */
export function othersIn(findings: readonly Finding[]): { risks: string[]; notes: string[] } {
  const others = findings.filter((f) => !isPresent(f));
  const risks = idsIn(others.filter(isRisk));
  return { risks, notes: idsIn(others).filter((id) => !risks.includes(id)) };
}

/** `84 checks passed, 3 risks (no fault now), 1 warning not shown, 2 skipped`. */
export function passed(
  findings: readonly Finding[],
  folded: readonly Finding[],
  { checked, skipped, failed, accepted = [] }: Judged,
): string {
  const muted = accepted.filter(({ state }) => state === 'muted').length;
  const found = new Set(folded.flatMap((f) => [f, ...f.consequences]).map((f) => f.id)).size;
  const { risks, notes } = othersIn(findings);
  const hidden = folded.filter((f) => !findings.some((s) => s.id === f.id && s.subject === f.subject));
  const unjudged = skipped.filter(isUnjudged).length - failed.length;
  return [
    `${count(checked.length - found - muted, 'check')} passed`,
    // Beside the words AT RISK of another verdict a risk alone reads like one.
    ...(risks.length > 0 ? [`${count(risks.length, 'risk')} (no fault now)`] : []),
    ...(notes.length > 0 ? [count(notes.length, 'note')] : []),
    ...(muted > 0 ? [`${muted} accepted`] : []),
    ...notShown(hidden),
    ...(unjudged > 0 ? [`${unjudged} skipped`] : []),
  ].join(', ');
}

/** `1 warning and 3 notes not shown`: findings below the requested severity are not a pass. */
function notShown(hidden: readonly Finding[]): string[] {
  const isNote = (f: Finding): boolean => worstOf(f) !== 'warning';
  const warnings = idsIn(hidden.filter((f) => !isNote(f)));
  const notes = idsIn(hidden).filter((id) => !warnings.includes(id));
  const parts = [
    ...(warnings.length > 0 ? [count(warnings.length, 'warning')] : []),
    ...(notes.length > 0 ? [count(notes.length, 'note')] : []),
  ];
  return parts.length === 0 ? [] : [`${parts.join(' and ')} not shown`];
}
