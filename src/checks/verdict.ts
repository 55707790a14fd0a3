import type { Severity } from '../model/status.js';
import { count } from '../model/words.js';
import type { Finding } from './check.js';
import { worstOf } from './fold.js';
import type { Skipped } from './run.js';

export type VerdictWord = 'CRITICAL' | 'WARNING' | 'HEALTHY' | 'UNKNOWN';

/** The first line of a diagnosis. */
export interface Verdict {
  word: VerdictWord;
  /** `mymaster: one configuration file is shared by 3 sentinels (and 2 more, 3 warnings)`. */
  text: string;
}

/** What a diagnosis is judged by; `silence` says why nothing answers, where nothing does. */
export interface Judged {
  findings: readonly Finding[];
  /** All that was found, what was asked not to be shown among it. */
  folded: readonly Finding[];
  checked: number;
  skipped: readonly Skipped[];
  /** Checks that broke; they are among the skipped. */
  failed: readonly string[];
  silence: string | null;
}

/** The verdict of a diagnosis whose findings are folded and sorted. Pure. */
export function verdictOf({ findings, folded, checked, skipped, failed, silence }: Judged): Verdict {
  const [first, ...others] = findings;
  const worst = first === undefined ? 'info' : worstOf(first);
  if (first !== undefined && worst !== 'info') {
    return {
      word: worst === 'critical' ? 'CRITICAL' : 'WARNING',
      text: `${sentenceOf(first)}${more(worst, others)}`,
    };
  }
  if (silence !== null) return { word: 'UNKNOWN', text: `nothing answers: ${silence}` };
  if (checked === 0) {
    const why = skipped[0]?.why ?? 'no check was chosen';
    return { word: 'UNKNOWN', text: `nothing could be judged: ${why}` };
  }
  const broken = failed.length > 0 ? [`${count(failed.length, 'check')} failed: ${failed.join(', ')}`] : [];
  const notes = findings.length > 0 ? [count(findings.length, 'note')] : [];
  const unjudged = skipped.length - failed.length;
  const found = new Set(folded.flatMap((f) => [f, ...f.consequences]).map((f) => f.id)).size;
  const parts = [
    ...broken,
    `${count(checked - found, 'check')} passed`,
    ...notes,
    ...notShown(folded.filter((f) => !findings.some((s) => s.id === f.id && s.subject === f.subject))),
    ...(unjudged > 0 ? [`${unjudged} skipped`] : []),
  ];
  return { word: failed.length > 0 ? 'UNKNOWN' : 'HEALTHY', text: parts.join(', ') };
}

/** A finding in one line; its subject is not said twice. */
export const sentenceOf = ({ subject, message }: Pick<Finding, 'subject' | 'message'>): string =>
  subject.split(', ').every((name) => message.includes(name)) ? message : `${subject}: ${message}`;

/** ` (and 2 more, 3 warnings)`: how many others there are, by how bad they are. */
function more(worst: Severity, others: readonly Finding[]): string {
  const same = others.filter((f) => worstOf(f) === worst).length;
  const warnings = worst === 'warning' ? 0 : others.filter((f) => worstOf(f) === 'warning').length;
  const parts = [
    ...(same > 0 ? [`${same} more`] : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
  ];
  return parts.length === 0 ? '' : ` (and ${parts.join(', ')})`;
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
