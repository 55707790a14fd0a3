import type { Keeper } from '../drivers/attached-host.js';
import type { AttachedCluster } from '../model/attached.js';
import { sentinelConnection, shortId } from '../model/sentinel-connection.js';
import type { Snapshot } from '../model/snapshot.js';
import { byNumber, count, listed } from '../model/words.js';
import { type Asking, askingAs } from '../wire/access.js';
import { openConnection } from '../wire/client.js';
import { parseClients } from '../wire/gather-parse.js';
import { type Acting, attachedHostOf } from './attached-live.js';

/**
 * What else acts on a cluster that sentinelctl did not start, one line each: programs that start or replace its servers,
 * as far as the way to them shows that, and sentinels of another group. Changes nothing; what cannot be seen is left out.
 */
export async function othersActing(
  acting: Acting,
  record: AttachedCluster,
  snapshot: Snapshot,
  asking: Asking,
): Promise<string[]> {
  const [keepers, sentinels] = await Promise.all([
    keeperLines(acting, record, asking),
    foreignSentinelLines(record, snapshot, asking),
  ]);
  return [...keepers, ...sentinels];
}

const keeperLines = (acting: Acting, record: AttachedCluster, asking: Asking): Promise<string[]> =>
  attachedHostOf(acting, record, asking, async ({ keepers }) => {
    if (keepers === undefined) return [];
    const seen = await Promise.all(
      record.servers.map(async ({ id }) => {
        // A server that cannot be looked at is refused where it is acted on, with the reason.
        const found = await keepers(id).catch((): Keeper[] => []);
        return found.map(({ who, does }) => ({ id, line: `${who} ${does}` }));
      }),
    );
    const said = seen.flat();
    return [...new Set(said.map(({ line }) => line))].map((line) => {
      const ids = said.filter((one) => one.line === line).map(({ id }) => id);
      return `${line}: ${listed(ids.toSorted(byNumber))}`;
    });
  });

async function foreignSentinelLines(
  record: AttachedCluster,
  { sentinels, groups }: Snapshot,
  asking: Asking,
): Promise<string[]> {
  const known = new Set(
    [
      ...record.servers.flatMap(({ kind, identity }) => (kind === 'sentinel' ? [identity] : [])),
      ...sentinels.flatMap(({ answer }) => [
        answer?.sentinelId ?? '',
        ...(answer?.masters ?? []).flatMap((view) => view.sentinels.map(({ sentinelId }) => sentinelId)),
      ]),
    ].map(shortId),
  );
  const nodes = groups.flatMap((group) => group.nodes).filter(({ answer }) => answer !== null);
  const seen = await Promise.all(
    nodes.map(async ({ id, endpoint }) => {
      const names = await clientNames(endpoint, asking);
      const foreign = names.flatMap((name) => sentinelConnection(name)?.id ?? []);
      return { id, foreign: foreign.filter((one) => !known.has(one)) };
    }),
  );
  const watched = seen.filter(({ foreign }) => foreign.length > 0).map(({ id }) => id);
  if (watched.length === 0) return [];
  const all = new Set(seen.flatMap(({ foreign }) => foreign)).size;
  const roles = watched.length === 1 ? 'its role' : 'their roles';
  return [
    `${count(all, 'sentinel')} of another group ${all === 1 ? 'watches' : 'watch'} ${listed(watched)}, and may change ${roles}`,
  ];
}

/** The names of a server's connections; none where it does not tell them. */
async function clientNames(endpoint: { host: string; port: number }, asking: Asking): Promise<string[]> {
  try {
    const connection = await openConnection(endpoint, askingAs(asking, 'redis'));
    try {
      return parseClients(await connection.call('CLIENT', 'LIST')).map(({ name = '' }) => name);
    } finally {
      connection.close();
    }
  } catch {
    asking.signal?.throwIfAborted();
    return [];
  }
}
