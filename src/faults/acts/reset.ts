import { surveyPlan } from '../../cluster/ask.js';
import { dataNodes, sentinelNodes } from '../../model/plan.js';
import type { Snapshot } from '../../model/snapshot.js';
import type { ActContext, ActHandler, ActOf } from '../act.js';
import { call, cli, impossible, placed, requireRunning } from '../context.js';

/**
 * SENTINEL RESET at one sentinel: it forgets its peers and replicas, and learns those that live from the master and
 * their hellos again. Nothing brings back what it forgot, so that taking it back is to see that it has learned.
 */
export const reset: ActHandler<ActOf<'reset'>> = {
  describe: (context, { node, masterName }) => `${placed(context, node)}: SENTINEL RESET ${masterName}`,
  describeUndo: (_context, { node }) => `${node} finds its peers and the replicas again without help`,
  commands: (context, { node, masterName }) => [
    cli(context, node, 'SENTINEL', 'SENTINELS', masterName),
    cli(context, node, 'SENTINEL', 'REPLICAS', masterName),
  ],
  async prepare(context, act) {
    await requireRunning(context, act.node);
    const why = whyNotReset(await surveyPlan(context.live.plan, context.live.asking), act.masterName);
    if (why !== null) throw impossible(`${act.node} is not reset`, why);
    return act;
  },
  async inject({ live }, { node, masterName }) {
    await call(live, node, 'SENTINEL', 'RESET', masterName);
  },
  async undo() {
    // It learns by itself; `verify` waits for it.
  },
  async verify(context, act) {
    const snapshot = await surveyPlan(context.live.plan, context.live.asking);
    return knowsAll(snapshot, context, act) ? null : `${act.node} has not found all other nodes again`;
  },
};

/** A master that answers as one, that no sentinel calls down, and no failover under way: else RESET forgets the replicas for good. */
function whyNotReset({ sentinels, groups }: Snapshot, masterName: string): string | null {
  const views = sentinels.flatMap((s) => s.answer?.masters.filter((m) => m.name === masterName) ?? []);
  const nodes = groups.flatMap((g) => g.nodes);
  if (!nodes.some((n) => n.answer?.role === 'master'))
    return 'no master answers: RESET would forget its replicas';
  if (views.length === 0) return 'no sentinel answers';
  if (views.some((v) => v.flags.some((flag) => flag !== 'master')))
    return 'not every sentinel sees a healthy master: RESET would forget its replicas';
  return null;
}

/** Whether it knows as many replicas and peers as there are that live, and is connected to them. */
function knowsAll({ sentinels, groups }: Snapshot, { live }: ActContext, act: ActOf<'reset'>): boolean {
  const view = sentinels
    .find((s) => s.id === act.node)
    ?.answer?.masters.find((m) => m.name === act.masterName);
  if (view === undefined) return false;
  const isUp = (list: readonly { id: string; answer: unknown }[], known: string): boolean =>
    list.some((s) => s.id === known && s.answer !== null);
  const nodes = groups.flatMap((g) => g.nodes);
  const replicas = dataNodes(live.plan).filter((n) => isUp(nodes, n.id)).length - 1;
  const peers = sentinelNodes(live.plan).filter((n) => isUp(sentinels, n.id)).length - 1;
  const connected = (list: readonly { flags: string[] }[]): number =>
    list.filter(({ flags }) => !flags.includes('disconnected')).length;
  return connected(view.replicas) >= replicas && connected(view.sentinels) >= peers;
}
