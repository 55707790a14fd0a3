import { EXIT, type ExitCode } from '../errors.js';
import type { Accepted, AcceptedRisk } from '../model/accepted.js';
import type { MasterFacts } from '../model/facts.js';
import type { Gathered } from '../model/gathered.js';
import { ctl } from '../model/hints.js';
import { isLocked } from '../model/snapshot.js';
import type { Impact, Severity, Verdict } from '../model/status.js';
import { type ExitOn, labelled, ofCluster, verdictExitCode, verdictOn } from '../model/verdict.js';
import { count } from '../model/words.js';
import { withoutAccepted } from './accepted.js';
import { alike, byServer } from './alike.js';
import type { Check, Finding } from './check.js';
import { factsOf } from './facts-of.js';
import type { Project } from './files/project.js';
import { atLeast, explainer, fold, isRepairable, serverNames } from './fold.js';
import { withoutLeftovers } from './never-reached.js';
import { isRisk, type Judged, passed } from './passed.js';
import { withLogins } from './passwords.js';
import { isUnjudged, runChecks, runFileChecks, type Skipped } from './run.js';
import { whoIsMaster } from './shown.js';
import { weigh } from './weigh.js';

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
  /** The risks that are accepted for this cluster; the findings of those that are muted are in no list. */
  accepted: AcceptedRisk[];
  /** Why nothing answers, where nothing does; else null. */
  silence: string | null;
  /** The command that applies what can be fixed safely; null where nothing can, and on an attached cluster. */
  fixWith: string | null;
}

export interface DiagnoseOptions {
  /** Only these checks; all where absent. */
  only?: readonly string[] | undefined;
  /** Not these. */
  skip?: readonly string[] | undefined;
  /** Nothing less severe. */
  severity?: Severity | undefined;
  /** Risks of a running cluster that are not to be shown. */
  accepted?: readonly Accepted[] | undefined;
}

/** The checks that are chosen. */
function chosen(checks: readonly Check[], { only, skip }: DiagnoseOptions): Check[] {
  return checks.filter((c) => (only === undefined || only.includes(c.id)) && skip?.includes(c.id) !== true);
}

/** Judges what was gathered: runs the chosen checks, folds what they found, and says the verdict. Pure. */
export function diagnose(
  all: Gathered,
  checks: readonly Check[],
  options: DiagnoseOptions = {},
): DoctorResult {
  const gathered = withoutLeftovers(all);
  // A check that only files can show is skipped with its reason where it is asked for by name.
  const fit = checks.filter((check) => check.needs !== 'files' || options.only?.includes(check.id) === true);
  const facts = factsOf(gathered);
  const ran = runChecks(gathered, chosen(fit, options), facts);
  const { findings: left, accepted } = withoutAccepted(
    ran.findings,
    options.accepted ?? [],
    gathered.takenAtMs,
  );
  const servers = serverNames(gathered);
  const folded = withLogins(fold(left, checks, servers), gathered);
  const result = resultOf(
    gathered.cluster,
    folded,
    {
      ...ran,
      vital: vitalOf(fit),
      unread: unasked(gathered),
      accepted,
      explains: explainer(checks, servers),
    },
    silenceOf(gathered),
    facts.masters,
    options,
  );
  const isFixable = result.findings.some(isRepairable);
  const verdict = labelled(ofCluster(result.verdict, gathered.cluster, facts.masters), gathered.label);
  return {
    ...result,
    verdict,
    fixWith: isFixable ? fixWith(gathered, facts.masters) : null,
  };
}

/** An attached cluster is changed one master at a time, which is named where there may be several. */
function fixWith(gathered: Gathered, masters: readonly MasterFacts[]): string | null {
  // Without the names it would wait for them to come back.
  const { gone = [] } = gathered;
  const fix = `doctor --fix${gone.length === 0 ? '' : ` --gone ${gone.join(',')}`}`;
  if (gathered.own) return ctl(gathered, fix);
  if (gathered.acts === undefined || gathered.readonly === true || masters.length !== 1) return null;
  const { masterName } = gathered;
  return ctl(gathered, `${fix}${masterName === null ? '' : ` --master-name ${masterName}`}`);
}

const unasked = ({ notAsked = 0 }: Gathered): string[] =>
  notAsked === 0 ? [] : [`${count(notAsked, 'server')} not asked: give the master with --master-name`];

/** Judges configuration and compose files. Pure; `readProject` reads them. */
export function diagnoseFiles(
  project: Project,
  checks: readonly Check[],
  options: DiagnoseOptions = {},
): DoctorResult {
  const ran = runFileChecks(project, chosen(checks, options));
  const servers = new Set(project.servers.map((s) => s.id));
  const folded = fold(alike(ran.findings), checks, servers, 'no worse');
  // What was not read was not judged: said, never passed.
  const unread = [...project.unread, ...project.lacking];
  const skipped = [...ran.skipped, ...unread.map((why) => ({ id: 'files', why }))];
  // What else is not judged of files needs other files, and is said with what was read.
  const vital = vitalOf(checks.filter(({ group }) => group === 'authentication'));
  const judged = { ...ran, skipped, unread, vital, explains: explainer(checks, servers, 'no worse') };
  return resultOf(
    nameOf(project),
    folded.map(inFiles(project.unread.length === 0)),
    judged,
    null,
    [],
    options,
  );
}

/**
 * Files run nowhere yet: each warning says what will be wrong once they run. Where a part was not read, a warning about
 * the rest does not judge the whole: it counts as a risk, and the part that was not read comes first.
 */
const inFiles =
  (isWhole: boolean) =>
  (finding: Finding): Finding => ({
    ...finding,
    impact:
      finding.severity === 'info' ? 'none' : isWhole || finding.severity === 'critical' ? 'at-risk' : 'risk',
    consequences: finding.consequences.map(inFiles(isWhole)),
  });

/** The files, as they were given. */
function nameOf({ compose, kube, servers }: Project): string {
  const configs = servers.filter((s) => s.service === null).map((s) => s.id);
  return [...(compose === null ? [] : [compose]), ...(kube?.files ?? []), ...configs].join(', ');
}

/**
 * Whether writes work, whether a failover would, and whether data is safe: what a healthy verdict is about. Logins and
 * rights decide the next failover: what a server lets us ask of them shows nothing before it.
 */
const VITAL: readonly Impact[] = ['down', 'no-failover', 'data-unsafe'];
const isVital = ({ severity, impact, group }: Check): boolean =>
  severity === 'critical' &&
  (group === 'authentication' || (VITAL.includes(impact) && group !== 'application'));
const vitalOf = (checks: readonly Check[]): ReadonlySet<string> =>
  new Set(checks.filter(isVital).map((c) => c.id));

/** A diagnosis out of its parts; findings are folded. */
function resultOf(
  cluster: string,
  folded: Finding[],
  ran: Judged,
  silence: string | null,
  masters: readonly MasterFacts[],
  { severity = 'info' }: DiagnoseOptions,
): DoctorResult {
  const findings = atLeast(folded, severity);
  const checked = ran.checked.length;
  const checks = passed(findings, folded, ran);
  const healthy = [...about(masters), checks].join(', ');
  const unproven = unprovenIn(ran, silence, checks);
  const { verdict, said } = verdictOn(weigh(findings, ran.explains), { masters, healthy, unproven });
  const marked = (f: Finding): Finding => ({
    ...f,
    headline: said.includes(f),
    consequences: f.consequences.map(marked),
  });
  return {
    ...{ cluster, verdict, findings: byServer(headlineFirst(findings.map(marked))), checked },
    ...{ skipped: ran.skipped, accepted: ran.accepted ?? [], silence, fixWith: null },
  };
}

/** What the first line says comes first, with what explains it. */
function headlineFirst(findings: readonly Finding[]): Finding[] {
  const isSaid = (f: Finding): boolean => f.headline || f.consequences.some(isSaid);
  return findings.toSorted((a, b) => Number(isSaid(b)) - Number(isSaid(a)));
}

/** Which masters a healthy first line is about; empty for files. */
function about(masters: readonly MasterFacts[]): string[] {
  const [only, ...others] = masters;
  if (only === undefined) return [];
  if (others.length > 0) return [count(masters.length, 'master')];
  const { name, master, refOf } = only;
  return [master === null ? name : whoIsMaster({ name, master: refOf(master) })];
}

/** Why nothing can be called healthy, although nothing was found; empty where everything that was asked was judged. */
function unprovenIn(
  { checked, skipped, failed, unread = [], vital = new Set() }: Judged,
  silence: string | null,
  healthy: string,
): string[] {
  if (silence !== null) return [`nothing answers: ${silence}`];
  const [first, ...others] = unread;
  const lack =
    first === undefined ? null : `${first}${others.length > 0 ? ` (and ${others.length} more)` : ''}`;
  if (checked.length === 0)
    return [`no check could be judged: ${lack ?? skipped[0]?.why ?? 'none was chosen'}`];
  if (failed.length > 0) return [`${count(failed.length, 'check')} failed: ${failed.join(', ')}; ${healthy}`];
  const [open] = skipped.filter((s) => isUnjudged(s) && vital.has(s.id));
  if (open !== undefined) {
    const more = skipped.filter((s) => isUnjudged(s) && vital.has(s.id)).length - 1;
    return [`${open.id} was not judged: ${open.why}${more > 0 ? ` (and ${more} more)` : ''}; ${healthy}`];
  }
  return lack === null ? [] : [`not all was read: ${lack}; ${healthy}`];
}

/** Why no server answers; null where one does, if only that it wants a password, and where only the application's settings are looked at. */
function silenceOf({ sentinels, nodes, app }: Gathered): string | null {
  const servers = [...sentinels, ...nodes];
  if (servers.some(({ silence }) => silence === null || isLocked(silence))) return null;
  if (servers.length === 0 && app !== null) return null;
  return (
    servers.map((s) => `${s.id} ${s.silence?.message ?? 'gave no answer'}`).join('; ') || 'no server is known'
  );
}

/** 5 where nothing answers, else that of the verdict; `strict`: 1 for a risk too; `allowUnknown`: 0 for UNKNOWN. */
export function doctorExitCode(
  result: DoctorResult,
  exitOn?: ExitOn,
  strict = false,
  allowUnknown = false,
): ExitCode {
  if (result.silence !== null) return EXIT.unreachable;
  const isRisky = strict && result.findings.some(isRisk);
  const judged = verdictExitCode(result.verdict, exitOn);
  const code = judged === EXIT.unknown && allowUnknown ? EXIT.ok : judged;
  return code === EXIT.ok && isRisky ? EXIT.violated : code;
}
