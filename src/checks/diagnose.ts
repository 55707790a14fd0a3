import { EXIT, type ExitCode } from '../errors.js';
import type { Gathered } from '../model/gathered.js';
import type { Check, Severity } from './check.js';
import { atLeast, fold, serverNames } from './fold.js';
import { withPasswordNotes } from './passwords.js';
import { type Finding, runChecks, type Skipped } from './run.js';
import { type Verdict, verdictOf } from './verdict.js';

/** A diagnosis. */
export interface DoctorResult {
  /** The cluster's name, the addresses of an attached one, or the files. */
  cluster: string;
  verdict: Verdict;
  /** Root causes first, the worst first; each with what it explains. */
  findings: Finding[];
  /** How many checks were judged. */
  checked: number;
  skipped: Skipped[];
  /** Why nothing answers, where nothing does; else null. */
  silence: string | null;
}

export interface DiagnoseOptions {
  /** Only these checks; all where absent. */
  only?: readonly string[] | undefined;
  /** Not these. */
  skip?: readonly string[] | undefined;
  /** Nothing less severe. */
  severity?: Severity | undefined;
}

/** The checks that are chosen. */
export function chosen(checks: readonly Check[], { only, skip }: DiagnoseOptions): Check[] {
  return checks.filter((c) => (only === undefined || only.includes(c.id)) && skip?.includes(c.id) !== true);
}

/** Judges what was gathered: runs the chosen checks, folds what they found, and says the verdict. Pure. */
export function diagnose(
  gathered: Gathered,
  checks: readonly Check[],
  options: DiagnoseOptions = {},
): DoctorResult {
  const ran = runChecks(gathered, chosen(checks, options));
  const folded = fold(withPasswordNotes(ran.findings, gathered), checks, serverNames(gathered));
  return resultOf(gathered.cluster, folded, ran.checked.length, ran.skipped, silenceOf(gathered), options);
}

/** A diagnosis out of its parts; findings are folded. */
export function resultOf(
  cluster: string,
  folded: Finding[],
  checked: number,
  skipped: Skipped[],
  silence: string | null,
  { severity = 'info' }: DiagnoseOptions = {},
): DoctorResult {
  const findings = atLeast(folded, severity);
  const verdict = verdictOf({ findings, folded, checked, skipped, silence });
  return { cluster, verdict, findings, checked, skipped, silence };
}

/** Why nothing answers; null where anybody does, and where only the application's settings are looked at. */
function silenceOf({ sentinels, nodes, app }: Gathered): string | null {
  const servers = [...sentinels, ...nodes];
  if (servers.some((server) => server.silence === null)) return null;
  if (servers.length === 0 && app !== null) return null;
  return (
    servers.map((s) => `${s.id} ${s.silence?.message ?? 'gave no answer'}`).join('; ') || 'no server is known'
  );
}

/** 5 where nothing answers, 1 for a warning or worse, 2 where nothing was judged, else 0. */
export function doctorExitCode(result: DoctorResult): ExitCode {
  if (result.silence !== null) return EXIT.unreachable;
  if (result.verdict.word === 'CRITICAL' || result.verdict.word === 'WARNING') return EXIT.violated;
  return result.verdict.word === 'UNKNOWN' ? EXIT.unknown : EXIT.ok;
}
