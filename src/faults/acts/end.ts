import { surveyPlan } from '../../cluster/ask.js';
import { startAsCrashed } from '../../cluster/start.js';
import { failed } from '../../errors.js';
import { sameAddress } from '../../model/address.js';
import { majorityMaster } from '../../model/agreement.js';
import { until } from '../../until.js';
import { parseRole } from '../../wire/replies.js';
import type { ActContext, ActHandler, ActOf } from '../act.js';
import { bringBack } from '../bring-back.js';
import { call, ctl, isByCommand, nodeOf, placed, requireRunning } from '../context.js';

/** How long an orderly shutdown may take, in milliseconds: Redis waits up to 10 s for its replicas. */
const SHUTDOWN_BOUND_MS = 20_000;
const LOOK_EVERY_MS = 20;

/** The server of a node ends, and perhaps is there again at once. */
export const end: ActHandler<ActOf<'end'>> = {
  describe: (context, { node, signal, restart }) =>
    `${isByCommand(context) ? `the ${signal === 'SIGKILL' ? 'kill' : 'stop'} command at` : `${signal} to`} ${placed(context, node)}${restart === true ? ', then restarted at once with what it has on disk' : ''}`,
  describeUndo: (_context, { node }) =>
    node.startsWith('redis') ? `${node} is started as a replica of the current master` : `${node} is started`,
  // Not `start`, which refuses while the journal is open: recover starts it, once what keeps it down is fixed.
  commands: (context, { node }) => [ctl(context, `logs ${node} --tail 20`)],
  async prepare(context, act) {
    await requireRunning(context, act.node);
    await context.live.host.requireAble(act.node, 'kill');
    return act;
  },
  async inject({ live }, { node, signal, restart }) {
    await live.host.kill(node, signal);
    await gone(live, node, signal);
    if (restart === true) await startAsCrashed(live, nodeOf(live.plan, node));
  },
  async undo(context, { node, signal }) {
    // A run that died left it waiting for its replicas (Redis 7.0 and later; before, the words are an error).
    if (signal === 'SIGTERM') await call(context.live, node, 'SHUTDOWN', 'ABORT').catch(() => {});
    await bringBack(context, nodeOf(context.live.plan, node));
  },
  verify: (context, { node }) => whetherInPlace(context, node),
};

/** Also after an abort: a server that has got its SIGTERM ends, if need be after its rollback. */
async function gone(live: ActContext['live'], node: string, signal: string): Promise<void> {
  const isGone = await until(
    async () => ((await live.host.inspect(node)).state === 'running' ? undefined : true),
    {
      clock: live.asking.clock,
      everyMs: LOOK_EVERY_MS,
      deadlineMs: SHUTDOWN_BOUND_MS,
    },
  );
  if (isGone === true) return;
  throw failed('still-there', `${node} still runs ${SHUTDOWN_BOUND_MS / 1000} s after ${signal}`, {
    hint: `sentinelctl logs ${node} --tail 20`,
  });
}

/** Null for a sentinel that runs, for the master that the sentinels name, and for a replica that is linked to it. */
export async function whetherInPlace({ live }: ActContext, id: string): Promise<string | null> {
  const { state, detail } = await live.host.inspect(id);
  if (state !== 'running') return `${id} is ${state} (${detail})`;
  const node = nodeOf(live.plan, id);
  if (node.kind === 'sentinel') return null;
  const role = parseRole(await call(live, id, 'ROLE'));
  const master = majorityMaster(await surveyPlan(live.plan, live.asking), live.plan.spec.masterName);
  if (sameAddress(master, node.announce))
    return role.role === 'master' ? null : `${id} is the master for the sentinels but says ${role.role}`;
  if (role.role !== 'replica') return `${id} says ${role.role} but is not the master for the sentinels`;
  if (!sameAddress(role.follows, master)) return `${id} does not follow the master`;
  return role.link === 'connected' ? null : `the link of ${id} to the master is ${role.link ?? 'not there'}`;
}
