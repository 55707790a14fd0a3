import type { ConnectionOptions as TlsConnectOptions } from 'node:tls';
import type { Clock } from '../clock.js';
import type { Address } from '../model/address.js';
import { type AddressRule, mappedBy } from '../model/address-map.js';
import type { NodePlan } from '../model/plan.js';

/** TLS to one kind of server. Certificates and keys are PEM texts, not paths. */
export interface TlsOptions {
  /** What the server's certificate is verified against; the system's authorities where absent. */
  ca?: string | undefined;
  /** The client's certificate and its key, for a server with `tls-auth-clients yes`. */
  cert?: string | undefined;
  key?: string | undefined;
  /** The name that the certificate must carry; the dialled host where absent. */
  serverName?: string | undefined;
  /** True: any certificate is accepted. */
  insecure?: boolean | undefined;
}

/** What one kind of server is opened with. Nothing: no AUTH, no TLS. */
export interface Credentials {
  /** Only with a password; the default user where absent. */
  username?: string | null | undefined;
  /** Sent as AUTH; a server that has no password set is used without. */
  password?: string | null | undefined;
  tls?: TlsOptions | null | undefined;
}

/** The user and password of clients; null: the default user. */
export interface ClientLogin {
  username: string | null;
  password: string;
}

/**
 * What opens connections to a cluster. Plain data, so that a worker thread can be given it. The kinds are those of
 * NodePlan: `access[node.kind]`.
 */
export interface Access {
  redis: Credentials;
  sentinel: Credentials;
  /** Announced `HOST:PORT` → the address that this machine reaches; the rest is reached as announced. */
  addresses: Readonly<Record<string, Address>>;
  /** Where `addresses` has nothing: whole hosts, or everything that is announced. */
  rules?: readonly AddressRule[] | undefined;
}

/** No credentials, and every address is reached as announced. */
export const OPEN_ACCESS: Access = { redis: {}, sentinel: {}, addresses: {} };

/** One password for all servers of a cluster, or the sentinels' own where it is given; null: none. */
export const accessWith = (
  password: string | null,
  rest: {
    sentinelPassword?: string | null;
    username?: string | null;
    sentinelUsername?: string | null;
    /** The same to every server. */
    tls?: TlsOptions | null;
    addresses?: Access['addresses'];
  } = {},
): Access => ({
  redis: {
    password,
    ...(rest.username != null && { username: rest.username }),
    ...(rest.tls != null && { tls: rest.tls }),
  },
  sentinel: {
    password: rest.sentinelPassword === undefined ? password : rest.sentinelPassword,
    ...(rest.sentinelUsername != null && { username: rest.sentinelUsername }),
    ...(rest.tls != null && { tls: rest.tls }),
  },
  addresses: rest.addresses ?? {},
});

/** Where this machine reaches an announced address. */
export const endpointOf = (
  { addresses, rules = [] }: Pick<Access, 'addresses' | 'rules'>,
  announce: Address,
): Address => addresses[`${announce.host}:${announce.port}`] ?? mappedBy(rules, announce);

/** Deadline of one server's answers where no other is given, in milliseconds. */
export const ASK_DEADLINE_MS = 1500;

/** How the servers of a cluster are asked. */
export interface Asking {
  clock: Clock;
  access: Access;
  /** For connecting, and for each answer; milliseconds. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

/** How one kind of server is asked: what `openConnection` takes. */
export function askingAs(
  { access, ...asking }: Asking,
  kind: NodePlan['kind'],
): Omit<Asking, 'access'> & { credentials: Credentials } {
  return { ...asking, credentials: access[kind] };
}

/** The options in the words of `node:tls`, which ioredis shares. */
export const tlsSettings = ({ ca, cert, key, serverName, insecure }: TlsOptions): TlsConnectOptions => ({
  ...(ca !== undefined && { ca }),
  ...(cert !== undefined && { cert }),
  ...(key !== undefined && { key }),
  ...(serverName !== undefined && { servername: serverName }),
  rejectUnauthorized: insecure !== true,
});
