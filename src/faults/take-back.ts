import { settingsNow, surveyPlan } from '../cluster/ask.js';
import { proveConvergence } from '../cluster/bring-up.js';
import { step } from '../cluster/runtime.js';
import { startAsCrashed } from '../cluster/start.js';
import { messageAndWhy, notRestored, OperatorError } from '../errors.js';
import { command } from '../model/hints.js';
import { failoverBoundMs, RECOVERED_MS, RETURNED_MASTER_MS } from '../model/sentinel-timing.js';
import { count, listed } from '../model/words.js';
import { until } from '../until.js';
import type { Act, ActContext } from './act.js';
import { handlerOf } from './acts/index.js';
import { nodeOf } from './context.js';
import { awaitOutcome, demoteStrays } from './strays.js';
import { waitingFor } from './waiting-for.js';

/** How long a rolled back act may need to show, in milliseconds: Sentinel may have to correct a role twice. */
const SEEN_BOUND_MS = 2 * RETURNED_MASTER_MS;
/** How often a node is looked at until a rolled back act shows, in milliseconds. */
const LOOK_EVERY_MS = 100;
/** Seldom: a proof may wait for TILT, or for an INFO, and each look asks all nodes; milliseconds. */
const PROOF_EVERY_MS = 300;
/** The same where each look also demotes a second master. */
const GUARDED_PROOF_EVERY_MS = 100;

interface Step {
  n: number;
  act: Act;
}

export interface TakingBack {
  /** See HealOptions. */
  asCrashed: boolean;
  /** Whether nothing else stays in effect, so that every node must find its place again. */
  wholly: boolean;
  onUndone(step: Step): Promise<void>;
}

/**
 * Rolls acts back in reverse order, but data nodes are started last, since only the sentinels know which master they
 * must follow; what could not be rolled back on a node that was down is tried again then. Goes on past what fails. Throws
 * `not-healed` (4) that names all of it.
 */
export async function takeBack(
  context: ActContext,
  steps: readonly Step[],
  options: TakingBack,
): Promise<void> {
  if (steps.length === 0) return;
  await step(context.runtime, 'heal', labelOf(steps), async () => {
    const reversed = steps.toReversed();
    const starts = reversed.filter(({ act }) => startsData(context, act));
    if (context.guarded === true && steps.some(({ act }) => CUTS_OFF.includes(act.act))) {
      await waitingFor(context, 'the master', (onWait) => awaitOutcome(context, onWait));
      await demoteStraysNow(context);
    }
    const others = reversed.filter((one) => !starts.includes(one));
    const later: Step[] = [];
    const wrong: { act: Act; why: string }[] = [];
    const attempt = async (one: Step): Promise<string | null> => {
      const why = await undoOne(context, one.act, options);
      if (why === null) await options.onUndone(one);
      return why;
    };
    for (const one of others) if ((await attempt(one)) !== null) later.push(one);
    for (const one of [...starts, ...later]) {
      const why = await attempt(one);
      if (why !== null) wrong.push({ act: one.act, why });
    }
    if (wrong.length > 0) throw notHealed(context, wrong);
  });
}

/** A RESET is not rolled back: its sentinel learns again what it forgot. */
function labelOf(steps: readonly Step[]): string {
  const resets = steps.flatMap(({ act }) => (act.act === 'reset' ? [act.node] : []));
  const waits = `waiting until ${listed(resets)} ${resets.length === 1 ? 'has' : 'have'} found all other nodes again`;
  const others = steps.length - resets.length;
  if (others === 0) return waits;
  return [`rolling back ${count(others, 'action')}`, ...(resets.length === 0 ? [] : [waits])].join(', ');
}

/** Acts that leave a master alive that others cannot use, and whose rollback gives it back to them. */
const CUTS_OFF: readonly Act['act'][] = [
  'block',
  'slow',
  'client-pause',
  'busy',
  'fail-saves',
  'follow',
  'switchover',
];

/** Whether rolling it back starts a data node, or thaws one only when the sentinels have decided. */
const startsData = ({ live, guarded = false }: ActContext, act: Act): boolean =>
  (act.act === 'end' || (act.act === 'pause' && guarded)) && nodeOf(live.plan, act.node).kind === 'redis';

/** Null, or what is still wrong. */
async function undoOne(context: ActContext, act: Act, options: TakingBack): Promise<string | null> {
  try {
    if ('node' in act) await context.live.host.requireAble(act.node, 'inspect');
    if (act.act === 'end' && options.asCrashed)
      await startAsCrashed(context.live, nodeOf(context.live.plan, act.node));
    else await handlerOf(act).undo(context, act);
    if (act.act === 'end' && !options.wholly) return null;
    return await seenUndone(context, act);
  } catch (error) {
    return messageAndWhy(error);
  }
}

const demoteStraysNow = async (context: ActContext): Promise<void> =>
  demoteStrays(context, await surveyPlan(context.live.plan, context.live.asking));

async function seenUndone(context: ActContext, act: Act): Promise<string | null> {
  let why: string | null = 'it was not checked';
  await until(
    async () => {
      why = await handlerOf(act).verify(context, act).catch(messageAndWhy);
      if (why === null) return true;
      if (context.guarded === true) await demoteStraysNow(context);
      return undefined;
    },
    { clock: context.runtime.clock, everyMs: LOOK_EVERY_MS, deadlineMs: SEEN_BOUND_MS },
  );
  return why;
}

function notHealed(context: ActContext, wrong: readonly { act: Act; why: string }[]): OperatorError {
  const { cluster } = context.live.plan.spec;
  const lines = wrong.map(
    ({ act, why }) =>
      `${handlerOf(act).describe(context, act)}: ${act.act === 'reset' ? 'done, and stays' : 'not rolled back'}: ${why}`,
  );
  const commands = wrong.flatMap(({ act }) => handlerOf(act).commands(context, act));
  return notRestored('not-healed', `${cluster} could not be fully restored`, {
    why: lines.join('\n'),
    hint: [...new Set(commands), `${commands.length > 0 ? 'then ' : ''}${command('recover', cluster)}`].join(
      '\n',
    ),
  });
}

/** No waiting brings back what is down. Throws `not-healed` (4). */
async function requireAllRun({ live }: ActContext): Promise<void> {
  const { cluster } = live.plan.spec;
  const seen = await Promise.all(
    live.plan.nodes.map(async ({ id }) => ({ id, ...(await live.host.inspect(id)) })),
  );
  const down = seen.filter(({ state }) => state !== 'running');
  if (down.length === 0) return;
  throw notRestored('not-healed', `everything was rolled back, but cluster "${cluster}" is not whole`, {
    why: down.map(({ id, state, detail }) => `${id} is ${state} (${detail})`).join('\n'),
    hint: command('recover', cluster),
  });
}

/** Proves that the cluster is whole again. Throws `not-healed` (4) with what is missing. */
export async function proveHealed(context: ActContext): Promise<void> {
  const { runtime, live } = context;
  const { cluster } = live.plan.spec;
  await requireAllRun(context);
  const deadlineMs = Math.max(RECOVERED_MS, failoverBoundMs(await settingsNow(live.plan, live.asking)));
  // Answers from before may be so old that a sentinel calls a node down that is well again.
  const sinceMs = runtime.clock.now();
  try {
    await step(runtime, 'prove', 'waiting until all nodes agree and every replica is linked', (onMissing) =>
      proveConvergence(
        { ...live, deadlineMs },
        {
          everyMs: context.guarded === true ? GUARDED_PROOF_EVERY_MS : PROOF_EVERY_MS,
          sinceMs,
          onMissing,
          onLook: (snapshot) =>
            demoteStrays(context, snapshot, context.guarded === true ? 'all' : 'forgotten'),
        },
      ),
    );
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    throw notRestored('not-healed', `everything was rolled back, but ${cluster} did not converge again`, {
      why: error.why ?? error.message,
      hint: `${command('status', cluster)} # then: ${command('recover', cluster)}`,
      cause: error,
    });
  }
}
