/** Who can be cut off: a node by its id, or `client`: the clients of a workload on this machine. */
export type Party = string;
export const CLIENT: Party = 'client';

/** Packets from one party to another; a cut in both directions is two links. */
export interface Link {
  from: Party;
  to: Party;
}

/**
 * A delay, in each direction, on every connection between a node and the other nodes (and the clients of a workload,
 * where a driver can tell them apart). Durations are milliseconds.
 */
export interface Slowness {
  node: string;
  delayMs: number;
  /** Added evenly from 0 to this much. */
  jitterMs: number;
  /** The jitter's own stream of chance; the same seed gives the same stream per connection and direction. */
  seed?: number | undefined;
}

/**
 * The network between the nodes of ONE cluster, where a driver can cut it. Everything that is made carries the tag, and
 * is found and removed by it alone. Every method is idempotent; all throw OperatorError.
 */
export interface Links {
  /** Drops packets on these links from now on, those of connections that exist included. */
  block(links: readonly Link[], tag: string): Promise<void>;
  /** Puts a proxy of ours before a node; connections that exist are ended, and made anew through it. */
  slow(slowness: Slowness, tag: string): Promise<void>;
  /** Removes whatever carries the tag: rules, proxies. */
  clear(tag: string): Promise<void>;
  /** The tags of this cluster that are in effect now, including those of other commands. */
  tags(): Promise<string[]>;
}

/**
 * How a workload's clients connect so that they can be cut off while this program, on the same machine, still sees
 * every node: from an address of their own. `byEndpoint`: not to what the cluster announces but to the nodes'
 * endpoints, so a natMap is needed.
 */
export type ClientRoad =
  | { ok: true; localAddress: string; byEndpoint: boolean }
  | { ok: false; reason: string };

/** Whether links can be cut here, and why not, and what can. */
export type LinksProbe =
  | { ok: true; links: Links; slow: { ok: true } | { ok: false; reason: string }; client: ClientRoad }
  | { ok: false; reason: string; hint: string };

const TAG = /^sentinelctl:[a-z0-9][a-z0-9_-]{0,39}:[A-Za-z0-9._-]{1,100}$/;

/** The mark on all that one act makes: `sentinelctl:CLUSTER:ID`. `id` is letters, digits, `.`, `_`, `-`. Throws TypeError. */
export const tagOf = (cluster: string, id: string): string => checkTag(`sentinelctl:${cluster}:${id}`);

/** Throws TypeError for what is no tag: it becomes part of a rule and of a line that is typed as root. */
export function checkTag(tag: string): string {
  if (!TAG.test(tag)) throw new TypeError(`${JSON.stringify(tag)} is no tag`);
  return tag;
}
