import { surveyPlan, withNode } from '../../cluster/ask.js';
import { formatAddress, sameAddress } from '../../model/address.js';
import { majorityMaster } from '../../model/agreement.js';
import { parseRole } from '../../wire/replies.js';
import type { ActOf, Actor, Scene } from '../act.js';
import { call, cli, nodeOf, placed, requireRunning } from '../scene.js';
import { whetherInPlace } from './end.js';

/** REPLICAOF behind Sentinel's back. */
export const follow: Actor<ActOf<'follow'>> = {
  describe: (scene, { node, master }) =>
    `${placed(scene, node)}: REPLICAOF ${master === null ? 'NO ONE' : formatAddress(master)}`,
  describeUndo: (_scene, { node }) =>
    `${node} follows whom the sentinels name then, or is the master that they name`,
  commands: (scene, { node, was = null }) => [
    was === null
      ? cli(scene, node, 'REPLICAOF', 'NO', 'ONE')
      : cli(scene, node, 'REPLICAOF', was.host, was.port),
  ],
  async prepare(scene, act) {
    await requireRunning(scene, act.node);
    return { ...act, was: parseRole(await call(scene.live, act.node, 'ROLE')).follows };
  },
  inject: (scene, { node, master }) => makeFollow(scene, node, master),
  async undo(scene, { node, was = null }) {
    const { plan, asking } = scene.live;
    const master = majorityMaster(await surveyPlan(plan, asking), plan.spec.masterName) ?? was;
    const wanted = sameAddress(master, nodeOf(plan, node).announce) ? null : master;
    const now = parseRole(await call(scene.live, node, 'ROLE')).follows;
    // What Sentinel has repaired meanwhile is left alone: REPLICAOF would begin a resync.
    if (wanted === null ? now !== null : !sameAddress(now, wanted)) await makeFollow(scene, node, wanted);
  },
  verify: (scene, { node }) => whetherInPlace(scene, node),
};

async function makeFollow({ live }: Scene, id: string, master: ActOf<'follow'>['master']): Promise<void> {
  await withNode(nodeOf(live.plan, id), live.asking, async (connection) => {
    if (master === null) await connection.call('REPLICAOF', 'NO', 'ONE');
    else await connection.call('REPLICAOF', master.host, master.port);
    await connection.call('CONFIG', 'REWRITE');
  });
}
