import { settingsNow, surveyPlan, withNode } from '../cluster/ask.js';
import { isFailoverNear, type Waiting } from '../cluster/start.js';
import { type Address, sameAddress } from '../model/address.js';
import { knownSentinels, sentinelViewsOf } from '../model/facts.js';
import { dataNodes } from '../model/plan.js';
import { nextFailoverMs, SAFE_RETURN_MS } from '../model/sentinel-timing.js';
import type { MasterView, Snapshot } from '../model/snapshot.js';
import { until } from '../until.js';
import type { ActContext } from './act.js';

const LOOK_EVERY_MS = 100;
/** A PING that waits for so long, in milliseconds, is probably not answered at all. */
const NO_ANSWER_MS = 500;

/**
 * Makes a data node that still says master follow the one that all sentinels name, as Sentinel itself does after 8 s.
 * Not while a failover runs, or while a sentinel names another one. A node that does not answer is left to Sentinel.
 * `forgotten`: only one that no sentinel lists, after a SENTINEL RESET while it was down: Sentinel never finds it again.
 */
export async function demoteStrays(
  { live }: ActContext,
  snapshot: Snapshot,
  which: 'all' | 'forgotten' = 'all',
): Promise<void> {
  const { plan, asking } = live;
  const { masterName } = plan.spec;
  const views = sentinelViewsOf(snapshot, masterName).map(({ view }) => view);
  const [first] = views;
  if (first === undefined || views.length * 2 <= knownSentinels(snapshot, masterName)) return;
  const isSettled = views.every(
    (view) =>
      sameAddress(view.address, first.address) &&
      view.configEpoch === first.configEpoch &&
      !isFailoverNear(view),
  );
  const nodes = snapshot.groups.find((group) => group.masterName === masterName)?.nodes ?? [];
  const masters = nodes.filter(({ answer }) => answer?.role === 'master');
  if (!isSettled || !masters.some(({ announce }) => sameAddress(announce, first.address))) return;
  const isListed = (address: Address): boolean =>
    views.some((view) => view.replicas.some((replica) => sameAddress(replica.address, address)));
  const strays = dataNodes(plan).filter(
    ({ id, announce }) =>
      !sameAddress(announce, first.address) &&
      masters.some((master) => master.id === id) &&
      (which === 'all' || !isListed(announce)),
  );
  const { host, port } = first.address;
  await Promise.allSettled(
    strays.map((node) =>
      withNode(node, asking, async (connection) => {
        await connection.call('REPLICAOF', host, port);
        // Clients look for the master again (sentinel.c, sentinelSendSlaveOf).
        await connection.call('CLIENT', 'KILL', 'TYPE', 'normal');
        await connection.call('CONFIG', 'REWRITE');
      }),
    ),
  );
}

/**
 * While the master is cut off and a failover is under way or next, waits for its end: rolled back before, the old master
 * would accept writes beside the new one. Down-after + 15 s at most.
 */
export async function awaitOutcome(
  { runtime, live }: ActContext,
  onWait: NonNullable<Waiting['onRefusal']>,
): Promise<void> {
  const { plan, asking } = live;
  const { clock } = runtime;
  const settings = await settingsNow(plan, asking);
  const deadlineMs = nextFailoverMs(settings);
  const endMs = clock.now() + deadlineMs;
  await until(
    async () => {
      const sentinelViews = sentinelViewsOf(await surveyPlan(plan, asking), plan.spec.masterName);
      if (!sentinelViews.some(({ view }) => isOpen(view))) return true;
      onWait(endMs - clock.now(), settings, 'failover-at-hand');
      return undefined;
    },
    { clock, everyMs: LOOK_EVERY_MS, deadlineMs },
  );
}

/** Whether a failover may still begin, or runs. A sentinel alone that calls the master down for long starts none. */
function isOpen(view: MasterView): boolean {
  const { flags, downMs, downAfterMs, answeredMsAgo, pingPendingMs } = view;
  if (flags.includes('o_down') || (view.failoverState !== null && view.failoverState !== 'none')) return true;
  if (flags.includes('s_down')) return (downMs ?? 0) < SAFE_RETURN_MS;
  const isSilent = (pingPendingMs ?? 0) > NO_ANSWER_MS;
  return isSilent && downAfterMs - (answeredMsAgo ?? 0) < SAFE_RETURN_MS;
}
