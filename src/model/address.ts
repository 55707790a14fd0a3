/** Where something listens. `host` is a name or an IP address without brackets. */
export interface Address {
  host: string;
  port: number;
}

/** `127.0.0.1:6379`, `[::1]:6379`. */
export function formatAddress(address: Address): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** True when both name the same host, literally, and port. `localhost` and `127.0.0.1` are not the same here. */
export function sameAddress(a: Address | undefined | null, b: Address | undefined | null): boolean {
  return a != null && b != null && a.host === b.host && a.port === b.port;
}

/** Parses a port of 1 to 65535; `undefined` for anything else. */
function parsePort(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65535 ? port : undefined;
}

/** Parses `host:port`, `[v6]:port`, or a bare host when `defaultPort` is given; `undefined` when it is neither. */
export function parseAddress(text: string, defaultPort?: number): Address | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+))(?::(.+))?$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  if (match === null || host === undefined) return undefined;
  const port = match[3] === undefined ? defaultPort : parsePort(match[3]);
  return port === undefined ? undefined : { host, port };
}

/**
 * Parses `REDIS_SENTINEL_ADDRS`: commas between, spaces trimmed, empty parts ignored, port 26379 where none is given.
 * Yields the first part that cannot be read as `bad`.
 */
export function parseAddressList(text: string): { addresses: Address[] } | { bad: string } {
  const addresses: Address[] = [];
  for (const part of text.split(',').map((p) => p.trim())) {
    if (part === '') continue;
    const address = parseAddress(part, 26379);
    if (address === undefined) return { bad: part };
    addresses.push(address);
  }
  return { addresses };
}

/** An IPv4 or IPv6 address; anything else is a name that must be looked up. */
export const isIp = (host: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(host) || host.includes(':');

/** An address under which each machine reaches only itself. */
export const isLoopback = (host: string): boolean => /^127(\.\d{1,3}){3}$|^::1$|^localhost$/i.test(host);

/** What bind takes for every address of a machine. */
export const isWild = (host: string): boolean => /^(?:0\.0\.0\.0|::|\*|0)$/.test(host);

/** An address that is another machine for each that connects to it: who is at it is not said by it. */
export const reachesItself = (host: string): boolean => isLoopback(host) || isWild(host);
