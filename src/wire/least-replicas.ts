import { formatAddress } from '../model/address.js';
import type { NodeAnswer } from '../model/snapshot.js';
import type { Credentials } from './access.js';
import type { Connection, ConnectionOptions } from './client.js';
import { WireError } from './error.js';
import { numberOf } from './info.js';

/** For how long a refusal is remembered: each one is an entry in the server's ACL LOG. Milliseconds. */
const REMEMBERED_MS = 3_600_000;

/** Who was refused where: the reply, and when; by the credentials that one session uses for all its looks. */
const refusals = new WeakMap<Credentials, Map<string, { why: string; atMs: number }>>();
const NO_CREDENTIALS: Credentials = {};

/**
 * min-replicas-to-write, or the error that CONFIG GET was answered with. One who may not read it is asked again after an
 * hour, not at each look. Throws WireError where no reply came.
 */
export async function leastReplicas(
  connection: Pick<Connection, 'address' | 'call'>,
  { clock, credentials = NO_CREDENTIALS }: Pick<ConnectionOptions, 'clock' | 'credentials'>,
): Promise<Pick<NodeAnswer, 'leastReplicas' | 'leastUnread'>> {
  const refused = refusedTo(credentials);
  const place = formatAddress(connection.address);
  const known = refused.get(place);
  if (known !== undefined && clock.now() - known.atMs < REMEMBERED_MS) return { leastUnread: known.why };
  try {
    const reply = await connection.call('CONFIG', 'GET', 'min-replicas-to-write');
    const least = Array.isArray(reply) ? numberOf(String(reply[1])) : null;
    return least === null ? { leastUnread: 'CONFIG GET did not name it' } : { leastReplicas: least };
  } catch (error) {
    if (!(error instanceof WireError) || error.reply === undefined) throw error;
    refused.set(place, { why: error.reply, atMs: clock.now() });
    return { leastUnread: error.reply };
  }
}

function refusedTo(credentials: Credentials): Map<string, { why: string; atMs: number }> {
  const known = refusals.get(credentials) ?? new Map<string, { why: string; atMs: number }>();
  refusals.set(credentials, known);
  return known;
}
