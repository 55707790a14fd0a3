import type { SnapshotFacts } from '../model/facts.js';
import type { Gathered } from '../model/gathered.js';
import type { Repair } from '../model/repair.js';
import type { MasterSetting } from '../model/sentinel-settings.js';
import type { Countdown, Impact, Severity } from '../model/status.js';
import { isNow } from '../model/verdict.js';
import type { CountedGroup, FileGroup, MonitoredGroup } from './files/groups.js';
import type { FileServer, Project } from './files/project.js';
import type { Monitor } from './files/settings.js';

/** What a check says of one subject. */
export interface RawFinding {
  /** Which node, which sentinel, which name: `redis-2`, `sentinel-1, sentinel-3`, `mymaster`. */
  subject: string;
  /** What was seen, with the actual values; one line. */
  message: string;
  /** What to type or to write, for this cluster's own addresses; one command or configuration line each. */
  fix: string[];
  /** What comes after the fix, and what to wait for before it. */
  later?: { when: string; fix: string };
  /** The servers that it is about, where the subject does not name all of them. */
  servers?: string[];
  /** The master in whose group it is; absent where it concerns all of them, null where it concerns none. */
  masterName?: string | null;
  /** Why it matters, where the case has another reason than the check's own. */
  consequence?: string;
  /** Less, or more, than the check's own severity, where the case is. */
  severity?: Severity;
  /** What it means for clients now, where the case differs from the check's own impact. */
  impact?: Impact;
  /** The cause in a few words, for the first line; the message where absent. */
  brief?: string;
  /** The part of `brief` that counts down; absent where nothing does. */
  countdown?: Countdown | undefined;
  /** What the message says beyond `brief`, null for nothing; where absent, the message, if there is a `brief`. */
  evidence?: string | null;
  /** What `--fix` may do about it, where that is safe and can be rolled back. */
  repair?: Repair;
  /** The same where it takes several, in this order; then there is no `repair`. */
  repairs?: Repair[];
  /** Read from another server than the one that the sentinels have there: what follows from it is not the cluster's fault. */
  misread?: true;
  /** Where in a file, for static checks. */
  at?: { file: string; line: number };
}

/** A check that cannot be judged: the evidence that is missing. Never silently passed. */
export interface Skip {
  skip: string;
  /** False where there is nothing of its kind to judge, so that nothing is missing. */
  applies?: false;
}

/** The parts of groups that are too long for a screen; parts.ts has their titles. */
export type PartId =
  | 'settings'
  | 'names'
  | 'files'
  | 'starts'
  | 'disk'
  | 'replication'
  | 'master'
  | 'replicas'
  | 'nodes'
  | 'sentinels'
  | 'addresses';

/** What a check says of itself: the same words wherever it is found. */
export interface CheckText {
  /** As in the catalogue: `conf-shared`. */
  id: string;
  /** `snapshot`: what `status` reads; `gathered`: what `doctor` asks for; `files`: no running server shows it. */
  needs: 'snapshot' | 'gathered' | 'files';
  severity: Severity;
  /** What its findings mean for clients now: one rule makes the verdict of it (model/verdict.ts). */
  impact: Impact;
  group: 'configuration' | 'authentication' | 'network' | 'data' | 'live' | 'application';
  /** The part of its group, where that has parts. */
  part?: PartId;
  /** `one configuration file is shared by several sentinels`. */
  title: string;
  /** Why it matters, in one sentence, with the measured consequence. */
  consequence: string;
  /** The long form for `explain`: cause and effect, a few sentences. */
  explanation: string;
  /** How it is fixed in general; lines. */
  remedy: string[];
  /** Where it is known from: documentation, source, issue, or `measured`. */
  sources: string[];
  /** Checks whose findings are consequences of this one, folded under it when the subjects meet. */
  causes?: string[];
  /** Judges what was watched over time: where nothing was, and one look shows nothing, it is skipped with that reason. */
  overTime?: boolean;
  /** What a run of sentinelctl did: comes before everything else, and explains also what is worse. */
  first?: boolean;
}

/**
 * One diagnosis: pure, from what was asked of a running cluster, from the operator's files, or from both. A new
 * one is one file and one line in the registry. Each judgement returns findings, none for a pass, or the evidence
 * that is missing; a check without one of the two does not judge that kind of evidence.
 */
export type Check = LiveCheck | FileCheck;

/** A check that judges a running cluster. */
export type LiveCheck = SnapshotCheck | GatheredCheck;

type FileJudgement = RawFinding[] | Skip;

/** What reads the operator's files, lent to a check that `status` has too: `status` must not load it. */
export interface FileReader {
  judgeMonitoredGroups(project: Project, judge: (groups: MonitoredGroup[]) => FileJudgement): FileJudgement;
  judgeCountedGroups(project: Project, judge: (group: CountedGroup) => RawFinding[]): FileJudgement;
  judgeNodeGroups(project: Project, judge: (group: FileGroup) => RawFinding[]): FileJudgement;
  placeOf(group: FileGroup): Pick<RawFinding, 'at'>;
  isAt(server: FileServer, host: string, port: number, from: FileServer): boolean;
  masterSetting(monitor: Monitor, what: MasterSetting): { value: number; at: Place };
  settingOf(server: FileServer, name: string): string | undefined;
  lineOr(server: FileServer, name: string): Place;
}
type Place = NonNullable<RawFinding['at']>;

/** Needs no more than a snapshot: `status` runs it, and `doctor` on the snapshot in what it gathered. */
export interface SnapshotCheck extends CheckText {
  needs: 'snapshot';
  live(facts: SnapshotFacts): RawFinding[] | Skip;
  files?(project: Project, read: FileReader): RawFinding[] | Skip;
}

/** Needs more than a snapshot is read for; `status` judges those of `STATUS_CHECKS` by what its snapshot has of that. */
export interface GatheredCheck extends CheckText {
  needs: 'gathered';
  live(gathered: Gathered): RawFinding[] | Skip;
  files?(project: Project, read: FileReader): RawFinding[] | Skip;
}

/** Needs files: a server with such a line does not start. */
interface FileCheck extends CheckText {
  needs: 'files';
  files(project: Project, read: FileReader): RawFinding[] | Skip;
}

/** One thing that is wrong, with everything that is needed to act on it. */
export interface Finding {
  /** The check's. */
  id: string;
  severity: Severity;
  /** What it means for clients now. */
  impact: Impact;
  /** What the check is about, in general. */
  title: string;
  /** The message in a few words. */
  brief: string;
  /** The part of `brief` that counts down. */
  countdown?: Countdown;
  /** Whether the first line of the diagnosis says it. */
  headline: boolean;
  /** What the message says beyond `brief`; null where `brief` says it all. */
  evidence: string | null;
  /** The master in whose group it is; absent where it concerns all of them, null where it is about the application. */
  masterName?: string | null | undefined;
  /** Which node, which sentinel, which name. */
  subject: string;
  /** Further servers that it is about. */
  servers?: string[];
  /** What was seen; one line. */
  message: string;
  /** Why it matters. */
  consequence: string;
  /** What to type or to write, a line each. */
  fix: string[];
  /** Where it is known from. */
  source: string;
  /** Where in a file, for static checks. */
  at?: { file: string; line: number };
  /** All of those places, where several subjects have the same fault. */
  places?: { file: string; line: number }[];
  /** What `--fix` may do about it, in this order. */
  repairs: Repair[];
  /** What a run of sentinelctl did; its command comes before all others. */
  first?: boolean;
  /** Read from another server than the sentinels': what it explains is not the cluster's fault. */
  misread?: true;
  /** Findings that this one explains; they have none of their own. */
  consequences: Finding[];
}

/** What a finding means for clients: the check's own impact, less where its severity is lower than the check's. */
export function impactOf(check: Pick<CheckText, 'impact' | 'severity'>, raw: RawFinding): Impact {
  const severity = raw.severity ?? check.severity;
  if (raw.impact !== undefined) return raw.impact;
  if (severity === 'info') return 'none';
  const isLess = check.severity === 'critical' && severity === 'warning';
  return isLess && isNow(check.impact) && check.impact !== 'unknown' ? 'degraded' : check.impact;
}

/** What is left of a finding where its `brief` was said. */
export const evidenceOf = ({ brief, evidence, message }: RawFinding): string | null =>
  evidence !== undefined ? evidence : brief === undefined ? null : message;

/** A finding in one line; its subject is not said twice. */
export const sentenceOf = ({ subject, message }: Pick<Finding, 'subject' | 'message'>): string =>
  subject.split(', ').every((name) => message.includes(name)) ? message : `${subject}: ${message}`;
