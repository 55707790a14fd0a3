import { surveyPlan, withNode } from '../../cluster/ask.js';
import { formatAddress, sameAddress } from '../../model/address.js';
import { majorityMaster } from '../../model/agreement.js';
import { parseRole } from '../../wire/replies.js';
import type { ActContext, ActHandler, ActOf } from '../act.js';
import { call, cli, nodeOf, placed, requireRunning } from '../context.js';
import { whetherInPlace } from './end.js';

/** REPLICAOF behind Sentinel's back. */
export const follow: ActHandler<ActOf<'follow'>> = {
  describe: (context, { node, master }) =>
    `${placed(context, node)}: REPLICAOF ${master === null ? 'NO ONE' : formatAddress(master)}`,
  describeUndo: (_context, { node }) =>
    `${node} follows the master that the sentinels name then, or is that master`,
  commands: (context, { node, was = null }) => [
    was === null
      ? cli(context, node, 'REPLICAOF', 'NO', 'ONE')
      : cli(context, node, 'REPLICAOF', was.host, was.port),
  ],
  async prepare(context, act) {
    await requireRunning(context, act.node);
    return { ...act, was: parseRole(await call(context.live, act.node, 'ROLE')).follows };
  },
  inject: (context, { node, master }) => makeFollow(context, node, master),
  async undo(context, { node, was = null }) {
    const { plan, asking } = context.live;
    const master = majorityMaster(await surveyPlan(plan, asking), plan.spec.masterName) ?? was;
    const wanted = sameAddress(master, nodeOf(plan, node).announce) ? null : master;
    const now = parseRole(await call(context.live, node, 'ROLE')).follows;
    // What Sentinel has repaired meanwhile is left alone: REPLICAOF would begin a resync.
    if (wanted === null ? now !== null : !sameAddress(now, wanted)) await makeFollow(context, node, wanted);
  },
  verify: (context, { node }) => whetherInPlace(context, node),
};

async function makeFollow(
  { live }: ActContext,
  id: string,
  master: ActOf<'follow'>['master'],
): Promise<void> {
  await withNode(nodeOf(live.plan, id), live.asking, async (connection) => {
    if (master === null) await connection.call('REPLICAOF', 'NO', 'ONE');
    else await connection.call('REPLICAOF', master.host, master.port);
    await connection.call('CONFIG', 'REWRITE');
  });
}
