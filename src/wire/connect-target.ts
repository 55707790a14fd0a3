import { usageError } from '../errors.js';
import { type Address, parseAddressList } from '../model/address.js';

/** The environment, handed in so that nothing below reads the process. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What an application must connect to. */
export type ConnectTarget =
  | { kind: 'sentinel'; sentinels: Address[]; masterName: string }
  | { kind: 'url'; url: string };

export interface TargetOptions {
  /** Instead of REDIS_SENTINEL_ADDRS: addresses, or a text of the same form. */
  sentinels?: Address[] | string | undefined;
  /** Instead of REDIS_MASTER_NAME. */
  masterName?: string | undefined;
  /** Instead of REDIS_URL. */
  url?: string | undefined;
}

/**
 * Sentinel where REDIS_SENTINEL_ADDRS has addresses (commas between, spaces trimmed) and there is a name
 * (REDIS_MASTER_NAME, `mymaster` by default); else REDIS_URL, a server to connect to directly. An option stands in
 * for its variable; an empty variable is one that is not set. Throws OperatorError (64) that says what is missing
 * or cannot be read; never with the URL in it, which may carry a password.
 */
export function connectTarget(env: Env, options: TargetOptions): ConnectTarget {
  const sentinels = sentinelsOf(options.sentinels ?? env.REDIS_SENTINEL_ADDRS ?? '');
  const masterName = (options.masterName ?? env.REDIS_MASTER_NAME ?? '').trim() || 'mymaster';
  if (sentinels.length > 0) return { kind: 'sentinel', sentinels, masterName };
  const url = (options.url ?? env.REDIS_URL ?? '').trim();
  if (url === '') {
    throw usageError('no-redis-address', 'there is nothing to connect to', {
      why: 'REDIS_SENTINEL_ADDRS and REDIS_URL are both missing or empty',
      hint: 'set REDIS_SENTINEL_ADDRS=host:26379,… (and REDIS_MASTER_NAME), or REDIS_URL=redis://host:6379',
    });
  }
  if (!/^rediss?:$/.test(protocolOf(url) ?? '')) {
    throw usageError('bad-redis-url', 'REDIS_URL is not a URL of a Redis server', {
      hint: 'write it as redis://host:6379, or rediss://host:6379 with TLS',
    });
  }
  return { kind: 'url', url };
}

function sentinelsOf(given: Address[] | string): Address[] {
  if (typeof given !== 'string') return given;
  const parsed = parseAddressList(given);
  if ('addresses' in parsed) return parsed.addresses;
  throw usageError('bad-sentinel-addrs', `"${parsed.bad}" in REDIS_SENTINEL_ADDRS is not an address`, {
    hint: 'write host:port, with commas between',
  });
}

function protocolOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).protocol : undefined;
}
