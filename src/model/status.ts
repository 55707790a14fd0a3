import type { Address } from './address.js';
import type { ActingWay } from './attached.js';

/** A server by the name that the operator uses and the address that the cluster announces. */
export interface Ref extends Address {
  id: string;
}

/** The worst first. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The verdict on a cluster, the worst first. HEALTHY is none of the others. */
export const VERDICT_WORDS = ['DOWN', 'AT RISK', 'DEGRADED', 'UNKNOWN', 'HEALTHY'] as const;
export type VerdictWord = (typeof VERDICT_WORDS)[number];

/**
 * What a finding means for the clients now:
 * - `down`: writes fail;
 * - `no-failover`: writes work, and a master that fails is not replaced;
 * - `at-risk`: writes work, and the next failover, restart or hello may fail or do harm;
 * - `data-unsafe`: writes that are acknowledged may be lost;
 * - `degraded`: writes work, with less redundancy;
 * - `unknown`: sentinelctl lacks a password, a right or a route; says nothing of the cluster;
 * - `risk`: nothing is wrong now, and a later failure costs more;
 * - `none`: information.
 */
export type Impact =
  | 'down'
  | 'no-failover'
  | 'data-unsafe'
  | 'at-risk'
  | 'degraded'
  | 'unknown'
  | 'risk'
  | 'none';

/** When a failover is expected, a part of what the first line says that changes at every look. Not in documents. */
export interface Countdown {
  /** `failover expected within 3 s`; once that time is over, `no failover 5.00 s after the usual time`. */
  words: string;
  /** Seconds; null once that time is over. */
  withinS: number | null;
}

/** The first line of `status`, `doctor` and a watch, and its parts. */
export interface Verdict {
  word: VerdictWord;
  /** The whole line without the word: `mymaster: no writes for 4 s: redis-1 (master) is down; failover expected within 3 s`. */
  text: string;
  /** What it means for clients: `no writes for 4 s`; null for a healthy cluster, and where no master is concerned. */
  impact: string | null;
  /** Why: `redis-1 (master) is down`; null for a healthy cluster. */
  cause: string | null;
  /** For how long writes have failed, as far as the sentinels know; milliseconds. */
  forMs: number | null;
  /** The command to type next; null where there is none, and where it depends on a condition. */
  next: string | null;
  /** The part of `text` and of `cause` that counts down; absent where nothing does. */
  countdown?: Countdown;
}

/** One thing that is not as it should be. */
export interface Problem {
  /** Stable, kebab-case; scripts match on it. */
  id: string;
  severity: Severity;
  /** What it means for clients now. */
  impact: Impact;
  /** Ids of the servers that it is about. */
  subjects: string[];
  /** What is wrong, in a sentence, with ids and addresses. */
  message: string;
  /** Whether the first line of the status, or of its master, says it. */
  headline: boolean;
  /** What the message says beyond that line; null where the line says it all. */
  evidence: string | null;
  /** Why it matters. */
  why: string | null;
  /** What to type next: a command per line, comments with #. */
  fix: string;
  /** The command after that, and what to wait for before it; absent where there is none. */
  later?: { when: string; fix: string };
}

/**
 * How far the sentinels agree on the master's address. Measured against all known sentinels, so that a
 * silent one is never taken for one that agrees:
 * - `all`: every known sentinel answers, with the same address;
 * - `majority`: more than half of the known sentinels give the same address;
 * - `minority`: those that answer agree, but they are not more than half;
 * - `split`: they give different addresses, and no address has more than half;
 * - `none`: no sentinel gives an address.
 */
export type Agreement = 'all' | 'majority' | 'minority' | 'split' | 'none';

export interface SentinelStatus extends Ref {
  reachable: boolean;
  version: string | null;
  tilt: boolean | null;
  /** Why it did not answer; null where it did. */
  error: string | null;
  /** Only where it is there and refuses this command's password, user or TLS. */
  locked?: true;
}

export interface NodeStatus extends Ref {
  /** From the node's own ROLE, never from what a sentinel says. */
  role: 'master' | 'replica' | 'unknown';
  reachable: boolean;
  /** A replica's link to the master that it follows; null for a master. */
  linkStatus: 'up' | 'down' | null;
  /** Replication offset, bytes. */
  offset: number | null;
  /** The master's offset minus its own, bytes; never negative, although the two are read a moment apart. */
  lagBytes: number | null;
  /** The node that a replica follows. */
  follows: Ref | null;
  loading: boolean;
  /** Why it did not answer; null where it did. */
  error: string | null;
  /** Only where it is there and refuses this command's password, user or TLS. */
  locked?: true;
}

/** What one sentinel believes of one master. */
export interface ViewStatus {
  /** The sentinel's id. */
  sentinel: string;
  master: Ref;
  configEpoch: number;
  flags: string[];
  /** How many replicas it lists, whatever their state. */
  replicas: number;
  /** How many other sentinels it lists, whatever their state. */
  otherSentinels: number;
  quorum: number;
  ckquorum: { ok: boolean; usable: number | null; message: string };
  /** Set while it takes part in a failover, e.g. `wait_promotion`. */
  failoverState: string | null;
  /** True where its address differs from `MasterStatus.master`. */
  differs: boolean;
}

export interface MasterStatus {
  name: string;
  /** Whether the verdict is HEALTHY. */
  healthy: boolean;
  verdict: Verdict;
  /** What most sentinels say, the newest configuration epoch first where they are even; else the one node that says master. */
  master: Ref | null;
  agreement: Agreement;
  nodes: NodeStatus[];
  views: ViewStatus[];
  /** What concerns this master, its sentinels included; what a run of sentinelctl did first, then critical ones. */
  problems: Problem[];
}

/** The document of `status` (fields may be added, never renamed). */
export interface StatusResult {
  cluster: string;
  driver: string;
  healthy: boolean;
  /** That of the master that is worst off. */
  verdict: Verdict;
  sentinels: SentinelStatus[];
  masters: MasterStatus[];
  /** Every problem once, those of all masters included. */
  problems: Problem[];
}

/**
 * What a run did to a cluster and did not roll back: what it was, whether it was to stay so, since when (ISO 8601); or
 * the path of the journal, where that can't be read.
 */
export type Unfinished = { what: string; keep: boolean; since: string } | { unreadable: string };

/** A run of sentinelctl that is active at this moment: its command, its process, since when (ISO 8601). */
export interface UnderWay {
  what: string;
  pid: number;
  since: string;
  /** What is in effect now, a few words each: `end of redis-1`. */
  acts: string[];
  /** How long after its begin it is rolled back, in milliseconds; absent where that is not known. */
  forMs?: number;
}

/** What the cluster is supposed to be. */
export interface Expectation extends KnownBefore {
  cluster: string;
  driver: string;
  /** True for a cluster that sentinelctl runs: hints name sentinelctl's own commands. */
  own: boolean;
  /** The nodes that should exist; absent where no plan lists them. */
  nodes?: readonly ExpectedNode[];
  /** The master that was asked for; null: all that are monitored. */
  masterName: string | null;
  /** A run that changed it and no longer exists. */
  unfinished?: Unfinished;
  /** A run that changes it now. */
  underWay?: UnderWay;
  /** Why it is not known whether a run did something to it. */
  journalUnread?: string;
}

/** What is known of a cluster before a server is asked: `status` and `doctor` judge by the same. */
export interface KnownBefore {
  /** How sentinelctl acts on the processes of a cluster that it did not start: hints name its commands for nodes, too. */
  acts?: ActingWay;
  /** Of those processes, the ids of servers that sentinelctl cannot start: they never ran while it looked. */
  unseen?: readonly string[];
  /** What the cluster was labelled with when it was attached, such as `production`; shown in the first line. */
  label?: string | null;
  /** Data nodes as they were known before; absent where nothing was written down. */
  recorded?: readonly RecordedNode[];
  /** It was taken down with its data kept. */
  kept?: true;
  /** Servers that the operator calls gone for good, by id or address: they are forgotten without a waiting time. */
  gone?: readonly string[];
  /** Where the addresses came from, in words, where the operator may have forgotten that they are set. */
  whence?: string;
}

/** The same alone. */
export const knownBefore = ({
  acts,
  unseen,
  label,
  recorded,
  kept,
  gone,
  whence,
}: KnownBefore): KnownBefore => ({
  ...(acts && { acts }),
  ...(unseen && { unseen }),
  ...(label && { label }),
  ...(recorded && { recorded }),
  ...(kept && { kept }),
  ...(gone && { gone }),
  ...(whence !== undefined && { whence }),
});

/** A data node as it was known before: who answers at its address now is compared with it. */
export interface RecordedNode {
  id: string;
  announce: Address;
  /** The run id that it had then, and when; milliseconds since 1970. Absent where that is not known. */
  seen?: { runId: string; atMs: number };
  /** How the path of its configuration file ends; absent where that is not known, or all nodes have the same. */
  file?: string;
}

/** As much of a NodePlan as judging needs. */
interface ExpectedNode {
  id: string;
  kind: 'redis' | 'sentinel';
  announce: Address;
}
