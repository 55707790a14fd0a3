import { EXIT, type ExitCode } from '../errors.js';
import { type Address, formatAddress, sameAddress } from './address.js';
import { majorityMaster } from './agreement.js';
import { humanDurationMs } from './duration.js';
import { isAt, refIn, sentinelViewsOf } from './facts.js';
import { isLocked, type MasterView, type NodeState, type SentinelState, type Snapshot } from './snapshot.js';
import type { Problem, Ref, Severity } from './status.js';

/** This machine, among the servers that reach others. */
export const HERE = 'here';

/** Whether one server reaches another: by what it says itself. */
export type Reach = 'yes' | 'no' | 'unknown';

/** A server in the matrix. */
interface CrossServer extends Ref {
  kind: 'master' | 'replica' | 'sentinel' | 'unknown';
}

/** One server's link to another one. */
export interface Crossing {
  /** `here` is this machine. */
  from: string;
  to: string;
  reach: Reach;
  /** What `from` says, in words: `calls it down for 12 s`. */
  says: string;
  /** How long ago `to` last gave a sentinel's PING a valid answer, in milliseconds; null where that is not known. */
  answeredMsAgo: number | null;
  /** For how long a sentinel has called it down, or a replica has had no link, in milliseconds; null where it does not. */
  downMs: number | null;
  /** The flags that a sentinel has for it; of a replica its master_link_status. */
  flags: string[];
}

/** The document of `crosscheck`. */
export interface CrosscheckResult {
  masterName: string;
  /** What most sentinels name; null where they do not agree. */
  master: Ref | null;
  /** The data nodes, the master first, then the sentinels. */
  servers: CrossServer[];
  crossings: Crossing[];
  /** What `status` finds about the servers of links that do not work or are not known. */
  findings: { id: string; severity: Severity; subjects: string[]; message: string }[];
}

/** 0 where every link works, 1 where one does not, 2 where one is not known. */
export function crosscheckExitCode({ crossings }: Pick<CrosscheckResult, 'crossings'>): ExitCode {
  if (crossings.some(({ reach }) => reach === 'no')) return EXIT.violated;
  return crossings.some(({ reach }) => reach === 'unknown') ? EXIT.unknown : EXIT.ok;
}

/**
 * A sentinel sends PING each second (sentinel.c, SENTINEL_PING_PERIOD). An answer that is older than this, and not yet
 * older than down-after, proves neither that the link works nor that it does not; milliseconds.
 */
const LATE_MS = 5000;

/** Which server of a master's group reaches which, by what each one says itself. Pure. */
export function crosscheckOf(
  snapshot: Snapshot,
  masterName: string,
  problems: readonly Problem[],
): CrosscheckResult {
  const nodes = snapshot.groups.find((group) => group.masterName === masterName)?.nodes ?? [];
  const master = majorityMaster(snapshot, masterName);
  const isMaster = ({ announce }: NodeState): boolean => sameAddress(announce, master);
  const ordered = [...nodes.filter(isMaster), ...nodes.filter((node) => !isMaster(node))];
  const all = [...ordered, ...snapshot.sentinels];
  const crossings = [
    ...all.map(fromHere),
    ...snapshot.sentinels.flatMap((sentinel) => fromSentinel(snapshot, masterName, sentinel, ordered)),
    ...ordered.filter((node) => !isMaster(node)).map((node) => fromReplica(node, master, ordered)),
  ];
  const doubted = new Set(crossings.flatMap(({ reach, from, to }) => (reach === 'yes' ? [] : [from, to])));
  return {
    masterName,
    master: master === null ? null : refIn(all, {}, master),
    servers: [
      ...ordered.map((node): CrossServer => {
        return { id: node.id, ...node.announce, kind: isMaster(node) ? 'master' : kindOf(node) };
      }),
      ...snapshot.sentinels.map(({ id, announce }): CrossServer => ({ id, ...announce, kind: 'sentinel' })),
    ],
    crossings,
    findings: problems
      .filter(({ severity, subjects }) => severity !== 'info' && subjects.some((id) => doubted.has(id)))
      .map(({ id, severity, subjects, message }) => ({ id, severity, subjects, message })),
  };
}

const kindOf = ({ answer }: NodeState): CrossServer['kind'] =>
  answer === null ? 'unknown' : answer.role === 'master' ? 'master' : answer.role;

const NOTHING = { answeredMsAgo: null, downMs: null, flags: [] };

function fromHere({ id, silence }: Pick<NodeState | SentinelState, 'id' | 'silence'>): Crossing {
  if (silence === null) return { from: HERE, to: id, reach: 'yes', says: 'answers', ...NOTHING };
  // It is there and refuses this command's login, which says nothing of the link.
  const reach = isLocked(silence) ? 'unknown' : 'no';
  return { from: HERE, to: id, reach, says: silence.message, ...NOTHING };
}

/** What a sentinel says of each data node and each other sentinel. */
function fromSentinel(
  snapshot: Snapshot,
  masterName: string,
  sentinel: SentinelState,
  nodes: readonly NodeState[],
): Crossing[] {
  const others = snapshot.sentinels.filter(({ id }) => id !== sentinel.id);
  const from = sentinel.id;
  const view = sentinelViewsOf(snapshot, masterName).find((one) => one.sentinel.id === from)?.view;
  if (view === undefined) {
    const says =
      sentinel.answer === null
        ? `not known: ${from} ${sentinel.silence?.message ?? 'was not asked'}`
        : `not known: ${from} does not monitor ${masterName}`;
    return [...nodes, ...others].map(({ id }) => ({ from, to: id, reach: 'unknown', says, ...NOTHING }));
  }
  return [
    ...nodes.map((node) => {
      const seen = isAt(node, view.address) ? view : view.replicas.find(({ address }) => isAt(node, address));
      return { from, to: node.id, ...reachOf(seen, view) };
    }),
    ...others.map((other) => {
      const seen = view.sentinels.find(
        ({ address, sentinelId }) => sentinelId === other.answer?.sentinelId || isAt(other, address),
      );
      return { from, to: other.id, ...reachOf(seen, view) };
    }),
  ];
}

/** What a sentinel tells of anything that it watches. */
interface Seen {
  flags: readonly string[];
  answeredMsAgo?: number | null;
  downMs?: number | null;
}

function reachOf(seen: Seen | undefined, { downAfterMs }: MasterView): Omit<Crossing, 'from' | 'to'> {
  if (seen === undefined) return { reach: 'no', says: 'does not list it', ...NOTHING };
  const { answeredMsAgo = null, downMs = null } = seen;
  const flags = [...seen.flags];
  const facts = { answeredMsAgo, downMs, flags };
  const last = answeredMsAgo === null ? '' : `, last valid answer ${humanDurationMs(answeredMsAgo)} ago`;
  if (flags.includes('s_down') || flags.includes('o_down')) {
    const since = downMs === null ? '' : ` for ${humanDurationMs(downMs)}`;
    return { reach: 'no', says: `calls it down${since}${last}`, ...facts };
  }
  if (flags.includes('disconnected')) return { reach: 'no', says: `has no connection${last}`, ...facts };
  if (answeredMsAgo === null)
    return { reach: 'unknown', says: 'does not say when it last answered', ...facts };
  if (answeredMsAgo > downAfterMs)
    return { reach: 'no', says: `has had no valid answer for ${humanDurationMs(answeredMsAgo)}`, ...facts };
  if (answeredMsAgo > LATE_MS)
    return {
      reach: 'unknown',
      says: `has had no valid answer for ${humanDurationMs(answeredMsAgo)}; it calls it down after ${humanDurationMs(downAfterMs)}`,
      ...facts,
    };
  return { reach: 'yes', says: `valid answer ${humanDurationMs(answeredMsAgo)} ago`, ...facts };
}

/** A replica's link to the node that it follows; to the master where that node is none of the group's. */
function fromReplica(
  { id, answer, silence }: NodeState,
  master: Address | null,
  nodes: readonly NodeState[],
): Crossing {
  const idOf = (address: Address | null): string | undefined =>
    address === null ? undefined : nodes.find((node) => isAt(node, address))?.id;
  const named = idOf(master) ?? (master === null ? 'master' : formatAddress(master));
  if (answer === null) {
    const says = `not known: ${id} ${silence?.message ?? 'was not asked'}`;
    return { from: id, to: named, reach: 'unknown', says, ...NOTHING };
  }
  const { follows, linkStatus, linkDownS } = answer;
  const flags = linkStatus === null ? [] : [linkStatus];
  if (follows === null)
    return { from: id, to: named, reach: 'no', says: 'follows no node', ...NOTHING, flags };
  const followed = idOf(follows);
  const link = `link ${linkStatus ?? 'not known'}`;
  if (followed === undefined) {
    const says = `follows ${formatAddress(follows)}, ${link}`;
    return { from: id, to: named, reach: 'no', says, ...NOTHING, flags };
  }
  const downMs = linkDownS === undefined ? null : linkDownS * 1000;
  const since = downMs === null ? '' : ` for ${humanDurationMs(downMs)}`;
  const reach = linkStatus === null ? 'unknown' : linkStatus === 'up' ? 'yes' : 'no';
  return { from: id, to: followed, reach, says: `${link}${since}`, answeredMsAgo: null, downMs, flags };
}
