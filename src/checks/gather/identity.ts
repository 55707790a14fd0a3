import type { Address } from '../../model/address.js';
import { sameAddress } from '../../model/address.js';
import { isAt } from '../../model/facts.js';
import type { GatheredNode, GatheredSentinel } from '../../model/gathered.js';
import { isLocked, type Silence } from '../../model/snapshot.js';
import { bestFirst, type Found, keyOf } from '../../wire/discovery.js';
import type { Wired } from '../../wire/gather-ask.js';
import { addressOf } from '../../wire/info.js';
import { PLAIN_ONLY, TLS_ONLY } from '../../wire/speaks-tls.js';

export type WiredSentinel = Wired<GatheredSentinel>;
export type WiredNode = Wired<GatheredNode> & { masterNames: string[] };

type Server = WiredSentinel | WiredNode;

/**
 * One process that is known by two addresses was asked twice: it has the same run id, which a process draws at its
 * start. It stays once, with its further addresses. A sentinel's own id does not tell that (two sentinels may have the
 * same one by mistake), except for an address where nothing answers: there the one that has the id is meant. A port that
 * speaks TLS where we do not, or the reverse, belongs to the sentinel with that id, or to the data node that has it in
 * its settings. Two that are known to be `apart` stay both: the address map leads one of them to the other.
 */
export function onePerProcess<T extends Server>(
  all: Found<T>[],
  {
    onDouble = () => {},
    apart = () => false,
  }: { onDouble?: (kept: T, dropped: T) => void; apart?: (kept: T, other: T) => boolean } = {},
): Found<T>[] {
  const byRunId = new Map<string, Found<T>>();
  const bySentinelId = new Map<string, Found<T>>();
  const byPort = new Map<string, Found<T>>();
  const left: Found<T>[] = [];
  for (const found of bestFirst(all, ({ silence }) => silence === null)) {
    const { server, claimedId } = found;
    const runId = server.info.ok ? server.info.value.run_id : undefined;
    const isOther = !found.known && isOtherPort(server.silence);
    const kept = runId
      ? byRunId.get(runId)
      : unreachable(found) || isOther
        ? (bySentinelId.get(claimedId ?? '') ?? (isOther ? byPort.get(keyOf(server.announce)) : undefined))
        : undefined;
    if (kept !== undefined && !apart(kept.server, server)) {
      kept.server = alsoAt(kept.server, server.announce);
      if (isOther) kept.server = withPort(kept.server, server);
      onDouble(kept.server, server);
      continue;
    }
    left.push(found);
    if (runId) byRunId.set(runId, found);
    for (const port of portsIn(server)) byPort.set(keyOf({ host: server.announce.host, port }), found);
    if ('myid' in server && server.myid.ok) bySentinelId.set(server.myid.value, found);
  }
  return left;
}

const ID = /^[0-9a-f]{40}$/;

/**
 * A sentinel that does not say its id (SENTINEL MYID came with Redis 6.2, and a user may not be allowed to ask) has the one
 * under which its peers list its address, where they all have the same.
 */
export function withIdsOfPeers<T extends WiredSentinel>(sentinels: readonly T[]): T[] {
  const listed = sentinels.flatMap(({ masters }) =>
    (masters.ok ? masters.value : []).flatMap((m) => (m.sentinels.ok ? m.sentinels.value : [])),
  );
  return sentinels.map((sentinel) => {
    if (sentinel.silence !== null || sentinel.myid.ok) return sentinel;
    const here = listed.filter(({ ip, port }) => {
      const address = addressOf(ip, port);
      return address !== undefined && isAt(sentinel, address);
    });
    const [id, ...others] = [...new Set(here.map(({ runid = '' }) => runid))];
    return id !== undefined && others.length === 0 && ID.test(id)
      ? { ...sentinel, myid: { ok: true, value: id } }
      : sentinel;
  });
}

/** An address of a discovered server at which this machine gets no connection. */
const unreachable = ({ known, server: { silence } }: Found<Server>): boolean =>
  !known && silence !== null && !isLocked(silence) && silence.kind !== 'protocol';

/** Whether a server is there and speaks TLS at this port where we do not, or the reverse. */
export const isOtherPort = (silence: Silence | null): boolean =>
  silence === TLS_ONLY || silence === PLAIN_ONLY;

/** Whether the port at which a server was asked speaks TLS, by what became of that; null where that does not tell. */
export function whatItSpeaks(silence: Silence | null, withTls: boolean): boolean | null {
  if (isOtherPort(silence)) return silence === TLS_ONLY;
  return silence === null || silence.kind === 'auth' ? withTls : null;
}

/** The ports of a data node that answers: the plain one and that for TLS. */
const portsIn = (server: Server): number[] =>
  'role' in server && server.config.ok
    ? [server.config.value.port, server.config.value['tls-port']].map(Number).filter((port) => port > 0)
    : [];

const withPort = <T extends Server>(server: T, { announce, silence }: T): T => ({
  ...server,
  otherPorts: [...(server.otherPorts ?? []), { address: announce, speaksTls: silence === TLS_ONLY }],
});

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
