import { type OperatorError, refused } from '../errors.js';
import type { Life } from '../model/gathered.js';
import type { NodePlan } from '../model/plan.js';
import type { LinksProbe } from './links.js';

/** What a host can see of a node from outside, without asking the server in it. */
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
  /** Only the last lines, this many; all where absent. */
  tail?: number | undefined;
  /** Wall clock, milliseconds since 1970: nothing older. */
  sinceMs?: number | undefined;
  /** Continue with new lines until the signal aborts. */
  follow?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

export interface ReadConfOptions {
  /** The text is only displayed: the quickest source is good enough. */
  forShowing?: boolean;
}

/** Changes a node's configuration before it starts; gets the current text of the file. */
export type ConfEdit = (conf: string) => string;

export interface StopOptions {
  /** Milliseconds between SIGTERM and SIGKILL. */
  graceMs: number;
  abort?: AbortSignal | undefined;
}

/**
 * What a host does to a node and reads of it; `abort` ends what the operator's commands have not done by then. A host that lacks one of these says why: see `NodeHost.can`.
 */
export interface NodeActions {
  inspect(id: string): Promise<NodeInspection>;
  /** Starts an existing node that is not running; returns when the server was spawned, before it answers. */
  start(id: string, edit?: ConfEdit, abort?: AbortSignal): Promise<void>;
  /** SIGTERM, then SIGKILL after the grace; returns when the node is down. */
  stop(id: string, options: StopOptions): Promise<void>;
  /** Sends the signal. SIGKILL returns when the process is gone; SIGTERM returns immediately. */
  kill(id: string, signal: 'SIGKILL' | 'SIGTERM', abort?: AbortSignal): Promise<void>;
  pause(id: string, abort?: AbortSignal): Promise<void>;
  resume(id: string, abort?: AbortSignal): Promise<void>;
  /** The node's process or container, running or not: its file, its limits; undefined where it is absent. */
  life(id: string): Promise<Life | undefined>;
  /**
   * Replaces a data node's dump file with an empty directory, so that its saves fail, or removes that directory.
   * The node exists, running or not.
   */
  blockDump(id: string, blocked: boolean): Promise<void>;
  /** The current text of the configuration file; undefined where the node is absent. */
  readConf(id: string, options?: ReadConfOptions): Promise<string | undefined>;
  logs(id: string, options?: LogOptions): AsyncIterable<LogLine>;
}

export type Ability = keyof NodeActions;

/** Whether a host can do something, or why not and what to do instead. */
type Can = { ok: true } | { ok: false; reason: string; hint?: string | undefined };

/**
 * The life of the nodes of ONE cluster. A host knows processes or containers, never Sentinel: roles, guards and order
 * belong to its callers. Every action is idempotent where its name allows (stopping a stopped node), touches only this
 * cluster, and throws OperatorError for everything an operator can cause.
 */
export interface NodeHost extends NodeActions {
  /** Callers may simply call an action: one that is not possible here throws `not-possible-here` (3) with its reason. */
  readonly can: Readonly<Record<Ability, Can>>;
  /** Throws `not-possible-here` (3) where the action is not possible on this node, or could not be undone on it. */
  requireAble(id: string, ability: Ability): Promise<void>;
  /** Whether clients on this machine can connect to the announced address of a running node. */
  routable(node: NodePlan): Promise<boolean>;
  /** The network between this cluster's nodes, or why it cannot be cut here. Changes nothing. */
  links(): Promise<LinksProbe>;
}

/** What an operator wanted of a node, for the refusal: "NODE cannot be …". */
const DONE: Readonly<Record<Ability, string>> = {
  inspect: 'inspected',
  start: 'started',
  stop: 'stopped',
  kill: 'killed',
  pause: 'paused',
  resume: 'resumed',
  life: 'examined from outside',
  blockDump: 'made to fail its saves',
  readConf: 'asked for its configuration file',
  logs: 'asked for its log',
};
const ABILITIES = Object.keys(DONE) as Ability[];

const able = (can: (ability: Ability) => Can): NodeHost['can'] =>
  Object.fromEntries(ABILITIES.map((ability) => [ability, can(ability)])) as NodeHost['can'];

/** For a host that can do everything. */
export const CAN_DO_ALL: NodeHost['can'] = able(() => ({ ok: true }));

type Lack = { reason: string; hint?: string | undefined };

/**
 * A host that can do some of the actions. The compiler asks for the reason of each one that it lacks, and calling one
 * throws `not-possible-here` (3) with that reason.
 *
 * @public
 */
export function limitedHost<L extends Ability>(
  host: Pick<NodeActions, Exclude<Ability, L>> &
    Pick<NodeHost, 'routable' | 'links'> &
    Partial<Pick<NodeHost, 'requireAble'>>,
  lacks: Readonly<Record<L, Lack>>,
): NodeHost {
  const reasons: Partial<Record<Ability, Lack>> = lacks;
  const refuse = (ability: Ability, id: string): OperatorError =>
    refused('not-possible-here', `${id} cannot be ${DONE[ability]} by sentinelctl`, {
      why: reasons[ability]?.reason,
      hint: reasons[ability]?.hint,
    });
  const missing: NodeActions = {
    inspect: async (id) => Promise.reject(refuse('inspect', id)),
    start: async (id) => Promise.reject(refuse('start', id)),
    stop: async (id) => Promise.reject(refuse('stop', id)),
    kill: async (id) => Promise.reject(refuse('kill', id)),
    pause: async (id) => Promise.reject(refuse('pause', id)),
    resume: async (id) => Promise.reject(refuse('resume', id)),
    life: async (id) => Promise.reject(refuse('life', id)),
    blockDump: async (id) => Promise.reject(refuse('blockDump', id)),
    readConf: async (id) => Promise.reject(refuse('readConf', id)),
    // biome-ignore lint/correctness/useYield: it ends before its first line.
    logs: async function* (id) {
      throw refuse('logs', id);
    },
  };
  const can = able((ability) => {
    const lack = reasons[ability];
    return lack === undefined ? { ok: true } : { ok: false, ...lack };
  });
  const requireAble = async (id: string, ability: Ability): Promise<void> => {
    if (reasons[ability] !== undefined) throw refuse(ability, id);
    await host.requireAble?.(id, ability);
  };
  return { ...missing, ...host, can, requireAble };
}
