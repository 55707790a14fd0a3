import {
  hasSuccessor,
  lossOfMaster,
  lossOfReplicas,
  lossOfSentinels,
  masterOf,
  outage,
  RETURNS_AS_REPLICA,
  type Seen,
  THAWS_AS_MASTER,
  unknownLoss,
} from '../cluster/impact.js';
import { CLIENT, type Link, type Party } from '../drivers/links.js';
import { formatDurationMs } from '../model/duration.js';
import { pausedFailover } from '../model/paused-writes.js';
import { dataNodes, type NodePlan, sentinelNodes } from '../model/plan.js';
import { liveSettings } from '../model/sentinel-settings.js';
import {
  endsBeforeOdown,
  INFO_PERIOD_MS,
  mayBeCalledDown,
  SAFE_RETURN_MS,
  TILT_PERIOD_MS,
  TILT_TRIGGER_MS,
  typicalFailoverMs,
  usualFailoverMs,
  votesNeeded,
  WRONG_ROLE_DOWN_MS,
} from '../model/sentinel-timing.js';
import { count, listed } from '../model/words.js';
import type { Act, ActKind, ActOf } from './act.js';
import type { Kept } from './kept.js';

/** The cluster before a fault, and for how long the fault lasts in milliseconds; null: until it is rolled back. */
interface Before {
  seen: Seen;
  kept: Kept;
  master: NodePlan;
  /** Every node that ends or hangs by it. */
  lost: readonly string[];
  forMs: number | null;
}

/**
 * What a fault means to clients and to the next failover, before it is injected: `redis-1 is the master: writes stop for
 * about 6 s`. Its acts decide, so it is true for every target. Pure.
 */
export function impactOfActs(seen: Seen, acts: readonly Act[], forMs: number | null, kept: Kept): string {
  const master = masterOf(seen);
  if (master === undefined) return unknownLoss(seen);
  const lost = acts.flatMap((act) => (isLoss(act) ? [act.node] : []));
  const before: Before = { seen, kept, master, lost, forMs };
  if (dataNodes(seen.plan).every(({ id }) => lost.includes(id)))
    return 'no data node answers: reads and writes stop until the nodes run again';
  if (acts.some(({ act }) => act === 'simulate')) return ofLeaderCrash(before);
  const neverPromoted = acts.flatMap((act) =>
    act.act === 'config' && act.set['replica-priority'] === '0' ? [act.node] : [],
  );
  if (neverPromoted.length > 0) return ofPriority(before, neverPromoted);
  const onMaster = acts.find((act) => 'node' in act && act.node === master.id);
  if (onMaster !== undefined) return `${master.id} is the master: ${ofMaster(before, onMaster)}`;
  const cut = acts.find((act) => act.act === 'block');
  if (cut !== undefined) return ofCut(before, cut.links);
  return ofOthers(before, acts);
}

/** Acts after which a node neither replicates nor votes for a while. */
const isLoss = (act: Act): act is ActOf<'end' | 'pause'> =>
  (act.act === 'end' && act.restart !== true) || act.act === 'pause';

/** `1s`, or null where the fault lasts for about as long as down-after, or longer. */
const shorterThanDownAfter = ({ seen, forMs }: Before): string | null => {
  const settings = liveSettings(seen.plan.spec, seen.snapshot);
  return forMs !== null && !mayBeCalledDown(forMs, settings) ? seconds(forMs) : null;
};

const seconds = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(1))} s`;

/** A master that hangs, refuses writes or answers every PING with an error, and is itself again afterwards. */
const hangs = (before: Before): string => {
  const short = shorterThanDownAfter(before);
  if (short !== null) return `writes stop for about ${short}, and no failover follows`;
  const { seen, master, lost, forMs } = before;
  if (forMs === null) return lossOfMaster(seen, others(lost, master));
  if (!hasSuccessor(seen, master, others(lost, master)))
    return `writes stop for about ${seconds(forMs)}: no replica can be promoted`;
  const settings = liveSettings(seen.plan.spec, seen.snapshot);
  if (forMs < usualFailoverMs(settings, true) && endsBeforeOdown(forMs, settings))
    return `writes stop for about ${seconds(forMs)}, or ${outage(seen)} where a failover follows`;
  return lossOfMaster(seen, others(lost, master));
};

const others = (lost: readonly string[], { id }: NodePlan): string[] => lost.filter((one) => one !== id);

/** A master that holds back writes until the sentinels replace it, or its pause ends by itself. */
function pausesWrites({ seen, master, lost }: Before, { forMs }: ActOf<'client-pause'>): string {
  const settings = liveSettings(seen.plan.spec, seen.snapshot);
  const stop = `writes stop for about ${seconds(forMs)}`;
  if (forMs < settings.downAfterMs) return `${stop}, and no failover follows`;
  if (!hasSuccessor(seen, master, others(lost, master))) return `${stop}: no replica can be promoted`;
  const failover = pausedFailover(settings);
  if (failover === null)
    return `${stop}, and no failover follows: a sentinel connects again before down-after has passed, and its PING is answered`;
  const { leastMs, mostMs } = failover;
  if (forMs <= leastMs) return `${stop}, and a failover may follow`;
  const least = Math.round(leastMs / 1000);
  return mostMs !== null && forMs >= mostMs
    ? `writes stop for ${least} to ${Math.ceil(mostMs / 1000)} s, until the sentinels replace it`
    : `writes stop for ${least} to ${seconds(forMs)}, until the sentinels replace it or the pause ends`;
}

/** A master that answers no client until its pause ends by itself: it was not ended, and is a master again. */
function pausesAll(before: Before): string {
  const { seen, master, lost } = before;
  const isReplaced =
    shorterThanDownAfter(before) === null && hasSuccessor(seen, master, others(lost, master));
  return isReplaced ? `${hangs(before)}; ${THAWS_AS_MASTER}` : hangs(before);
}

type OfMaster = { [K in ActKind]?: (before: Before, act: ActOf<K>) => string };

/** What each act means at the master. */
const OF_MASTER: OfMaster = {
  end(before, { restart }) {
    const { seen, kept, master, lost, forMs } = before;
    const isKept = kept.changes.has(master.id);
    if (restart === true)
      return `writes stop for about 1 s, until it runs again, and no failover follows${isKept ? '' : '; it writes no append-only file, so it starts empty or with old data, and its replicas copy that'}`;
    const { downAfterMs } = liveSettings(seen.plan.spec, seen.snapshot);
    if (isKept && forMs !== null && forMs <= downAfterMs - SAFE_RETURN_MS)
      return `writes stop for about ${seconds(forMs)}: it is started again before down-after has passed, so no failover follows`;
    return lossOfMaster(seen, others(lost, master));
  },
  pause(before) {
    const { seen, master, lost } = before;
    // It is not thawed before the sentinels have decided.
    const isReplaced =
      shorterThanDownAfter(before) === null && hasSuccessor(seen, master, others(lost, master));
    return isReplaced ? `${lossOfMaster(seen, others(lost, master))}; ${RETURNS_AS_REPLICA}` : hangs(before);
  },
  'client-pause': (before, act) =>
    act.mode === 'WRITE' ? pausesWrites(before, act) : pausesAll({ ...before, forMs: act.forMs }),
  busy: hangs,
  'fail-saves': hangs,
  follow({ seen, forMs }) {
    const settings = liveSettings(seen.plan.spec, seen.snapshot);
    // The role is seen with an INFO, up to a period later; from then on it counts.
    const leastMs = typicalFailoverMs(settings) + WRONG_ROLE_DOWN_MS;
    const mostMs = leastMs + INFO_PERIOD_MS;
    const stop = 'it takes no writes as a replica: writes stop for';
    const least = Math.floor(leastMs / 1000);
    if (forMs !== null && forMs < leastMs) return `${stop} about ${seconds(forMs)}`;
    return forMs !== null && forMs < mostMs
      ? `${stop} ${least} to ${seconds(forMs)}, until the sentinels replace it or the fault ends`
      : `${stop} ${least} to ${Math.ceil(mostMs / 1000)} s, until the sentinels replace it`;
  },
  slow: ({ master }, act) => {
    const most = act.delayMs + act.jitterMs;
    return `writes continue, and reach its replicas ${formatDurationMs(act.delayMs)}${most > act.delayMs ? ` to ${formatDurationMs(most)}` : ''} later: those are lost if ${master.id} fails`;
  },
};

function ofMaster<K extends ActKind>(before: Before, act: ActOf<K>): string {
  const says = OF_MASTER[act.act as K] as ((before: Before, act: ActOf<K>) => string) | undefined;
  return says === undefined ? 'writes continue' : says(before, act);
}

/** Nodes that Sentinel does not promote. */
function ofPriority({ seen, master }: Before, nodes: readonly string[]): string {
  const others = dataNodes(seen.plan).filter(({ id }) => id !== master.id);
  return others.every(({ id }) => nodes.includes(id))
    ? 'writes continue, and no replica can be promoted: if the master fails, writes stop until this is rolled back'
    : `writes continue: ${listed(nodes)} cannot be promoted until this is rolled back`;
}

/** Replicas and sentinels. */
function ofOthers({ seen, master, lost, forMs }: Before, acts: readonly Act[]): string {
  const ids = acts.flatMap((act) => ('node' in act ? [act.node] : []));
  const replicas = dataNodes(seen.plan).filter(({ id }) => ids.includes(id));
  const sentinels = sentinelNodes(seen.plan).filter(({ id }) => ids.includes(id));
  const tilts =
    (forMs === null || forMs > TILT_TRIGGER_MS) &&
    acts.some((act) => act.act === 'pause' && sentinels.some(({ id }) => id === act.node));
  const isUp = replicas.length > 0 && !replicas.some(({ id }) => lost.includes(id));
  const names = listed(replicas.map(({ id }) => id));
  const role = replicas.length === 1 ? 'is a replica' : 'are replicas';
  return [
    ...(replicas.length === 0
      ? []
      : [
          isUp
            ? `${names} ${role}: writes to ${master.id} continue`
            : `${names} ${role}: ${lossOfReplicas(seen, master, lost)}`,
        ]),
    ...(sentinels.length === 0
      ? []
      : [
          `writes continue: ${lossOfSentinels(
            seen,
            sentinels.map(({ id }) => id),
          )}${tilts ? `; after its thaw a sentinel is in TILT for ${TILT_PERIOD_MS / 1000} s and does not act` : ''}`,
        ]),
  ].join('; ');
}

/** The master crashes, and the sentinel that leads its failover. */
function ofLeaderCrash({ master }: Before): string {
  return `${master.id} is the master: writes stop until this is rolled back, since each sentinel that leads a failover crashes`;
}

/** Parties between which packets are lost, in one direction or in both. */
function ofCut({ seen, master, forMs }: Before, links: readonly Link[]): string {
  const isCut = (a: Party, b: Party): boolean =>
    links.some(({ from, to }) => (from === a && to === b) || (from === b && to === a));
  const all = sentinelNodes(seen.plan);
  const away = all.filter(({ id }) => isCut(id, master.id));
  const settings = liveSettings(seen.plan.spec, seen.snapshot);
  const needed = votesNeeded(all.length, settings.quorum);
  const replicas = dataNodes(seen.plan).filter(({ id }) => id !== master.id);
  const follows = replicas.filter(({ id }) => !isCut(id, master.id));
  const canFollow = replicas.filter(({ id }) => away.every((sentinel) => !isCut(id, sentinel.id)));
  const isLong = forMs === null || forMs >= settings.downAfterMs;
  if (away.length >= needed && canFollow.length > 0) {
    const who = `${master.id} is the master, cut off from ${away.length} of ${count(all.length, 'sentinel')}`;
    const isReached = !isCut(CLIENT, master.id);
    if (!isLong)
      return `${who}: writes ${isReached ? 'continue' : `stop for about ${seconds(forMs)}`}, and no failover follows`;
    return isReached
      ? `${who}, which promote another node in ${outage(seen)}: writes continue, and those to ${master.id} are lost, a second master until this is rolled back`
      : `${who} and from clients: writes stop for ${outage(seen)}`;
  }
  const writes = isCut(CLIENT, master.id) ? 'writes stop' : 'writes continue';
  const cut = replicas.filter((node) => !follows.includes(node)).map(({ id }) => id);
  const behind = cut.length === 0 ? [] : [`${listed(cut)} ${cut.length === 1 ? 'gets' : 'get'} none of them`];
  const staying = all.length - away.length;
  const voting =
    away.length === 0
      ? []
      : [
          staying >= needed
            ? `${staying} of ${count(all.length, 'sentinel')} still ${staying === 1 ? 'reaches' : 'reach'} ${master.id}, and ${needed} are needed for a failover`
            : 'no failover is possible until this is rolled back',
        ];
  return `${master.id} is the master: ${[writes, ...behind, ...voting].join('; ')}`;
}
