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
  /** How many sentinels' events were heard at all. */
  heard: number;
  /** For how long more than one node said that it was master, milliseconds since the first step. */
  twoMastersMs: number;
  /** The last look at everyone; null where there was none. */
  snapshot: Snapshot | null;
  /** What is missing for a proof of convergence; null where nobody looked. */
  missing: readonly string[] | null;
  ledger: LedgerSummary | null;
  client: ClientSummary | null;
  /** The keys that `write` put there, and how many of them the master lacks; null where it was not asked. */
  keys: { written: number; missing: number | null } | null;
}

/** What a condition came to, and by what. */
export interface Judgement {
  verdict: Verdict;
  evidence: string;
}

/** Sentinel's own view of who leads: whoever said last that it was elected, or tries. */
export function leaderOf(seen: readonly Observation[]): string | null {
  return (
    seen.findLast(
      (o) => o.kind === 'event' && (o.event.name === '+elected-leader' || o.event.name === '+try-failover'),
    )?.source ?? null
  );
}

/** Who said master last, and says so still; the latest one where there are several. */
export function lastToSayMaster(seen: readonly Observation[]): string | null {
  const last = new Map<string, Observation>();
  for (const o of seen) if (o.kind !== 'event' && o.kind !== 'belief') last.set(o.source, o);
  const masters = [...last.values()].filter((o) => o.kind === 'role' && o.seen.role === 'master');
  return masters.sort((a, b) => b.atMs - a.atMs)[0]?.source ?? null;
}

/**
 * The ids that a word means at this moment; empty where nobody is meant (no sentinel leads). `master` is whoever was
 * promoted last.
 */
export function idsOf(who: Who, { roles, seen }: Pick<Evidence, 'roles' | 'seen'>): string[] {
  const { nodes, sentinels } = roles;
  const oldMaster = roles.master.id;
  const replicas = nodes.filter((n) => n.id !== oldMaster).map((n) => n.id);
  const nth = /^replica-(\d+)$/.exec(who)?.[1];
  if (nth !== undefined) return replicas.slice(Number(nth) - 1, Number(nth));
  switch (who) {
    case 'master':
      return [lastToSayMaster(seen) ?? oldMaster];
    case 'new-master':
      return [lastToSayMaster(seen)].filter((id) => id !== null && id !== oldMaster) as string[];
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
