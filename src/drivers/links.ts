/** Who can be cut off: a node by its id, or `client`: the clients of a workload on this machine. */
export type Party = string;
export const CLIENT: Party = 'client';

/** Packets from one party to another; a cut in both directions is two links. */
export interface Link {
  from: Party;
  to: Party;
}

/** A delay on everything that other parties send to a node. Durations are milliseconds. */
export interface Slowness {
  node: string;
  delayMs: number;
  /** Added evenly from 0 to this much. */
  jitterMs: number;
}

/**
 * The network between the nodes of ONE cluster, where a driver can cut it. Everything that is made carries the tag, and
 * is found and removed by it alone. Every method is idempotent; all throw OperatorError.
 */
export interface Links {
  /** Drops packets on these links from now on, those of connections that exist included. */
  block(links: readonly Link[], tag: string): Promise<void>;
  /** Puts a proxy of ours before a node; existing connections are made to go through it too. */
  slow(slowness: Slowness, tag: string): Promise<void>;
  /** Removes whatever carries the tag: rules, proxies. */
  clear(tag: string): Promise<void>;
  /** The tags of this cluster that are there now, whoever made them. */
  tags(): Promise<string[]>;
  /** What a person types to remove what carries the tag. */
  commands(tag: string): string[];
}

/** Whether links can be cut here, and why not, and what can. */
export type LinksProbe =
  | { ok: true; links: Links; slow: { ok: true } | { ok: false; reason: string } }
  | { ok: false; reason: string; hint: string };
