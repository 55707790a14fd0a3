import { EXIT, type ExitCode } from '../errors.js';
import { sameAddress } from './address.js';
import { humanDurationMs } from './duration.js';
import { answers, type MasterFacts, type SentinelView } from './facts.js';
import { commandIn } from './next-command.js';
import { isFull } from './snapshot.js';
import { type Countdown, type Impact, VERDICT_WORDS, type Verdict, type VerdictWord } from './status.js';
import { sayTheSame, together, without } from './together.js';
import { count } from './words.js';

/** Behind the first line of a cluster that `status` calls healthy: what only `doctor` asks is not proved by it. */
export const NOT_ALL_RUN = ' (checks of doctor not run)';

/** The worst first. */
export const IMPACTS: readonly Impact[] = [
  'down',
  'data-unsafe',
  'no-failover',
  'at-risk',
  'degraded',
  'unknown',
  'risk',
  'none',
];

const WORD_OF: Record<Impact, VerdictWord> = {
  down: 'DOWN',
  'no-failover': 'AT RISK',
  'data-unsafe': 'AT RISK',
  'at-risk': 'AT RISK',
  degraded: 'DEGRADED',
  unknown: 'UNKNOWN',
  risk: 'HEALTHY',
  none: 'HEALTHY',
};

/** The word for a finding alone; `a risk` and `a note` change no verdict. */
export const wordOf = (impact: Impact): string =>
  impact === 'risk' ? 'a risk' : impact === 'none' ? 'a note' : WORD_OF[impact];

/** Whether a finding is about the present: it alone keeps a cluster from being healthy. */
export const isNow = (impact: Impact): boolean => WORD_OF[impact] !== 'HEALTHY';

/** The place in VERDICT_WORDS; the lower, the worse. */
export const verdictRank = (word: VerdictWord): number => VERDICT_WORDS.indexOf(word);

/** One finding, as much of it as the verdict needs. `T`: what it was made of. */
export interface Weighed<T = unknown> {
  /** What `brief` says: left out where it is listed below the verdict that it became the cause of. */
  of: readonly T[];
  impact: Impact;
  /** Which server it is about. */
  subject: string;
  /** The cause in a few words: `redis-1 (master) is down; failover expected within 3 s`. */
  brief: string;
  /** The part of `brief` that counts down. */
  countdown?: Countdown | undefined;
  /** The master in whose group it is; absent where it concerns all of them, null where it is not about a master. */
  masterName?: string | null | undefined;
  /** What to type; comments begin with #. */
  fix: readonly string[];
  /** What a run of sentinelctl did: its command comes first, because everything else may come from it. */
  first?: boolean | undefined;
  /** Further causes of what `brief` says, which are not counted beside it: two sentinels that are down. */
  covers?: readonly T[];
  /** Whether something that only sentinelctl lacks is among its causes: a password. */
  lacks?: boolean;
}

export interface Evidence {
  masters: readonly MasterFacts[];
  /** What the line says of a healthy cluster. */
  healthy: string;
  /** Evidence that is missing, in words: where some is, nothing is called healthy. */
  unproven?: readonly string[];
}

/** A verdict, and the findings that its line says already. */
export interface Judgement<T> {
  verdict: Verdict;
  said: readonly T[];
}

/**
 * One rule for every command: the worst impact decides, and of the findings that have it the first, which is the most
 * severe, is the cause. Pure.
 */
export function verdictOn<T>(
  found: readonly Weighed<T>[],
  { masters, healthy, unproven = [] }: Evidence,
): Judgement<T> {
  const present = found.filter(({ impact }) => isNow(impact));
  const unproved = present.filter((f) => isUnproved(f, present, masters));
  const behind = (f: Weighed<T>): number => IMPACTS.indexOf(f.lacks ? 'degraded' : 'unknown');
  // A master that accepts no client is down for each that is not connected yet.
  const order = ({ impact, subject }: Weighed<T>): number =>
    impact === 'at-risk' && masters.some((m) => fullMaster(m) === subject) ? 0.5 : IMPACTS.indexOf(impact);
  const rank = (f: Weighed<T>): number => (unproved.includes(f) ? behind(f) + order(f) / 10 : order(f));
  const [worst] = present.toSorted((a, b) => rank(a) - rank(b));
  if (worst === undefined) {
    const [lacking] = unproven;
    const nothing = { impact: null, forMs: null, next: null };
    const verdict: Verdict =
      lacking === undefined
        ? { word: 'HEALTHY', text: healthy, cause: null, ...nothing }
        : { word: 'UNKNOWN', text: lacking, cause: lacking, ...nothing };
    return { verdict, said: [] };
  }
  const { masterName } = worst;
  const only = masters.length === 1 && masterName !== null ? masters[0] : undefined;
  const master = masters.find((m) => m.name === masterName) ?? only;
  const alike = sayTheSame(
    worst,
    present.filter((f) => f.impact === worst.impact && f.masterName === worst.masterName),
  );
  const brief = together(alike);
  const unnamed = master === undefined ? brief : without(`${master.name}: `, brief);
  // What the line says of writes says it too.
  const cause = worst.impact === 'no-failover' ? without('no failover is possible: ', unnamed) : unnamed;
  const word = unproved.includes(worst) ? 'UNKNOWN' : WORD_OF[worst.impact];
  const silent = worst.impact === 'down' && master !== undefined ? silence(master) : null;
  const impact =
    masterName === null || masters.length === 0 ? null : impactWords(word, worst.impact, master, silent);
  const lead = impact === null ? '' : `${impact}${word === 'DOWN' ? ': ' : '; '}`;
  const beside = worst.impact === 'unknown' ? alsoKnown(worst, unproved) : alsoUnknown(worst, present);
  const within = present.filter((f) => !alike.includes(f) && !beside.includes(f) && cause.includes(f.brief));
  const said = [`${lead}${cause}`, ...(beside.length > 0 ? [together(beside)] : [])].join('; ');
  const told = [...alike, ...beside, ...within];
  const covered = new Set(told.flatMap(({ covers = [] }) => covers));
  const more = present.filter((f) => !told.includes(f) && !f.of.some((one) => covered.has(one))).length;
  const next = commandIn((present.find((f) => f.first === true) ?? worst).fix);
  const text = `${master === undefined ? '' : `${master.name}: `}${said}${more > 0 ? ` (and ${count(more, 'more finding')})` : ''}`;
  return {
    verdict: {
      ...{ word, text, impact, cause, next },
      forMs: silent?.forMs ?? null,
      ...(worst.countdown && { countdown: worst.countdown }),
    },
    said: [...alike, ...beside, ...within].flatMap(({ of }) => of),
  };
}

/**
 * Whether something is called degraded or at risk, which says that writes work, where that is not known for lack of an
 * answer: then what hides the answer decides. What is worse is known without it.
 */
function isUnproved(
  { impact, lacks, masterName }: Weighed,
  present: readonly Weighed[],
  masters: readonly MasterFacts[],
): boolean {
  const concerned = masterName === null ? [] : masters.filter(({ name }) => (masterName ?? name) === name);
  const hides = ({ impact: of, lacks: no, masterName: its }: Weighed, name: string): boolean =>
    (of === 'unknown' || no === true) && its !== null && (its ?? name) === name;
  return (
    (impact === 'degraded' || impact === 'at-risk') &&
    concerned.length > 0 &&
    concerned.every((m) => writesGoTo(m) === null && (lacks || present.some((f) => hides(f, m.name))))
  );
}

/** What is known stands beside what is not. */
function alsoKnown<T>({ masterName }: Weighed<T>, unproved: readonly Weighed<T>[]): readonly Weighed<T>[] {
  const its = unproved.filter((f) => (masterName ?? f.masterName) === f.masterName || f.masterName == null);
  const [first] = its;
  return first === undefined ? [] : sayTheSame(first, its);
}

/** What only sentinelctl lacks is said beside the verdict on the rest. */
function alsoUnknown<T>(worst: Weighed<T>, present: readonly Weighed<T>[]): readonly Weighed<T>[] {
  const told = new Set([...worst.of, ...(worst.covers ?? [])]);
  return present.filter((f) => f.impact === 'unknown' && !f.of.some((one) => told.has(one))).slice(0, 1);
}

/** null for a risk of a master that does not say whether it takes writes. */
function impactWords(
  word: VerdictWord,
  impact: Impact,
  master: MasterFacts | undefined,
  silent: Silent | null,
): string | null {
  if (impact === 'down')
    return silent === null
      ? 'no writes'
      : `no writes for ${silent.isLeast ? 'at least ' : ''}${humanDurationMs(silent.forMs)}`;
  if (impact === 'data-unsafe') return 'acknowledged writes may be lost';
  const full = master === undefined ? undefined : fullMaster(master);
  if (impact === 'at-risk' && full !== undefined) return `only connected clients reach ${full}`;
  const writer = master === undefined ? null : writesGoTo(master);
  if (impact === 'at-risk' && word !== 'UNKNOWN' && writer === null) return null;
  const writes = writer === null ? 'whether writes work is not known' : `writes go to ${writer}`;
  return impact === 'no-failover' ? `no failover is possible, ${writes}` : writes;
}

/** The master that the sentinels name, where it answers only the clients that it has. */
const fullMaster = ({ master, nodes, refOf }: MasterFacts): string | undefined =>
  nodes.find((n) => master !== null && n.id === refOf(master).id && isFull(n))?.id;

/** The node that the sentinels name and that says itself that it is the master; null where there is none. */
function writesGoTo({ master, nodes, refOf }: MasterFacts): string | null {
  const node = nodes.filter(answers).find((n) => master !== null && n.id === refOf(master).id);
  return node?.answer.role === 'master' && !node.answer.loading ? node.id : null;
}

/** For how long the master gave no answer, in milliseconds. `isLeast`: it may be longer. */
interface Silent {
  forMs: number;
  isLeast: boolean;
}

/**
 * For how long a master that does not answer is silent; null where that is not known. A sentinel that was restarted
 * meanwhile counts from its own start (sentinel.c, createInstanceLink), and has no run id of it: then the longest of
 * what is known counts, the links of the replicas too.
 */
function silence(facts: MasterFacts): Silent | null {
  const ageMs = facts.snapshot.ageMs ?? 0;
  const heard = heardMs(facts, ({ view }) => view.runId !== '');
  if (heard !== null) return { forMs: heard, isLeast: false };
  const sinceStart = heardMs(facts);
  if (sinceStart === null) return null;
  const cuts = facts.answered.flatMap(({ answer: { role, linkStatus, linkDownS } }) =>
    role === 'replica' && linkStatus === 'down' && linkDownS !== undefined ? [linkDownS * 1000 + ageMs] : [],
  );
  // One may have lost its link before the others: the last link that was lost proves it.
  return { forMs: Math.max(sinceStart, cuts.length === 0 ? 0 : Math.min(...cuts)), isLeast: true };
}

/**
 * How long ago a master that does not answer last answered a sentinel that names it, or that sentinel was started; null
 * where that is not known.
 */
export function heardMs(
  { master, nodes, refOf, snapshot, sentinelViews }: MasterFacts,
  counts: (sentinelView: SentinelView) => boolean = () => true,
): number | null {
  if (nodes.some((n) => n.answer !== null && master !== null && n.id === refOf(master).id)) return null;
  const ages = sentinelViews
    .filter(counts)
    .flatMap(({ view }) =>
      sameAddress(view.address, master) && view.answeredMsAgo != null ? [view.answeredMsAgo] : [],
    );
  return ages.length === 0 ? null : Math.min(...ages) + (snapshot.ageMs ?? 0);
}

/** Which words make exit code 1: this one and those that are worse. */
const EXIT_ON = { down: 'DOWN', 'at-risk': 'AT RISK', degraded: 'DEGRADED' } as const;
export type ExitOn = keyof typeof EXIT_ON;

/** 0; 1 for DOWN, AT RISK and DEGRADED, as far as they count; 2 where the verdict is not known. */
export function verdictExitCode({ word }: Pick<Verdict, 'word'>, exitOn: ExitOn = 'degraded'): ExitCode {
  if (word === 'HEALTHY') return EXIT.ok;
  if (word === 'UNKNOWN') return EXIT.unknown;
  return verdictRank(word) <= verdictRank(EXIT_ON[exitOn]) ? EXIT.violated : EXIT.ok;
}

/** A verdict on a cluster of which no master is known: with its name before it, where the text does not name it already. */
export function ofCluster(verdict: Verdict, cluster: string, masters: readonly unknown[]): Verdict {
  const isNamed = masters.length > 0 || cluster.split(',').some((name) => verdict.text.includes(name));
  return isNamed ? verdict : { ...verdict, text: `${cluster}: ${verdict.text}` };
}

/** A verdict with the cluster's label before it, so that the first line says that it is production. */
export const labelled = (verdict: Verdict, label: string | null | undefined): Verdict =>
  label == null || label === '' ? verdict : { ...verdict, text: `[${label}] ${verdict.text}` };
