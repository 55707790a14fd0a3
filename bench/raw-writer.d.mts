interface Address {
  host: string;
  port: number;
}
interface Written {
  /** Keys, in the order of their acknowledgement. */
  acknowledged: string[];
  /** These and those whose answer never came. */
  attempted: string[];
  /** How often each error was met. */
  errors: Record<string, number>;
  /** The longest time between two acknowledgements of one client, the worst client's, in milliseconds. */
  gapMs: number;
}
interface RawWriter {
  /** Resolves once each client has so many more acknowledged writes; false where that takes longer than `withinMs`. */
  writes(more: number, withinMs?: number): Promise<boolean>;
  stop(): Promise<Written>;
}
/** Writes unique keys with a protocol and a reconnection of its own until it is stopped. */
export function startRawWriter(options: {
  sentinels: readonly Address[];
  masterName: string;
  clients?: number;
  prefix?: string;
}): RawWriter;
/** What one server answers to one command. */
export function askRaw(address: Address, ...words: (string | number)[]): Promise<unknown>;
/** Those of the keys that a server does not have. */
export function missingKeys(address: Address, keys: readonly string[]): Promise<string[]>;
