/** One end of a link: a node's id, or `client`: the clients of a workload on this machine. */
export type Party = string;
export const CLIENT: Party = 'client';

/** Packets from one party to another; a cut in both directions is two links. */
export interface Link {
  from: Party;
  to: Party;
}

/**
 * A delay, in each direction, on every connection between a node and the other nodes (and the clients of a workload,
 * where a driver can distinguish them). Durations are milliseconds.
 */
export interface Slowness {
  node: string;
  delayMs: number;
  /** Extra delay, evenly distributed from 0 to this. */
  jitterMs: number;
  /** Seed of the jitter: the same seed gives the same delays per connection and direction. */
  seed?: number | undefined;
}

/**
 * The network between the nodes of ONE cluster, where a driver can cut it. Everything it creates carries the tag, and is
 * found and removed by the tag alone. Every method is idempotent; all throw OperatorError.
 */
export interface Links {
  /** Drops packets on these links from now on, including those of existing connections. */
  block(links: readonly Link[], tag: string): Promise<void>;
  /** Puts a proxy in front of a node; existing connections are ended, so that they reconnect through it. */
  slow(slowness: Slowness, tag: string): Promise<void>;
  /** Removes everything with the tag: rules, proxies. */
  clear(tag: string): Promise<void>;
  /** The tags of this cluster that are in effect now, including those of other commands. */
  tags(): Promise<string[]>;
}

/**
 * How a workload's clients connect so that they can be cut off while this program, on the same machine, still reaches
 * every node: from an address of their own. `byEndpoint`: to the nodes' endpoints instead of the announced addresses,
 * so a natMap is needed.
 */
export type ClientRoute =
  | { ok: true; localAddress: string; byEndpoint: boolean }
  | { ok: false; reason: string };

/** Whether links can be cut here, or why not and what to do instead. */
export type LinksProbe =
  | { ok: true; links: Links; slow: { ok: true } | { ok: false; reason: string }; client: ClientRoute }
  | { ok: false; reason: string; hint: string };

const TAG = /^sentinelctl:[a-z0-9][a-z0-9_-]{0,39}:[A-Za-z0-9._-]{1,100}$/;

/** The tag of everything that one act creates: `sentinelctl:CLUSTER:ID`; `id`: letters, digits, `._-`. Throws TypeError. */
export const tagOf = (cluster: string, id: string): string => checkTag(`sentinelctl:${cluster}:${id}`);

/** Throws TypeError for an invalid tag: a tag becomes part of a rule and of a command that root pastes. */
export function checkTag(tag: string): string {
  if (!TAG.test(tag)) throw new TypeError(`${JSON.stringify(tag)} is not a tag`);
  return tag;
}
