import type { Finding } from '../../checks/check.js';
import type { DoctorResult } from '../../checks/diagnose.js';
import type { Skipped } from '../../checks/run.js';
import { sentenceOf } from '../../checks/verdict.js';
import type { Repaired } from '../../model/repair.js';
import { plain, wrap } from '../plain-text.js';
import { nextLines, verdictLines } from './lines.js';
import { SEVERITY_MARK, severityPaint } from './outcome.js';
import { SYMBOL, type Theme, themeOf, type View } from './theme.js';

/** How many findings of one check are shown. */
const SHOWN_ALIKE = 10;
/** How many checks that are skipped for the same reason are named. */
const NAMED_SKIPS = 8;

/** The verdict; then each root cause with its consequence, its fix and what it explains; then the skipped checks. */
export function doctorText(result: DoctorResult, view: View): string {
  const theme = themeOf(view);
  const { word, text } = result.verdict;
  const lines = verdictLines(word, verdictPaint(word, theme), text, view);
  const shown = new Map<string, string>();
  for (const alike of byCheck(result.findings)) lines.push('', ...alikeLines(alike, shown, view));
  if (result.skipped.length > 0) lines.push('', ...skippedLines(result.skipped, view));
  return lines.join('\n');
}

function verdictPaint(word: string, theme: Theme): (text: string) => string {
  return word === 'HEALTHY' ? theme.ok : word === 'CRITICAL' ? theme.bad : theme.warn;
}

/** Neighbouring findings of one check: the consequence and the source are shown once. */
function byCheck(findings: readonly Finding[]): Finding[][] {
  const groups: Finding[][] = [];
  for (const finding of findings) {
    const last = groups.at(-1);
    if (last?.[0]?.id === finding.id) last.push(finding);
    else groups.push([finding]);
  }
  return groups;
}

function alikeLines(alike: readonly Finding[], shown: Map<string, string>, view: View): string[] {
  const theme = themeOf(view);
  const dim = (text: string): string[] => wrap(plain(`  ${text}`), view.columns, 2).map(theme.dim);
  const left = alike.length - SHOWN_ALIKE;
  return alike.flatMap((finding, i) => {
    if (i >= SHOWN_ALIKE) return [];
    const isLast = i === Math.min(alike.length, SHOWN_ALIKE) - 1;
    return [
      ...wrap(plain(`${SEVERITY_MARK[finding.severity]} ${headOf(finding)}`), view.columns, 2).map(
        severityPaint(finding.severity, theme),
      ),
      ...(i === 0 ? dim(finding.consequence) : []),
      ...fixLines(finding, shown, view),
      ...finding.consequences.flatMap((other) =>
        wrap(plain(`  ↳ ${headOf(other)}`), view.columns, 4).map(severityPaint(other.severity, theme)),
      ),
      ...(isLast && left > 0 ? dim(`and ${left} more of ${finding.id}; --json has them all`) : []),
      ...(isLast ? dim(finding.source) : []),
    ];
  });
}

/** `critical no-quorum  mymaster: 1 usable of 3 …`, with its place in a file where it has one. */
function headOf(finding: Finding): string {
  const { severity, id, at } = finding;
  const place = at === undefined ? '' : ` (${at.file}:${at.line})`;
  return `${severity} ${id}  ${sentenceOf(finding)}${place}`;
}

/** A fix is a sequence and shown in full; a fix that was already shown is replaced by a reference to it. */
function fixLines({ fix, id }: Finding, shown: Map<string, string>, view: View): string[] {
  if (fix.length === 0) return [];
  const text = fix.join('\n');
  const earlier = shown.get(text);
  if (earlier === id) return [];
  if (earlier !== undefined) return nextLines(`same fix as ${earlier} above`, view, 2);
  shown.set(text, id);
  return fix.flatMap((line) => nextLines(line, view, 2));
}

/** `6 skipped: needs --watch-for 5s (flapping, lag); …`: the reasons, and which checks each one kept from judging. */
function skippedLines(skipped: readonly Skipped[], view: View): string[] {
  const theme = themeOf(view);
  const byReason = new Map<string, string[]>();
  for (const { id, why } of skipped) byReason.set(why, [...(byReason.get(why) ?? []), id]);
  return [
    theme.dim(`skipped: ${skipped.length}`),
    ...[...byReason].flatMap(([why, ids]) => {
      const more = ids.length > NAMED_SKIPS ? ` and ${ids.length - NAMED_SKIPS} more` : '';
      const line = `  ${ids.slice(0, NAMED_SKIPS).join(', ')}${more}: ${why}`;
      return wrap(plain(line), view.columns, 4).map(theme.dim);
    }),
  ];
}

const REPAIR_WORDS: Record<Repaired['outcome'], string> = {
  done: 'done and verified',
  would: 'would be done',
  declined: 'not done: declined',
  left: 'not done',
};

/** The outcome of each repair, one line each. */
export function repairedLines(fixed: readonly Repaired[], view: View): string[] {
  const theme = themeOf(view);
  if (fixed.length === 0)
    return [theme.dim('--fix has nothing to do: no finding has a fix that is safe and the only choice')];
  return fixed.flatMap(({ does, outcome, why }) => {
    const mark = outcome === 'done' ? SYMBOL.ok : outcome === 'would' ? SYMBOL.next : SYMBOL.unknown;
    const paint = outcome === 'done' ? theme.ok : outcome === 'would' ? theme.accent : theme.warn;
    const reason = why === null ? '' : `: ${why}`;
    return wrap(plain(`${mark} ${does} (${REPAIR_WORDS[outcome]}${reason})`), view.columns, 2).map(paint);
  });
}
