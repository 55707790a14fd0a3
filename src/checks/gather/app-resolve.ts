import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { withDeadline } from '../../clock.js';
import { errnoOf, messageOf } from '../../errors.js';
import type { Got } from '../../model/gathered.js';
import type { ConnectionOptions } from '../../wire/client.js';
import type { AppSource } from './app-side.js';

/** The addresses of a name; an address is its own. Bounded by the deadline: a resolver may hang. */
export async function resolve(
  host: string,
  source: AppSource,
  asking: ConnectionOptions,
): Promise<Got<string[]>> {
  if (isIP(host) !== 0) return { ok: true, value: [host] };
  const own = source.ownNames?.(host);
  if (own !== undefined) return { ok: true, value: own };
  try {
    const late = (): Error => new Error(`looking it up took longer than ${asking.deadlineMs} ms`);
    const found = await withDeadline(asking.clock, asking.deadlineMs, lookup(host, { all: true }), late);
    // What clients and servers here use is IPv4 first.
    const sorted = found.toSorted((a, b) => a.family - b.family).map((a) => a.address);
    return { ok: true, value: sorted };
  } catch (error) {
    asking.signal?.throwIfAborted();
    return { ok: false, why: errnoOf(error) === 'ENOTFOUND' ? 'there is no such name' : messageOf(error) };
  }
}
