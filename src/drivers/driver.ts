import type { OnProgress } from '../model/events.js';
import type { Life } from '../model/gathered.js';
import type { DriverName, NodePlan, NodeSlot } from '../model/plan.js';
import type { ClusterSpec } from '../model/spec.js';
import type { LinksProbe } from './links.js';
import type { Living, Stranger } from './lives.js';

/** What a driver can see of a node from outside, without asking the server in it. */
export interface NodeInspection {
  state: 'absent' | 'created' | 'running' | 'paused' | 'exited';
  /** For showing: `pid 4711`, `container 3f2a…, exit code 137`. */
  detail: string;
}

export interface LogLine {
  node: string;
  /** Wall clock, milliseconds since 1970; null where the line carries no time (a banner). */
  atMs: number | null;
  text: string;
}

export interface LogOptions {
  /** The last so many lines; all where absent. */
  tail?: number | undefined;
  /** Wall clock, milliseconds since 1970: nothing older. */
  sinceMs?: number | undefined;
  /** Go on with what is added, until the signal aborts. */
  follow?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** What `remove` and `removeAll` took away. */
export interface Removed {
  processes: number;
  containers: number;
  networks: number;
  volumes: number;
}

/** Where the servers of one cluster see their files: absolute paths, as the server sees them. */
export interface NodePaths {
  /** Working directory, writable, the node's own. */
  dir: string;
  conf: string;
  /** null: the server writes its log to standard output, and the driver keeps it. */
  logfile: string | null;
  pidfile: string | null;
  /** What the server binds to. */
  bind: string;
  /** What its own connections come from, where that must be said. */
  source?: string;
}

export interface ReadConfOptions {
  /** Nothing is decided by it: where it can be had quickly, it is taken from there. */
  forShowing?: boolean;
}

/** Changes a node's configuration between two lives; gets the file's text as it is now. */
export type ConfEdit = (conf: string) => string;

export interface StopOptions {
  /** How long a polite stop may take, in milliseconds, before the node is killed. */
  graceMs: number;
}

/**
 * Where the nodes of ONE cluster live. A driver knows processes or containers, never Sentinel:
 * roles, guards and order are its callers' business. Every method is idempotent where its name allows
 * (stopping what is stopped, removing what is gone), touches only what this cluster owns, and throws
 * OperatorError for whatever an operator can cause.
 */
export interface Driver {
  readonly name: DriverName;
  /** What must be written down to open the driver again later: image, subnet, path of the binary. No secrets. */
  readonly settings: Readonly<Record<string, string>>;

  /**
   * Gives every node its addresses and looks whether they can be had (ports free, subnet free).
   * Changes nothing. Throws `port-taken` naming port, node and, where known, the holder.
   */
  layout(spec: ClusterSpec, slots: NodeSlot[]): Promise<NodePlan[]>;
  /** What the nodes need before any of them: binary, image, network. Undone by removeAll. */
  prepare(nodes: NodePlan[], onProgress: OnProgress, signal?: AbortSignal): Promise<void>;
  paths(node: NodePlan): NodePaths;

  /** Makes the node, with `conf` as its configuration (mode 0600), without starting it. Keeps data left by keepData. */
  create(node: NodePlan, conf: string): Promise<void>;
  /** Starts an existing node that isn't running; returns once the server was spawned, not once it answers. */
  start(id: string, edit?: ConfEdit): Promise<void>;
  /** SIGTERM, then SIGKILL when the grace is over; returns once it is down. */
  stop(id: string, options: StopOptions): Promise<void>;
  /** Sends the signal. SIGKILL returns once the process is gone; SIGTERM returns at once. */
  kill(id: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  inspect(id: string): Promise<NodeInspection>;
  /** How the node lives, running or not: its file, its limits; undefined where it is absent. */
  life(id: string): Promise<Life | undefined>;
  /**
   * Puts an empty directory in the place of a data node's dump file, so that its saves fail, or takes it away again.
   * For a node that exists, running or not.
   */
  blockDump(id: string, blocked: boolean): Promise<void>;
  /** The configuration as it is now, rewritten by the server or not; undefined where the node is absent. */
  readConf(id: string, options?: ReadConfOptions): Promise<string | undefined>;
  logs(id: string, options?: LogOptions): AsyncIterable<LogLine>;
  /** Removes one node and, unless `keepData`, its data. */
  remove(id: string, options?: { keepData?: boolean }): Promise<Removed>;
  /** Removes everything that carries this cluster's name, also what no plan lists any more. */
  removeAll(options?: { keepData?: boolean }): Promise<Removed>;
  /** Whether clients on this machine can connect to the announced addresses of running nodes. */
  routable(node: NodePlan): Promise<boolean>;
  /** The network between this cluster's nodes, or why it can't be cut here. Changes nothing. */
  links(): Promise<LinksProbe>;
  /** Releases sockets; the nodes live on. */
  close(): void;
}

/** Where a cluster's things are kept, and how the user wants its nodes to live. */
export interface DriverContext {
  cluster: string;
  /** The cluster's own directory on this machine, mode 0700, made by the caller. */
  dir: string;
  /** From options or, for an existing cluster, from its state. */
  settings: Readonly<Record<string, string>>;
  /** The environment, handed in so that nothing below reads the process. */
  env: Readonly<Record<string, string | undefined>>;
}

/** Whether a driver can work here: yes with what was found, or no with the reason and what to install. */
export type Probe = { ok: true; found: string } | { ok: false; reason: string; install: string };

export interface DriverFactory {
  readonly name: DriverName;
  probe(context: Omit<DriverContext, 'dir' | 'cluster'>): Promise<Probe>;
  open(context: DriverContext): Promise<Driver>;
  /**
   * Which of these servers, that nothing here has made, live in this driver's world, and how: in the order given,
   * undefined for those that do not. Changes nothing; throws OperatorError where it can't be looked.
   */
  strangers(servers: readonly Stranger[], env: DriverContext['env']): Promise<(Living | undefined)[]>;
}

export const nothingRemoved: Removed = { processes: 0, containers: 0, networks: 0, volumes: 0 };

export function addRemoved(a: Removed, b: Removed): Removed {
  return {
    processes: a.processes + b.processes,
    containers: a.containers + b.containers,
    networks: a.networks + b.networks,
    volumes: a.volumes + b.volumes,
  };
}
