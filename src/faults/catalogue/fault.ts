import type { DriverName } from '../../model/drivers.js';
import type { ClusterRoles } from '../../observe/roles.js';
import type { Act } from '../act.js';

/** How one driver does it, or why it cannot, and which driver can. */
export type Way =
  | { can: true; injects: string; heals: string }
  | { can: false; why: string; instead: string };

/** What a fault takes beyond its targets. Durations are milliseconds; each fault names those that it heeds. */
export interface FaultParams {
  /** How long it lasts. */
  forMs?: number;
  delayMs?: number;
  jitterMs?: number;
  /** Where packet rules and proxies carry a mark: given by the experiment, unique in the cluster. */
  tag: string;
}
/** What slow-network adds to the latency of every packet where it is not given, in milliseconds. */
export const SLOW_NETWORK = { delayMs: 100, jitterMs: 0 } as const;
type ParamName = 'forMs' | 'delayMs' | 'jitterMs';

/** What a fault may hit beyond one data node and a minority of the sentinels, because its name says so. */
interface Radius {
  dataNodes?: 'all' | 'replicas';
  sentinels?: 'majority' | 'all';
}

/** One thing that happens to clusters in real life: what it is, and a pure translation into acts. */
export interface Fault {
  name: string;
  /** One line, as `faults` lists it. */
  summary: string;
  /** What happens, in a sentence or two. */
  does: string;
  drivers: Record<DriverName, Way>;
  /** How long it may stay where it is left in effect, in milliseconds: a guard heals it then; absent: until it is healed. */
  keptAtMostMs?: number;
  /** How it ends by itself, also where it is not healed; null where it does not. */
  expires: string | null;
  /** What a correct cluster does; with `ofMaster`, where the master is hit, and for longer than down-after. */
  correct: string[];
  /** Whether a replica may be hit as well, or the master for a shorter time: expected.ts says what follows then. */
  ofMaster?: true;
  /** What must not happen. */
  mustNot: string[];
  /** What it takes, with the value where it is not given; null where `FaultParams` leaves it to the cluster. */
  params: Partial<Record<ParamName, string>>;
  /** What TARGET may be, for people, and what is meant where none is given. */
  target: { words: string; byDefault: string };
  radius: Radius;
  /**
   * The acts, in the order in which they are done. `targets` are ids, `master`, or what `target.words` says; empty: the
   * default. Pure. Throws usageError `bad-target` (64) for one that makes no sense here.
   */
  acts(roles: ClusterRoles, targets: readonly string[], params: FaultParams): Act[];
}
