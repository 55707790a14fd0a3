import { EXIT, type ExitCode } from '../errors.js';
import { type Address, formatAddress, sameAddress } from './address.js';
import {
  ballots,
  monitoredNames,
  refIn,
  type SentinelView,
  sentinelAnswers,
  sentinelViewsOf,
} from './facts.js';
import type { SeenReplica, SeenSentinel, Snapshot } from './snapshot.js';
import type { Ref } from './status.js';
import { type Asked, asked, type MasterAddrResult } from './which-master.js';
import { byNumber } from './words.js';

/** What one sentinel says of one server, all of it as text: the shape that differences are looked for in. */
export interface Claim {
  sentinel: string;
  /** False where this sentinel does not list the server at all. */
  listed: boolean;
  values: Record<string, string | number | null>;
}

/** One server as all sentinels see it, and where they differ. */
export interface Subject extends Ref {
  claims: Claim[];
  /** The values that are not the same at every sentinel that answered; `listed` where not all list it. */
  differences: string[];
}

/** `masters`: each monitored master by every sentinel. `id` is the node that most of them name. */
export interface MastersResult {
  masters: (Subject & { name: string })[];
  sentinels: Asked[];
}

/** `replicas`, `sentinels`: the servers of one master by every sentinel. */
export interface MembersResult {
  kind: 'replicas' | 'sentinels';
  masterName: string;
  members: Subject[];
  sentinels: AskedOfMaster[];
}

/** A sentinel that was asked about one master: `monitors` is null where it gave no answer. */
export interface AskedOfMaster extends Asked {
  monitors: boolean | null;
}

/** What SENTINEL MASTERS gives at every sentinel. */
export function mastersResult(snapshot: Snapshot): MastersResult {
  return {
    masters: monitoredNames(snapshot).flatMap((name) => {
      const sentinelViews = sentinelViewsOf(snapshot, name);
      const top = ballots(sentinelViews)[0];
      if (top === undefined) return [];
      const claims = answering(snapshot).map((sentinel): Claim => {
        const view = sentinelViews.find((w) => w.sentinel.id === sentinel)?.view;
        if (view === undefined) return { sentinel, listed: false, values: {} };
        return {
          sentinel,
          listed: true,
          values: {
            master: refText(snapshot, name, view.address),
            flags: view.flags.join(','),
            configEpoch: view.configEpoch,
            quorum: view.quorum,
            replicas: view.replicas.length,
            otherSentinels: view.sentinels.length,
            downAfterMs: view.downAfterMs,
            failoverTimeoutMs: view.failoverTimeoutMs,
            parallelSyncs: view.parallelSyncs,
            failoverState: view.failoverState,
          },
        };
      });
      return [{ name, ...refOf(snapshot, name, top.address), claims, differences: differencesOf(claims) }];
    }),
    sentinels: asked(snapshot),
  };
}

/** What SENTINEL REPLICAS gives at every sentinel. */
export function replicasResult(snapshot: Snapshot, masterName: string): MembersResult {
  return members(
    'replicas',
    snapshot,
    masterName,
    (w) => w.view.replicas,
    (seen: SeenReplica) => ({
      flags: seen.flags.join(','),
      linkStatus: seen.linkStatus,
      follows: seen.follows === null ? null : refText(snapshot, masterName, seen.follows),
      priority: seen.priority,
      offset: seen.offset,
    }),
  );
}

/** What SENTINEL SENTINELS gives at every sentinel; none lists itself, which is not a difference. */
export function sentinelsResult(snapshot: Snapshot, masterName: string): MembersResult {
  return members(
    'sentinels',
    snapshot,
    masterName,
    (w) => w.view.sentinels,
    (seen: SeenSentinel) => ({
      flags: seen.flags.join(','),
      sentinelId: seen.sentinelId,
    }),
  );
}

/** 0 where all that answer monitor the master and agree on what must not differ, 1 where they do not. */
export function viewsExitCode(result: MastersResult | MembersResult | MasterAddrResult): ExitCode {
  if ('agreed' in result) return result.agreed ? EXIT.ok : EXIT.violated;
  if ('members' in result && result.sentinels.some((s) => s.monitors === false)) return EXIT.violated;
  const subjects = 'masters' in result ? result.masters : result.members;
  return subjects.some((s) => s.differences.length > 0) ? EXIT.violated : EXIT.ok;
}

/** Offsets move and are refreshed at different moments: they may differ without anything being wrong. */
const MAY_DIFFER = new Set(['offset']);

function differencesOf(claims: readonly Claim[]): string[] {
  const present = claims.filter((c) => c.listed);
  const keys = Object.keys(present[0]?.values ?? {}).filter((k) => !MAY_DIFFER.has(k));
  const different = keys.filter((k) => new Set(present.map((c) => c.values[k])).size > 1);
  return present.length < claims.length ? ['listed', ...different] : different;
}

function members<S extends { address: Address }>(
  kind: MembersResult['kind'],
  snapshot: Snapshot,
  masterName: string,
  seenBy: (sentinelView: SentinelView) => S[],
  valuesOf: (seen: S) => Claim['values'],
): MembersResult {
  const sentinelViews = sentinelViewsOf(snapshot, masterName);
  const sentinelViewOf = (sentinel: string): SentinelView | undefined =>
    sentinelViews.find((w) => w.sentinel.id === sentinel);
  const addresses = new Map(sentinelViews.flatMap(seenBy).map((s) => [formatAddress(s.address), s.address]));
  const found = [...addresses.values()].map((address): Subject => {
    const ref = refOf(snapshot, masterName, address);
    const claims = answering(snapshot)
      .filter((sentinel) => sentinel !== ref.id)
      .map((sentinel): Claim => {
        const sentinelView = sentinelViewOf(sentinel);
        const seen = sentinelView && seenBy(sentinelView).find((s) => sameAddress(s.address, address));
        return seen === undefined
          ? { sentinel, listed: false, values: {} }
          : { sentinel, listed: true, values: valuesOf(seen) };
      });
    return { ...ref, claims, differences: differencesOf(claims) };
  });
  found.sort((a, b) => byNumber(a.id, b.id));
  const sentinels = asked(snapshot).map((s): AskedOfMaster => {
    const monitors = s.error === null ? sentinelViewOf(s.id) !== undefined : null;
    return { ...s, monitors };
  });
  return { kind, masterName, members: found, sentinels };
}

const answering = (snapshot: Snapshot): string[] =>
  snapshot.sentinels.filter(sentinelAnswers).map((s) => s.id);

function refOf(snapshot: Snapshot, masterName: string, address: Address): Ref {
  const nodes = snapshot.groups.find((g) => g.masterName === masterName)?.nodes ?? [];
  return refIn([...nodes, ...snapshot.sentinels], {}, address);
}

const refText = (snapshot: Snapshot, masterName: string, address: Address): string =>
  refOf(snapshot, masterName, address).id;
