import type { Snapshot } from '../../model/snapshot.js';
import type { Observation } from '../../observe/observation.js';
import type { ClientSummary, LedgerSummary, Verdict } from '../../observe/result.js';
import type { Roles } from '../../observe/roles.js';
import type { Who } from './scenario.js';

/** What conditions are judged by: what was seen until now, on the run's clock. Plain data. */
export interface Evidence {
  roles: Roles;
  /** Since the first step; in the order in which it was seen. */
  seen: readonly Observation[];
  /** When the first step began. */
  startedAtMs: number;
  /** When the last injection began. */
  injectedAtMs: number;
  nowMs: number;
  /** How many sentinels' events were received at all. */
  heard: number;
  /** For how long more than one node reported role master since the first step, in milliseconds. */
  twoMastersMs: number;
  /** The last survey; null when there was none. */
  snapshot: Snapshot | null;
  /** What is missing for a proof of convergence; null when it was not checked. */
  missing: readonly string[] | null;
  ledger: LedgerSummary | null;
  client: ClientSummary | null;
  /** The keys that `write` wrote, and how many the master lacks; null when it was not asked. */
  keys: { written: number; missing: number | null } | null;
}

/** A condition's verdict and its evidence. */
export interface Judgement {
  verdict: Verdict;
  evidence: string;
}

/** The sentinel that leads: the last one to report that it was elected, or that it tries a failover. */
function leaderOf(seen: readonly Observation[]): string | null {
  return (
    seen.findLast(
      (o) => o.kind === 'event' && (o.event.name === '+elected-leader' || o.event.name === '+try-failover'),
    )?.source ?? null
  );
}

/** The node whose last report is role master; the latest one when there are several. */
function observedMaster(seen: readonly Observation[]): string | null {
  const last = new Map<string, Observation>();
  for (const o of seen) if (o.kind !== 'event' && o.kind !== 'belief') last.set(o.source, o);
  const masters = [...last.values()].filter((o) => o.kind === 'role' && o.seen.role === 'master');
  return masters.sort((a, b) => b.atMs - a.atMs)[0]?.source ?? null;
}

/**
 * The ids that a word means at this moment; empty when no node is meant (no sentinel leads). `master` is the
 * node that was promoted last.
 */
export function idsOf(who: Who, { roles, seen }: Pick<Evidence, 'roles' | 'seen'>): string[] {
  const { nodes, sentinels } = roles;
  const oldMaster = roles.master.id;
  const replicas = nodes.filter((n) => n.id !== oldMaster).map((n) => n.id);
  const nth = /^replica-(\d+)$/.exec(who)?.[1];
  if (nth !== undefined) return replicas.slice(Number(nth) - 1, Number(nth));
  switch (who) {
    case 'master':
      return [observedMaster(seen) ?? oldMaster];
    case 'new-master':
      return [observedMaster(seen)].filter((id) => id !== null && id !== oldMaster) as string[];
    case 'old-master':
      return [oldMaster];
    case 'replicas':
      return replicas;
    case 'nodes':
      return nodes.map((n) => n.id);
    case 'sentinels':
      return sentinels.map((s) => s.id);
    case 'leader':
      return [leaderOf(seen)].filter((id) => id !== null);
    case 'other-sentinel':
      return sentinels
        .filter((s) => s.id !== leaderOf(seen))
        .slice(0, 1)
        .map((s) => s.id);
    default:
      return [who];
  }
}
