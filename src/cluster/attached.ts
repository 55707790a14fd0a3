import { type Address, formatAddress, sameAddress } from '../model/address.js';
import { type AttachedCluster, type AttachedServer, keptIds } from '../model/attached.js';
import type { NodeState, Snapshot } from '../model/snapshot.js';
import { type Access, type Asking, askingAs, endpointOf } from '../wire/access.js';
import { askNode } from '../wire/ask.js';
import type { KnownServer } from '../wire/survey.js';

/** A cluster that sentinelctl did not start, by its name or by the addresses of its sentinels. */
export interface AttachedTarget {
  kind: 'attached';
  /** The name that it was attached under, or the addresses of its sentinels. */
  name: string;
  /** What was written down at `attach`; null where only addresses were given. */
  record: AttachedCluster | null;
  sentinels: Address[];
  /** Where the addresses came from and how to unset them; null where they were typed. */
  whence: string | null;
  masterName: string | null;
  access: Access;
}

/**
 * The sentinels of an attached cluster that are asked first, by the ids that they have in its record. Data nodes are
 * asked as the sentinels name them: at the address that one had when it was attached may be another's server by now.
 */
export function knownSentinels({ record, sentinels, access }: AttachedTarget): KnownServer[] {
  return sentinels.map((announce) => ({
    id: record?.servers.find((s) => sameAddress(s.announce, announce))?.id ?? formatAddress(announce),
    announce,
    endpoint: record === null ? announce : recordedEndpoint(record, access, announce),
  }));
}

/** Where a recorded server is dialled: a typed address as it is, because the map is for what the cluster announces. */
export const recordedEndpoint = (
  { sentinelAddrs }: Pick<AttachedCluster, 'sentinelAddrs'>,
  access: Access,
  announce: Address,
): Address => (sentinelAddrs.some((a) => sameAddress(a, announce)) ? announce : endpointOf(access, announce));

/** A snapshot in which each server has the id that it was given at `attach`, wherever it is by now. */
export function withKeptIds(record: AttachedCluster | null, snapshot: Snapshot): Snapshot {
  if (record === null) return snapshot;
  const nodes = [...new Map(snapshot.groups.flatMap((g) => g.nodes.map((n) => [n.id, n] as const))).values()];
  const idOf = renamed(record, 'redis', nodes, ({ answer }) => answer?.runId ?? null);
  const sentinelIdOf = renamed(
    record,
    'sentinel',
    snapshot.sentinels,
    ({ answer }) => answer?.sentinelId ?? null,
  );
  return {
    ...snapshot,
    sentinels: snapshot.sentinels.map((s) => ({ ...s, id: sentinelIdOf(s) })),
    groups: snapshot.groups.map((g) => ({ ...g, nodes: g.nodes.map((n) => ({ ...n, id: idOf(n) })) })),
  };
}

/** The kept id of each server that was found, by the id that it was found under. */
export function renamed<S extends { id: string; announce: Address }>(
  record: AttachedCluster,
  kind: 'redis' | 'sentinel',
  servers: readonly S[],
  identityOf: (server: S) => string | null,
): (server: { id: string }) => string {
  const ids = keptIds(
    record.servers,
    kind,
    servers.map((s) => ({ id: s.id, announce: s.announce, identity: identityOf(s) })),
  );
  const byId = new Map(servers.map(({ id }, i) => [id, ids[i] ?? id]));
  return ({ id }) => byId.get(id) ?? id;
}

/** Data nodes that were there when the cluster was attached, and that no server names now. */
export const unnamedNodes = (
  { record, masterName }: AttachedTarget,
  isNamed: (address: Address) => boolean,
): AttachedServer[] =>
  (record?.servers ?? []).filter(
    ({ kind, announce, masterNames }) =>
      kind === 'redis' && !isNamed(announce) && (masterName === null || masterNames.includes(masterName)),
  );

/**
 * Whether who answers at the address of an earlier node is that node: the same process, or one that follows a master of
 * the group. Anything else may be another cluster's by now.
 */
export const isStillOurs = (
  { identity }: AttachedServer,
  said: { runId: string; follows: Address | null },
  masters: readonly Address[],
): boolean =>
  (identity !== '' && identity === said.runId) || masters.some((master) => sameAddress(master, said.follows));

/**
 * The snapshot with those of the earlier nodes that no server names and that are still there: after SENTINEL RESET while
 * the master is down, nothing else leads to the replicas. Where no sentinel answers, with all of them.
 */
export async function withUnnamed(
  target: AttachedTarget,
  snapshot: Snapshot,
  asking: Asking,
): Promise<Snapshot> {
  const isNamed = (address: Address): boolean =>
    snapshot.groups.some((g) => g.nodes.some((n) => sameAddress(n.announce, address)));
  const mastersOf = (name: string): Address[] =>
    snapshot.sentinels.flatMap((s) =>
      (s.answer?.masters ?? []).flatMap((view) => (view.name === name ? [view.address] : [])),
    );
  const isUnheard = snapshot.sentinels.every((s) => s.answer === null);
  const earlier = unnamedNodes(target, isNamed);
  const found = await Promise.all(
    earlier.map(async (server) => {
      const { announce, masterNames } = server;
      const endpoint = endpointOf(target.access, announce);
      const said = await askNode(endpoint, askingAs(asking, 'redis'));
      const masters = isUnheard ? earlier.map((e) => e.announce) : masterNames.flatMap(mastersOf);
      const isOurs = said.answer === null ? isUnheard : isStillOurs(server, said.answer, masters);
      if (!isOurs) return [];
      return [{ masterNames, state: { id: formatAddress(announce), announce, endpoint, ...said } }];
    }),
  );
  const unnamed = found.flat();
  const names = isUnheard ? new Set(earlier.flatMap(({ masterNames }) => masterNames)) : [];
  const groups = [
    ...snapshot.groups,
    ...[...names].map((masterName) => ({ masterName, nodes: [] as NodeState[] })),
  ];
  return {
    ...snapshot,
    groups: groups.map((group) => ({
      ...group,
      nodes: [
        ...group.nodes,
        ...unnamed
          .filter(({ masterNames }) => masterNames.includes(group.masterName))
          .map(({ state }) => state),
      ],
    })),
  };
}
