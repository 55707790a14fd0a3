import type { Act, ActContext, ActHandler, ActKind } from '../act.js';
import { block } from './block.js';
import { busy } from './busy.js';
import { clientPause } from './client-pause.js';
import { config } from './config.js';
import { end } from './end.js';
import { failSaves } from './fail-saves.js';
import { follow } from './follow.js';
import { pause } from './pause.js';
import { reset } from './reset.js';
import { sentinelDebug } from './sentinel-debug.js';
import { sentinelSet } from './sentinel-set.js';
import { simulate } from './simulate.js';
import { slow } from './slow.js';
import { switchover } from './switchover.js';

/** How each kind of act is done and rolled back. */
const HANDLERS: { [K in ActKind]: ActHandler<Extract<Act, { act: K }>> } = {
  end,
  pause,
  block,
  slow,
  config,
  'sentinel-set': sentinelSet,
  'sentinel-debug': sentinelDebug,
  reset,
  'client-pause': clientPause,
  follow,
  busy,
  simulate,
  switchover,
  'fail-saves': failSaves,
};

/** The actor of an act. Throws TypeError for a kind that this version does not know. */
export function handlerOf<A extends Act>(act: A): ActHandler<A> {
  if (!Object.hasOwn(HANDLERS, act.act)) throw new TypeError(`no act is called ${JSON.stringify(act.act)}`);
  return HANDLERS[act.act] as unknown as ActHandler<A>;
}

/** Exactly what an act does, in words. */
export const describeAct = (context: Pick<ActContext, 'live'>, act: Act): string =>
  handlerOf(act).describe(context, act);

/** What a person reads of acts before they are done: each one, and how it is rolled back. */
export function describeActs(
  context: Pick<ActContext, 'live'>,
  acts: readonly Act[],
): { does: string; undo: string }[] {
  return acts.map((act) => ({
    does: handlerOf(act).describe(context, act),
    undo: handlerOf(act).describeUndo(context, act),
  }));
}
