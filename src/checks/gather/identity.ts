import type { Address } from '../../model/address.js';
import { formatAddress, sameAddress } from '../../model/address.js';
import type { GatheredNode, GatheredSentinel } from '../../model/gathered.js';
import { isLocked } from '../../model/snapshot.js';
import type { Wired } from '../../wire/gather-ask.js';

export type WiredSentinel = Wired<GatheredSentinel>;
export type WiredNode = Wired<GatheredNode> & { masterNames: string[] };

/** A server that was asked, and whether its address was given or only named by another server. */
export interface Found<T> {
  known: boolean;
  /** The id under which its peers know a sentinel at this address. */
  claimedId?: string;
  server: T;
}

type Server = WiredSentinel | WiredNode;

/**
 * One process that is known by two addresses was asked twice: it has the same run id, which a process draws at its
 * start. It stays once, with its further addresses. A sentinel's own id does not tell that (two sentinels may have the
 * same one by mistake), except for an address where nothing answers: there the one that has the id is meant.
 */
export function withoutDoubles<T extends Server>(
  all: Found<T>[],
  onDouble: (kept: T, dropped: T) => void = () => {},
): Found<T>[] {
  const rank = ({ known, server }: Found<T>): number => (known ? 0 : server.silence === null ? 1 : 2);
  const byRunId = new Map<string, Found<T>>();
  const bySentinelId = new Map<string, Found<T>>();
  const left: Found<T>[] = [];
  for (const found of all.toSorted((a, b) => rank(a) - rank(b))) {
    const { server, claimedId } = found;
    const runId = server.info.ok ? server.info.value.run_id : undefined;
    const kept = runId
      ? byRunId.get(runId)
      : unreachable(found)
        ? bySentinelId.get(claimedId ?? '')
        : undefined;
    if (kept !== undefined) {
      kept.server = alsoAt(kept.server, server.announce);
      onDouble(kept.server, server);
      continue;
    }
    left.push(found);
    if (runId) byRunId.set(runId, found);
    if ('myid' in server && server.myid.ok) bySentinelId.set(server.myid.value, found);
  }
  return left;
}

/** An address of a discovered server at which this machine gets no connection. */
const unreachable = ({ known, server: { silence } }: Found<Server>): boolean =>
  !known && silence !== null && !isLocked(silence) && silence.kind !== 'protocol';

/** The server with one more address. */
export function alsoAt<T extends { announce: Address; endpoint: Address; alsoAt?: readonly Address[] }>(
  server: T,
  address: Address,
): T {
  const own = [server.announce, server.endpoint, ...(server.alsoAt ?? [])];
  return own.some((known) => sameAddress(known, address))
    ? server
    : { ...server, alsoAt: [...(server.alsoAt ?? []), address] };
}

/** `localhost` as typed and `127.0.0.1` as announced are one server. */
export const keyOf = ({ host, port }: Address): string =>
  formatAddress({ host: host === 'localhost' ? '127.0.0.1' : host, port });
