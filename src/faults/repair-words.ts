import { withoutSignal } from '../cluster/open.js';
import { OperatorError, withAccount } from '../errors.js';
import type { Repair, Repaired } from '../model/repair.js';
import { named } from '../model/words.js';
import type { Act, ActContext } from './act.js';
import { describeAct } from './acts/index.js';
import { placed } from './context.js';
import { masterNow } from './restored.js';

interface CutOff {
  /** What was in effect, or under way, when it ended. */
  begun: readonly { act: Act }[];
  /** Whether that was rolled back. */
  isHealed: boolean;
  /** What became of those before. */
  done: readonly Repaired[];
  /** RESETs that were answered. */
  sent: ReadonlySet<Repair>;
}

/**
 * What is to be thrown where repairs ended halfway: with what was done and stays, what was rolled back, what was not done
 * yet, and which node is the master. `again` goes on with the rest.
 */
export async function cutOff(
  context: ActContext,
  { repairs, again }: { repairs: readonly Repair[]; again: string },
  { error, ...cut }: CutOff & { error: unknown },
): Promise<unknown> {
  const master = await masterNow(withoutSignal(context.live));
  const told = withAccount(error, [
    ...accountOf(context, repairs, cut),
    master === null
      ? 'the sentinels do not agree on a master'
      : `the master is ${named({ id: master.id, ...master.announce })}`,
  ]);
  if (!(told instanceof OperatorError) || told.hint !== undefined) return told;
  const { code, message, why, exitCode, account } = told;
  return new OperatorError({ code, message, why, exitCode, account, hint: again, cause: error });
}

/**
 * What became of each repair. A RESET that was answered stays: nothing brings back what its sentinel forgot.
 * @internal Tests read it without a cluster.
 */
export function accountOf(
  context: Pick<ActContext, 'live'>,
  repairs: readonly Repair[],
  { begun, isHealed, done, sent }: CutOff,
): string[] {
  const line = (head: string, list: readonly Repair[]): string[] =>
    list.length === 0 ? [] : [`${head}: ${list.map((one) => describeRepair(context, one)).join('; ')}`];
  const current = begun.length === 0 ? [] : repairs.slice(done.length, done.length + 1);
  const resets = current.filter(({ kind }) => kind === 'reset');
  const stays = [
    ...done.flatMap(({ repair, outcome }) => (outcome === 'done' ? [repair] : [])),
    ...resets.filter((one) => sent.has(one)),
  ];
  const unanswered = resets.filter((one) => !sent.has(one));
  return [
    ...(stays.length === 0 && unanswered.length === 0 ? ['nothing was repaired'] : []),
    ...line('done, and stays', stays),
    ...line('sent without an answer, so perhaps done', unanswered),
    ...line(
      isHealed ? 'rolled back' : 'not rolled back',
      current.filter((one) => !resets.includes(one)),
    ),
    ...line('not done yet', repairs.slice(done.length + resets.length)),
  ];
}

/** Exactly what a repair does, in words. */
export function describeRepair(context: Pick<ActContext, 'live'>, repair: Repair): string {
  switch (repair.kind) {
    case 'sentinel-set':
      return `${placed(context, repair.sentinel)}: SENTINEL SET ${repair.masterName} ${repair.name} ${repair.value}`;
    case 'config-set':
      return `${placed(context, repair.node)}: CONFIG SET ${repair.name} ${repair.value}, CONFIG REWRITE`;
    case 'masterauth':
      return `${placed(context, repair.node)}: CONFIG SET masterauth ${repair.clears ? '""' : "to the cluster's password"}, CONFIG REWRITE`;
    case 'reset':
      return describeAct(context, { act: 'reset', node: repair.sentinel, masterName: repair.masterName });
  }
}
