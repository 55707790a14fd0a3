import type { Address } from '../model/address.js';
import type { Fields } from '../model/answers.js';
import { sentinelConnection } from '../model/sentinel-connection.js';
import { HELLO_HEARD_MS } from '../model/sentinel-timing.js';
import type { ConnectionOptions } from './client.js';
import { helloIn } from './hello.js';
import { hearHellos } from './subscribe.js';

/**
 * The ids, by their beginning, of which a data node has two command connections: two sentinels have the same one, or an
 * old connection is still open.
 */
export function twinsIn(clients: readonly Fields[]): string[] {
  const ids = clients.flatMap(({ name = '' }) => {
    const seen = sentinelConnection(name);
    return seen?.kind === 'cmd' ? [seen.id] : [];
  });
  return [...new Set(ids.filter((id, i) => ids.indexOf(id) !== i))];
}

/**
 * The sentinels whose ids begin so, by their hello messages at a data node, which have the address of each: of several
 * with one id the others list only one. Takes HELLO_HEARD_MS. Throws only the signal's reason.
 */
export async function hearTwins(
  endpoint: Address,
  ids: readonly string[],
  options: ConnectionOptions,
): Promise<{ address: Address; sentinelId: string }[]> {
  const said = await hearHellos(endpoint, options, HELLO_HEARD_MS);
  return said
    .flatMap((message) => helloIn(message) ?? [])
    .filter(({ sentinelId }) => ids.some((id) => sentinelId.startsWith(id)));
}
