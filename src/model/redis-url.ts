import type { Address } from './address.js';

export interface RedisUrl {
  address: Address;
  tls: boolean;
  username: string | null;
  password: string | null;
  /** Without user and password, fit to be shown: `redis://db:6379/0`. */
  shown: string;
}

/** Reads `redis://[user][:password@]host[:port][/db]`, or `rediss://…`; undefined for anything else. */
export function parseRedisUrl(text: string): RedisUrl | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (!/^rediss?:$/.test(url.protocol) || url.hostname === '') return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const address = { host, port: url.port === '' ? 6379 : Number(url.port) };
  return {
    address,
    tls: url.protocol === 'rediss:',
    username: decoded(url.username),
    password: decoded(url.password),
    shown: `${url.protocol}//${url.host}${url.pathname}`,
  };
}

function decoded(part: string): string | null {
  if (part === '') return null;
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a per cent sign that begins no code stands for itself
  }
}
