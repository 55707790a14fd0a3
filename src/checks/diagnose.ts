import { EXIT, type ExitCode } from '../errors.js';
import type { Gathered } from '../model/gathered.js';
import type { Severity } from '../model/status.js';
import type { Check, Finding } from './check.js';
import type { Project } from './files/project.js';
import { atLeast, fold, serverNames } from './fold.js';
import { withPasswordNotes } from './passwords.js';
import { type Ran, runChecks, runFileChecks, type Skipped } from './run.js';
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
function chosen(checks: readonly Check[], { only, skip }: DiagnoseOptions): Check[] {
  return checks.filter((c) => (only === undefined || only.includes(c.id)) && skip?.includes(c.id) !== true);
}

/** Judges what was gathered: runs the chosen checks, folds what they found, and says the verdict. Pure. */
export function diagnose(
  gathered: Gathered,
  checks: readonly Check[],
  options: DiagnoseOptions = {},
): DoctorResult {
  // A check that only files can show is skipped with its reason where it is asked for by name.
  const fit = checks.filter((check) => check.needs !== 'files' || options.only?.includes(check.id) === true);
  const ran = runChecks(gathered, chosen(fit, options));
  const folded = fold(withPasswordNotes(ran.findings, gathered), checks, serverNames(gathered));
  return resultOf(gathered.cluster, folded, ran, silenceOf(gathered), options);
}

/** Judges configuration and compose files. Pure; `readProject` reads them. */
export function diagnoseFiles(
  project: Project,
  checks: readonly Check[],
  options: DiagnoseOptions = {},
): DoctorResult {
  const ran = runFileChecks(project, chosen(checks, options));
  const folded = fold(ran.findings, checks, new Set(project.servers.map((s) => s.id)));
  // What was not read was not judged: said, never passed.
  const unread = project.unread.map((why) => ({ id: 'files', why }));
  const skipped = [...ran.skipped, ...unread];
  return resultOf(nameOf(project), folded, { ...ran, skipped }, null, options);
}

/** The files, as they were given. */
function nameOf({ compose, servers }: Project): string {
  const configs = servers.filter((s) => s.service === null).map((s) => s.id);
  return [...(compose === null ? [] : [compose]), ...configs].join(', ');
}

/** A diagnosis out of its parts; findings are folded. */
function resultOf(
  cluster: string,
  folded: Finding[],
  { checked: { length: checked }, skipped, failed }: Ran,
  silence: string | null,
  { severity = 'info' }: DiagnoseOptions,
): DoctorResult {
  const findings = atLeast(folded, severity);
  const verdict = verdictOf({ findings, folded, checked, skipped, failed, silence });
  return { cluster, verdict, findings, checked, skipped, silence };
}

/** Why no server answers; null where one does, and where only the application's settings are looked at. */
function silenceOf({ sentinels, nodes, app }: Gathered): string | null {
  const servers = [...sentinels, ...nodes];
  if (servers.some((server) => server.silence === null)) return null;
  if (servers.length === 0 && app !== null) return null;
  return (
    servers.map((s) => `${s.id} ${s.silence?.message ?? 'gave no answer'}`).join('; ') || 'no server is known'
  );
}

/** 5 where nothing answers, 1 for a warning or worse, 2 where nothing was judged or a check failed, else 0. */
export function doctorExitCode(result: DoctorResult): ExitCode {
  if (result.silence !== null) return EXIT.unreachable;
  if (result.verdict.word === 'CRITICAL' || result.verdict.word === 'WARNING') return EXIT.violated;
  return result.verdict.word === 'UNKNOWN' ? EXIT.unknown : EXIT.ok;
}
