import { type Clock, withDeadline } from '../clock.js';
import { messageOf, notRestored, type OperatorError, refused } from '../errors.js';
import { sameAddress } from '../model/address.js';
import { command } from '../model/hints.js';
import { switchoverBudgetMs } from '../model/sentinel-timing.js';
import type { SwitchoverStep } from '../observe/switchover-result.js';
import { parseMasterAddress, parseRole } from '../wire/replies.js';
import { transaction } from '../wire/transaction.js';
import type { Guarding } from './guard-process.js';
import { type Links, type Move, promote, putBack, replicaOf, sendTurn, unpause } from './moves.js';

/** How often the target is asked for its offset, in milliseconds. */
const LOOK_EVERY_MS = 1;

/** The master moved. Moments are on the run's clock, in milliseconds. */
export interface Moved {
  startedAtMs: number;
  /** When the old master's clients were told to look for the master again. */
  turnAtMs: number;
  /** When the first sentinel named the new master. */
  switchedAtMs: number;
  /** What the old master wrote after the comparison, in bytes; null where its demotion was not answered. */
  slipBytes: number | null;
  steps: SwitchoverStep[];
}

/** What the direct method works with. */
export interface MoveContext {
  clock: Clock;
  cluster: string;
  links: Links;
  move: Move;
  guard: Guarding;
}

/**
 * Pause, compare, promote, and then in one turn demote, tell the sentinels, and repoint the rest. Throws
 * `switchover-aborted` (3) where everything is as it was, `switchover-unfinished` (4) where it could not be put back.
 */
export async function direct(context: MoveContext): Promise<Moved> {
  const { clock, links, move } = context;
  const startedAtMs = clock.now();
  const { steps, did } = stepsFrom(clock, startedAtMs);
  const { master, target } = move;

  context.guard.hold();
  const goal = await holdWrites(context);
  did('paused', `${master.id} holds writes back`);

  await catchUp(context, goal, startedAtMs);
  did('equal', `${target.id} has everything that ${master.id} has`);

  context.guard.arm(startedAtMs + move.pauseMs);
  await promoteTarget(context, startedAtMs);
  did('promoted', `${target.id} is a master`);

  const sent = sendTurn(links, move);
  const turnAtMs = clock.now();
  let switchedAtMs: number | null = null;
  const named = sent.told.map(async ({ id, names }) => {
    const address = parseMasterAddress(await names);
    if (!sameAddress(address, move.targetAddress)) throw new Error(`${id} names another master`);
    switchedAtMs ??= clock.now();
    did(`told ${id}`, `${id} names ${target.id}`);
  });
  const demoted = sent.demoted.then((role) => {
    did('demoted', `${master.id} follows ${target.id}, and its clients look for the master again`);
    return parseRole(role).offset;
  });
  const followed = sent.followed.map((one, i) =>
    one.then(() => did(`followed ${links.others[i]?.id}`, `${links.others[i]?.id} follows ${target.id}`)),
  );
  const [ended, ...told] = await Promise.allSettled([demoted, ...named]);
  await Promise.allSettled(followed);
  if (switchedAtMs === null) {
    const why = told.map((one) => (one.status === 'rejected' ? messageOf(one.reason) : '')).join('\n');
    return rollBack(context, 'hello', 'no sentinel took the new master', why);
  }
  await context.guard.disarm();
  const offset = ended.status === 'fulfilled' ? ended.value : null;
  return {
    startedAtMs,
    turnAtMs,
    switchedAtMs,
    slipBytes: offset === null ? null : offset - goal,
    steps: steps.toSorted((a, b) => a.atMs - b.atMs),
  };
}

/** What was done, each with its moment. */
export function stepsFrom(
  clock: Clock,
  startedAtMs: number,
): { steps: SwitchoverStep[]; did(id: string, label: string, atMs?: number): void } {
  const steps: SwitchoverStep[] = [];
  return {
    steps,
    did: (id, label, atMs = clock.now()) => {
      steps.push({ id, label, atMs: Math.round((atMs - startedAtMs) * 10) / 10 });
    },
  };
}

/** Answers with the last offset of the master. */
export async function holdWrites({ cluster, links, move, guard }: MoveContext): Promise<number> {
  try {
    const [, role] = await transaction(links.master, [['CLIENT', 'PAUSE', move.pauseMs, 'WRITE'], ['ROLE']]);
    const { role: is, offset } = parseRole(role);
    if (is !== 'master' || offset === null) throw new Error(`${move.master.id} is no longer a master`);
    return offset;
  } catch (error) {
    await Promise.allSettled([unpause(links), guard.disarm()]);
    throw aborted(cluster, 'pause', `${move.master.id} did not hold writes back`, messageOf(error));
  }
}

export async function catchUp(
  { clock, cluster, links, move, guard }: MoveContext,
  goal: number,
  startedAtMs: number,
): Promise<void> {
  const budgetMs = switchoverBudgetMs(move.pauseMs);
  const endMs = startedAtMs + budgetMs;
  const { target } = move;
  let why = '';
  try {
    for (;;) {
      const asked = links.target.call('ROLE');
      const late = (): Error => new Error(`${target.id} did not answer`);
      const { offset } = parseRole(await withDeadline(clock, Math.max(1, endMs - clock.now()), asked, late));
      if ((offset ?? -1) >= goal) return;
      if (clock.now() >= endMs) {
        why = `${target.id} is ${goal - (offset ?? 0)} bytes behind after ${budgetMs} ms`;
        break;
      }
      await clock.sleep(LOOK_EVERY_MS);
    }
  } catch (error) {
    why = messageOf(error);
  }
  await Promise.allSettled([unpause(links), guard.disarm()]);
  throw aborted(cluster, 'catch-up', `${target.id} did not catch up within the pause`, why);
}

async function promoteTarget(context: MoveContext, startedAtMs: number): Promise<void> {
  const { clock, links, move } = context;
  // What is left of the pause is for the turn.
  const leftMs = Math.max(1, startedAtMs + (move.pauseMs * 3) / 5 - clock.now());
  const late = (): Error => new Error(`${move.target.id} did not answer within ${Math.round(leftMs)} ms`);
  try {
    await withDeadline(clock, leftMs, promote(links), late);
    if (clock.now() > startedAtMs + move.pauseMs * 0.9) throw new Error('the pause is nearly over');
  } catch (error) {
    // It may have seen the promotion that this process has not.
    if (!(await context.guard.disarm())) return;
    // Behind the promotion on the same connection: whenever that is carried out, this is too.
    const back = links.target.call(...replicaOf(move.masterAddress));
    await Promise.allSettled([unpause(links), back]);
    throw aborted(
      context.cluster,
      'promotion',
      `${move.target.id} did not become a master`,
      messageOf(error),
    );
  }
}

async function rollBack(context: MoveContext, step: string, what: string, why: string): Promise<never> {
  const { cluster, links, move, guard } = context;
  const isOurs = await guard.disarm();
  try {
    if (!isOurs) throw new Error('the guard has begun to finish it');
    await putBack(links, move, context.clock);
  } catch (error) {
    throw notRestored('switchover-unfinished', `${what}, and not every role could be put back`, {
      why: `${why}\n${messageOf(error)}`,
      hint: command('recover', cluster),
      cause: error,
    });
  }
  throw aborted(cluster, step, what, why);
}

export const aborted = (cluster: string, step: string, what: string, why: string): OperatorError =>
  refused(
    'switchover-aborted',
    `the switchover was given up at the step "${step}": ${what}; everything is as it was`,
    {
      why,
      hint: command('status', cluster),
    },
  );
