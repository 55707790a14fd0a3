import type { LiveCluster } from '../cluster/open.js';
import { mayBeCalledDown } from '../model/sentinel-timing.js';
import type { Act } from './act.js';
import { describeActs } from './acts/index.js';
import { IF_REPLACED } from './catalogue/ways.js';
import { nodeOf } from './context.js';

/** Rolled back, a data node that was ended is started as a replica. Throws `not-possible-here` (3) where that is not possible. */
export async function requireWayBack({ host, plan }: LiveCluster, acts: readonly Act[]): Promise<void> {
  for (const act of acts)
    if (act.act === 'end' && nodeOf(plan, act.node).kind === 'redis')
      await host.requireAble(act.node, 'start');
}

/**
 * Whether another master may have been promoted when this is rolled back after `forMs`: what was frozen or cut off for
 * about down-after or longer, and a server that has ended, which also needs time to start and to be heard.
 */
export const mayBeReplaced = (acts: readonly Act[], forMs: number, downAfterMs: number): boolean =>
  mayBeCalledDown(forMs, { downAfterMs }) || acts.some((act) => act.act === 'end' && act.restart !== true);

/** What is done and how it is rolled back, in words; `isGuarded`: so that no second master returns. */
export const inWords = (
  live: LiveCluster,
  acts: readonly Act[],
  isGuarded: boolean,
): { does: string; undo: string }[] =>
  describeActs({ live }, acts).map(({ does, undo }, i) => {
    const act = acts[i];
    const isData = act?.act === 'pause' && nodeOf(live.plan, act.node).kind === 'redis';
    return { does, undo: isData && isGuarded ? `${undo}${IF_REPLACED}` : undo };
  });
