import type { AcceptedRisk } from '../model/accepted.js';
import { count } from '../model/words.js';
import type { Finding } from './check.js';
import { worstOf } from './fold.js';
import { isUnjudged, type Ran } from './run.js';

/** What the checks said, and of files what could not be read. */
export interface Judged extends Ran {
  unread?: readonly string[];
  /** The ids of the checks without which nothing is called healthy. */
  vital?: ReadonlySet<string>;
  accepted?: AcceptedRisk[];
}

/** `84 checks passed, 3 risks, 1 warning not shown, 2 skipped`. */
export function passed(
  findings: readonly Finding[],
  folded: readonly Finding[],
  { checked, skipped, failed, accepted = [] }: Judged,
): string {
  const muted = accepted.filter(({ state }) => state === 'muted').length;
  const found = new Set(folded.flatMap((f) => [f, ...f.consequences]).map((f) => f.id)).size;
  const risks = new Set(findings.filter((f) => f.impact === 'risk').map((f) => f.id)).size;
  const notes = findings.filter((f) => f.impact === 'none').length;
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
  const warnings = hidden.filter((f) => worstOf(f) === 'warning').length;
  const notes = hidden.length - warnings;
  const parts = [
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
    ...(notes > 0 ? [count(notes, 'note')] : []),
  ];
  return parts.length === 0 ? [] : [`${parts.join(' and ')} not shown`];
}
