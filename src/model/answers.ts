import type { NodeLogin } from './login.js';

/** The answer to a question, or why there is none: `NOPERM …`, `did not answer within 1.5s`, `not asked: …`. */
export type Got<T> = { ok: true; value: T } | { ok: false; why: string };

/** A reply of names and values as the server gave them; names in the server's own spelling. */
export type Fields = Readonly<Record<string, string>>;

/** What a data node answered in one look. */
export interface NodeReplies {
  /** INFO. */
  info: Fields;
  /** CONFIG GET, secrets redacted. */
  config: Got<Fields>;
  /** How it logs in to its master, and which logins it accepts. */
  login: Got<NodeLogin>;
  /** ACL WHOAMI. */
  whoami: Got<string>;
}

/** SENTINEL MASTER, REPLICAS and SENTINELS of one name. */
export interface ViewReplies {
  fields: Fields;
  replicas: readonly Fields[];
  sentinels: readonly Fields[];
}

/** Names and values as a server gave them: INFO, or one instance as Sentinel describes it. */
export type NamedValues = ReadonlyMap<string, string>;

/** A whole number, or null for anything else. */
export function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : null;
}
