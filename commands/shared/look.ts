import { argument } from '../../src/cli/argument.js';
import type { Context } from '../../src/cli/context.js';
import { ctlOf, requireAnswer, surveyOf, type Target } from '../../src/cluster/target.js';
import type { Snapshot } from '../../src/model/snapshot.js';
import { lookDeadlineMs } from './deadline.js';
import { targetOf } from './target.js';

/** The master that a view is about. */
export const MASTER = argument.optional('MASTER', {
  summary: 'the name of the master at the sentinels',
  complete: 'master',
});

/** Asks the cluster that the command means once; `masterName` is what an argument named, before the option. */
export async function lookAt(
  context: Context,
  masterName?: string,
): Promise<{
  target: Target;
  snapshot: Snapshot;
  masterName: string | null;
  ctl: (words: string) => string;
}> {
  const asked = masterName ?? context.globals.masterName;
  const target = await targetOf(context, asked);
  const { clock, signal } = context;
  const snapshot = await surveyOf(target, { clock, signal, deadlineMs: lookDeadlineMs(context) });
  requireAnswer(target, snapshot);
  return {
    target,
    snapshot,
    masterName: target.kind === 'own' ? target.state.plan.spec.masterName : asked,
    ctl: ctlOf(target),
  };
}
