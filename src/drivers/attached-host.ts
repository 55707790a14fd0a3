import { join } from 'node:path';
import { type OperatorError, refused } from '../errors.js';
import { type Address, formatAddress } from '../model/address.js';
import type { NodeKind } from '../model/plan.js';
import type { CommandsOf, TemplateAction } from '../model/templates.js';
import type { Env } from './driver.js';
import type { LinksProbe } from './links.js';
import type { NodeHost } from './node-host.js';

/** What a server that sentinelctl did not start says of itself (INFO server). */
export interface SaysOfItself {
  runId: string;
  /** On its own machine, in its own pid namespace. */
  pid: number;
  /** The absolute path of its configuration file; null where it runs without one. */
  conf: string | null;
}

/** A server of an attached cluster, and how it is asked who it is. */
export interface AttachedNode {
  id: string;
  kind: NodeKind;
  /** As the cluster speaks of it. */
  announce: Address;
  /** Where this machine reaches it. */
  endpoint: Address;
  /** The path of its configuration file on its machine; null where it never said. */
  conf: string | null;
  /**
   * Asks it now; null where nothing listens at its address, `silent` where something does that gives no answer. Throws
   * `not-possible-here` (3) where it refuses what it is asked.
   */
  ask(): Promise<SaysOfItself | 'silent' | null>;
  /**
   * Whether who answers there belongs to the cluster now: another server may have its address. Asked of one that was not
   * seen before.
   */
  belongs(): Promise<boolean>;
}

export interface AttachedHostContext {
  cluster: string;
  /** The cluster's own directory in the state directory. */
  dir: string;
  nodes: readonly AttachedNode[];
  /** The operator's commands for its servers; absent: none. */
  commands?: CommandsOf | undefined;
  env: Env;
  /** Whether what was remembered of a server yields to what answers at its address now: for `attach` alone. */
  afresh: boolean;
}

/** Where it is kept how a server that is a process of this machine is started; it is there once the server was seen running. */
export const processRecordOf = (dir: string, id: string): string => join(dir, 'processes', `${id}.json`);

/** A command as it would run, and what is wrong with it. */
export interface CheckedCommand {
  node: string;
  action: TemplateAction;
  /** Null where it cannot be filled in. */
  words: string[] | null;
  /** Whether it was run: only what looks is. */
  ran: boolean;
  /** What is wrong; null for nothing that is known. */
  why: string | null;
}

/** A program that acts on a server by itself: `Docker`, `starts its container again when it ends …`. */
export interface Keeper {
  who: string;
  does: string;
}

export interface AttachedHost extends NodeHost {
  /** Releases sockets. */
  close(): void;
  /** Of servers that are acted on by commands: every one filled in, and how those ended that only look. */
  check?(): Promise<CheckedCommand[]>;
  /** The programs that act on a server by themselves, as far as that is seen; absent where nothing of it is. */
  keepers?: (id: string) => Promise<Keeper[]>;
}

/** Why the dump file of a server that sentinelctl did not start is left alone. */
export const noDump = (cluster: string): { reason: string; hint: string } => ({
  reason: 'sentinelctl does not touch the data directory of a server that it did not start',
  hint: `sentinelctl faults --cluster ${cluster} # shows which faults are possible there`,
});

/** Why no link of a server that sentinelctl did not start is cut. */
export const linksNotCut = (reason: string): Extract<LinksProbe, { ok: false }> => ({
  ok: false,
  reason,
  hint: 'sentinelctl faults # shows which faults need no links',
});

/** Whether a server answered who it is. */
export const isAnswer = (said: SaysOfItself | 'silent' | null): said is SaysOfItself =>
  said !== null && said !== 'silent';

/** Throws `no-such-node` (3). */
export function nodeNamed({ cluster, nodes }: AttachedHostContext, id: string): AttachedNode {
  const node = nodes.find((one) => one.id === id);
  if (node === undefined) throw refused('no-such-node', `${cluster} has no node ${id}`);
  return node;
}

/** For a data node that can be started only as it was. */
export const notAsReplica = (id: string, why: string, cause?: unknown): OperatorError =>
  refused('not-possible-here', `${id} cannot be started as a replica by sentinelctl`, {
    why,
    hint: '--as-crashed # starts it as it was; failover-test: --rejoin as-crashed',
    cause,
  });

/** For a server that has the address of a node, and is none of the cluster's. */
export const notOurs = ({ id, endpoint }: AttachedNode): OperatorError =>
  refused('not-here', `${id} is not touched: another server answers at ${formatAddress(endpoint)}`, {
    why: 'it follows no node of the cluster, and no sentinel of it knows its run id',
    hint: 'sentinelctl status # then attach the cluster again',
  });

/** For an address at which something listens that does not say who it is, where the node's own process has ended. */
export const silentThere = ({ id, endpoint }: AttachedNode): OperatorError =>
  refused('not-here', `${id} is not touched: what listens at ${formatAddress(endpoint)} gives no answer`, {
    why: `the process that was seen as ${id} has ended, and another one has its port`,
    hint: 'sentinelctl status # once it answers, this shows what it is',
  });

/** Opens a host over servers that sentinelctl did not start. Starts and changes nothing. */
export type OpenAttachedHost = (context: AttachedHostContext) => AttachedHost;
