import type { OnProgress } from '../model/events.js';
import type { NodePlan, NodeSlot } from '../model/plan.js';
import type { ClusterSpec } from '../model/spec.js';
import type { NodeExtras } from '../model/tls-files.js';

/** What `remove` and `removeAll` removed, in numbers. */
export interface Removed {
  processes: number;
  containers: number;
  networks: number;
  volumes: number;
}

/** What data nodes have on disk. */
export interface DataOnDisk {
  /** Data nodes that have data, by id. */
  nodes: string[];
  /** Null where it cannot be found out. */
  bytes: number | null;
  /** Where it is: the directory above those of the nodes, or the names of the volumes. */
  places: string[];
}

/** Where a node's server sees its files: absolute paths, as the server sees them. */
export interface NodePaths {
  /** Working directory, writable, the node's own. */
  dir: string;
  conf: string;
  /** null: the server writes its log to standard output, and the driver keeps it. */
  logfile: string | null;
  pidfile: string | null;
  /** The address that the server binds to. */
  bind: string;
  /** The source address of the server's own connections, where it must be configured. */
  source?: string;
}

/**
 * Makes and removes the nodes of ONE cluster. Every method is idempotent where its name allows (removing what is gone),
 * touches only what this cluster owns, and throws OperatorError for everything an operator can cause.
 */
export interface Provisioner {
  /** What must be stored to open the driver again later: image, subnet, path of the binary. No secrets. */
  readonly settings: Readonly<Record<string, string>>;
  /**
   * Gives every node its addresses and checks that they are available (ports free, subnet free).
   * Changes nothing. Throws `port-taken` (3) naming port, node and, where known, the process that holds it, and
   * `name-in-use` (3) where something carries the cluster's name already: what fails later removes by that name.
   */
  layout(spec: ClusterSpec, slots: NodeSlot[]): Promise<NodePlan[]>;
  /** Makes what the nodes share: binary, image, network. Undone by removeAll. */
  prepare(nodes: NodePlan[], onProgress: OnProgress, signal?: AbortSignal): Promise<void>;
  paths(node: NodePlan): NodePaths;
  /**
   * Makes the node with `conf` as its configuration and `extras` beside it (mode 0600), without starting it. Keeps data
   * left by keepData.
   */
  create(node: NodePlan, conf: string, extras?: NodeExtras): Promise<void>;
  /** The data of this cluster's nodes that `removeAll` would remove; nodes may run or not. */
  dataOnDisk(): Promise<DataOnDisk>;
  /** Removes one node and, unless `keepData`, its data. */
  remove(id: string, options?: { keepData?: boolean }): Promise<Removed>;
  /** Removes everything that carries this cluster's name, including what the plan no longer lists. */
  removeAll(options?: { keepData?: boolean }): Promise<Removed>;
}

/**
 * How long a server may take to save its data, in milliseconds: more than the 10 s that Redis waits for its replicas
 * (redis.conf, shutdown-timeout).
 */
export const SAVING_GRACE_MS = 15_000;

export const nothingRemoved: Removed = { processes: 0, containers: 0, networks: 0, volumes: 0 };

export function addRemoved(a: Removed, b: Removed): Removed {
  return {
    processes: a.processes + b.processes,
    containers: a.containers + b.containers,
    networks: a.networks + b.networks,
    volumes: a.volumes + b.volumes,
  };
}
