import type { Address } from '../../model/address.js';
import type { MasterView, NodeState, SentinelState, Snapshot } from '../../model/snapshot.js';
import type { Observation } from '../observation.js';
import { FORMER_IDS, type InvariantResult, type Rejoin, type Verdict } from '../result.js';
import type { Roles } from '../roles.js';

/** What is known once everything has settled, or was given up. */
export interface TrialEvidence {
  roles: Roles;
  newMaster: { id: string; announce: Address } | null;
  rejoin: Rejoin | null;
  snapshot: Snapshot;
  /** From the fault on. */
  seen: readonly Observation[];
  /** For how long there were two masters is judged only where this is here. */
  watch?: Watch;
  /** Full resyncs are judged only where this is here. */
  fullSyncs?: FullSyncs | null;
}

/** A time in which every data node was watched; on the run's clock, in milliseconds. */
export interface Watch {
  /** When the old master was hurt; until then it was the only one. */
  fromMs: number;
  untilMs: number;
  /** Nodes that certainly took no write for a while: dead, or frozen. */
  still: readonly Still[];
  /** How many writes a node acknowledged between two moments; null where no client of the run wrote. */
  tookWrites: TookWrites | null;
}

export interface Still {
  id: string;
  fromMs: number;
  toMs: number;
}

/** `sync_full` of the new master's INFO, before the fault and after it; null where it did not say. */
export interface FullSyncs {
  before: number | null;
  after: number | null;
  /** Whether every replica that was there followed it when the second number was read. */
  attached: boolean;
  /** Replicas that had received more than it when it was promoted, and by how many bytes. */
  ahead: readonly { id: string; bytes: number }[];
  /** Which replica each of the resyncs between the two numbers was for; null where that is not known. */
  needed: readonly string[] | null;
}

export type TookWrites = (node: string, fromMs: number, toMs: number) => number;

/** What every server says about this master. */
export interface Everyone {
  nodes: NodeState[];
  sentinels: SentinelState[];
  views: { id: string; view: MasterView }[];
}

export function everyoneIn(snapshot: Snapshot, masterName: string): Everyone {
  return {
    nodes: snapshot.groups.find((g) => g.masterName === masterName)?.nodes ?? [],
    sentinels: snapshot.sentinels,
    views: snapshot.sentinels.flatMap((s) =>
      (s.answer?.masters ?? []).filter((m) => m.name === masterName).map((view) => ({ id: s.id, view })),
    ),
  };
}

export const result = (id: string, verdict: Verdict, evidence: string): InvariantResult => ({
  id,
  ...(FORMER_IDS[id] && { aliases: [...FORMER_IDS[id]] }),
  verdict,
  evidence,
});
