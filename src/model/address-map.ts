import { type Address, formatAddress, parseAddress, sameAddress } from './address.js';

/**
 * Where this machine reaches what a cluster announces: one address, every port of a host, or everything (`*`). Written
 * `10.0.0.5:6379=127.0.0.1:16379`, `10.0.0.5=127.0.0.1`, `10.0.0.5=127.0.0.1:+10000`, `*=127.0.0.1`.
 */
export interface AddressRule {
  /** The announced host; null: any. */
  host: string | null;
  /** The announced port; null: any. */
  port: number | null;
  /** The host that is dialled. */
  toHost: string;
  /** The port that is dialled, or what is added to the announced one. */
  toPort: { port: number } | { plus: number };
}

/** Parses one rule; undefined where it is none. */
export function parseAddressRule(text: string): AddressRule | undefined {
  const [left = '', right = '', ...rest] = text.split('=').map((part) => part.trim());
  if (rest.length > 0) return undefined;
  const from = left === '*' ? { host: null, port: null } : hostAndPort(left);
  if (from === undefined) return undefined;
  const plus = /^(.+):\+(\d{1,5})$/.exec(right);
  if (plus !== null) {
    const to = hostAndPort(plus[1] ?? '');
    if (to === undefined || to.port !== null) return undefined;
    return { ...from, toHost: to.host, toPort: { plus: Number(plus[2]) } };
  }
  const to = hostAndPort(right);
  // Every port of a host at one address would be one server under many names.
  if (to === undefined || (to.port !== null && from.port === null)) return undefined;
  return { ...from, toHost: to.host, toPort: to.port === null ? { plus: 0 } : { port: to.port } };
}

function hostAndPort(text: string): { host: string; port: number | null } | undefined {
  const whole = parseAddress(text);
  if (whole !== undefined) return whole;
  const bare = parseAddress(text, 1);
  return bare === undefined || text.endsWith(':1') ? undefined : { host: bare.host, port: null };
}

/** A rule as it is written. */
export function formatAddressRule({ host, port, toHost, toPort }: AddressRule): string {
  const left = host === null ? '*' : port === null ? bracketed(host) : formatAddress({ host, port });
  if ('port' in toPort) return `${left}=${formatAddress({ host: toHost, port: toPort.port })}`;
  return `${left}=${bracketed(toHost)}${toPort.plus === 0 ? '' : `:+${toPort.plus}`}`;
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** Where an announced address is dialled: the most exact rule decides, the first of equal ones; without one, itself. */
export function mappedBy(rules: readonly AddressRule[], { host, port }: Address): Address {
  const fits = rules.filter(
    (rule) => (rule.host === null || rule.host === host) && (rule.port === null || rule.port === port),
  );
  const [rule] = fits.toSorted((a, b) => exactness(b) - exactness(a));
  if (rule === undefined) return { host, port };
  return { host: rule.toHost, port: 'port' in rule.toPort ? rule.toPort.port : port + rule.toPort.plus };
}

/** Whether a server is dialled at another address than it announces. */
export const isMapped = ({ announce, endpoint }: { announce: Address; endpoint: Address }): boolean =>
  !sameAddress(announce, endpoint);

/** What a server is that the map leads to another one. */
export const ledByMap = (to: Address): string => `is led by --map to ${formatAddress(to)}`;

const exactness = ({ host, port }: AddressRule): number => (host === null ? 0 : 1) + (port === null ? 0 : 1);
