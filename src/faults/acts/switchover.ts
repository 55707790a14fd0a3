import { surveyPlan, withNode } from '../../cluster/ask.js';
import { type Address, formatAddress, sameAddress } from '../../model/address.js';
import { majorityMaster } from '../../model/agreement.js';
import { sentinelViewsOf } from '../../model/facts.js';
import { HELLO_CHANNEL, hellosFor } from '../../model/hello.js';
import { dataNodes, type NodePlan, sentinelNodes } from '../../model/plan.js';
import type { NodeAnswer, Snapshot } from '../../model/snapshot.js';
import { transaction } from '../../wire/transaction.js';
import type { ActContext, ActHandler, ActOf } from '../act.js';
import { cli, nodeOf, placed } from '../context.js';

type Switchover = ActOf<'switchover'>;

/** A planned move of the master, which its own command does: here it is only brought to an end. */
export const switchover: ActHandler<Switchover> = {
  describe: (context, { master, target }) =>
    `the master moves from ${placed(context, master)} to ${placed(context, target)}`,
  describeUndo: (_context, { master, target }) =>
    `CLIENT UNPAUSE at ${master}; ${target} stays the master if a sentinel names it or ${master} follows it, otherwise ${master} does`,
  commands: (context, { master }) => [cli(context, master, 'CLIENT', 'UNPAUSE')],
  prepare: async (_context, act) => act,
  inject: () => Promise.reject(new Error('only its own command moves a master')),
  async undo(context, act) {
    const { plan, asking } = context.live;
    // A pause ends by itself too. One that does not answer is started again later, as a replica.
    await withNode(nodeOf(plan, act.master), asking, (c) => c.call('CLIENT', 'UNPAUSE')).catch(() => {});
    const snapshot = await surveyPlan(plan, asking);
    const master = whichMaster(context, act, snapshot);
    if (master === null) return;
    await leadBy(context, master, snapshot);
  },
  async verify(context) {
    const { plan, asking } = context.live;
    const snapshot = await surveyPlan(plan, asking);
    const address = majorityMaster(snapshot, plan.spec.masterName);
    if (address === null) return 'the sentinels do not agree on a master';
    for (const { id, announce } of dataNodes(plan)) {
      const answer = answerOf(snapshot, plan.spec.masterName, id);
      if (answer === null) continue;
      const isMaster = sameAddress(announce, address);
      if (isMaster && answer.role !== 'master')
        return `${id} is the master for the sentinels but says ${answer.role}`;
      if (!isMaster && !sameAddress(answer.follows, address)) return `${id} does not follow the master`;
    }
    return null;
  },
};

const answerOf = ({ groups }: Snapshot, masterName: string, id: string): NodeAnswer | null =>
  groups.find((g) => g.masterName === masterName)?.nodes.find((node) => node.id === id)?.answer ?? null;

/**
 * The node that becomes the only master. What one sentinel names, the others learn of; an old master that follows the
 * target takes no writes, and the target has all of them. Null: a third one is named, by a failover since.
 */
function whichMaster(
  { live }: ActContext,
  { master, target }: Switchover,
  snapshot: Snapshot,
): NodePlan | null {
  const { plan } = live;
  const { masterName } = plan.spec;
  const [from, to] = [nodeOf(plan, master), nodeOf(plan, target)];
  const named = sentinelViewsOf(snapshot, masterName).map(({ view }) => view.address);
  if (named.some((address) => sameAddress(address, to.announce))) return to;
  const majority = majorityMaster(snapshot, masterName);
  if (majority !== null && !sameAddress(majority, from.announce)) return null;
  const [was, is] = [answerOf(snapshot, masterName, master), answerOf(snapshot, masterName, target)];
  if (was?.role === 'master') return from;
  return is?.role === 'master' && (was === null || sameAddress(was.follows, to.announce)) ? to : from;
}

/** Makes every node that answers what it must be, and the sentinels name the master where none of them does. */
async function leadBy({ live }: ActContext, master: NodePlan, snapshot: Snapshot): Promise<void> {
  const { plan, asking } = live;
  const { masterName } = plan.spec;
  const said = (node: NodePlan): NodeAnswer | null => answerOf(snapshot, masterName, node.id);
  if (said(master)?.role === 'replica')
    await withNode(master, asking, (connection) => connection.call('REPLICAOF', 'NO', 'ONE'));
  const others = dataNodes(plan).filter((node) => node !== master && said(node) !== null);
  // What follows it already is left alone.
  for (const node of others)
    if (!sameAddress(said(node)?.follows, master.announce)) await follow(live, node, master.announce);
  const views = sentinelViewsOf(snapshot, masterName).map(({ view }) => view);
  if (!views.some(({ address }) => sameAddress(address, master.announce)))
    await tell(live, snapshot, master.announce, Math.max(0, ...views.map((v) => v.configEpoch)) + 1);
  for (const node of [master, ...others])
    await withNode(node, asking, (connection) => connection.call('CONFIG', 'REWRITE'));
}

const follow = (live: ActContext['live'], node: NodePlan, { host, port }: Address): Promise<unknown> =>
  withNode(node, live.asking, (connection) =>
    transaction(connection, [
      ['REPLICAOF', host, port],
      ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'],
      ['CLIENT', 'KILL', 'TYPE', 'pubsub'],
      ['CLIENT', 'UNPAUSE'],
    ]),
  );

/** One that hears it is enough: it tells the others. Throws where none does. */
async function tell(
  { plan, asking }: ActContext['live'],
  snapshot: Snapshot,
  to: Address,
  epoch: number,
): Promise<void> {
  const { masterName } = plan.spec;
  const told = await Promise.allSettled(
    hellosFor(snapshot, masterName, { to, epoch }).flatMap(({ sentinel, message }) => {
      const node = sentinelNodes(plan).find(({ id }) => id === sentinel);
      if (node === undefined) return [];
      return [withNode(node, asking, (connection) => connection.call('PUBLISH', HELLO_CHANNEL, message))];
    }),
  );
  if (!told.some(({ status }) => status === 'fulfilled'))
    throw new Error(`no sentinel could be told that ${formatAddress(to)} is the master`);
}
