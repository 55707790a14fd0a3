import { assess } from '../../src/checks/assess.js';
import type { Context } from '../../src/cli/context.js';
import type { Target } from '../../src/cluster/target.js';
import { ATTACHED } from '../../src/model/drivers.js';
import type { Expectation, StatusResult } from '../../src/model/status.js';
import { lookDeadlineMs } from './deadline.js';
import { storeOf } from './target.js';

/** One survey of a cluster, judged. Rejects only when aborted. */
export const statusOf = async (
  context: Context,
  target: Target,
  signal: AbortSignal,
): Promise<StatusResult> => (await surveyed(context, target, signal))(0);

/** The same, as it is at once and, if nothing changes, so many milliseconds later: what is counted from then goes on. */
export async function surveyed(
  context: Context,
  target: Target,
  signal: AbortSignal,
): Promise<(laterMs: number) => StatusResult> {
  const { surveyOf } = await import('../../src/cluster/target.js');
  const snapshot = await surveyOf(target, {
    clock: context.clock,
    deadlineMs: lookDeadlineMs(context),
    signal,
  });
  const expectation = await expectationOf(context, target);
  return (ageMs) => assess({ ...snapshot, ageMs }, expectation);
}

/** What a cluster is supposed to be, by what is written down of it. */
export async function expectationOf(context: Context, target: Target): Promise<Expectation> {
  const own = target.kind === 'own';
  const { leftUnfinished, runUnderWay } = await import('../../src/cluster/store/journal.js');
  const isNamed = own || target.record !== null;
  const unfinished = isNamed ? await leftUnfinished(storeOf(context), target.name) : null;
  const underWay = isNamed ? await runUnderWay(storeOf(context), target.name) : null;
  const { neverSeen } = await import('../../src/cluster/never-seen.js');
  const unseen = await neverSeen(storeOf(context), target);
  const { recordedNodes } = await import('../../src/cluster/recorded.js');
  const recorded = recordedNodes(target);
  return {
    cluster: target.name,
    driver: own ? target.state.plan.driver : ATTACHED,
    own,
    masterName: own ? target.state.plan.spec.masterName : target.masterName,
    // Of one that nothing is done to no command that acts is printed.
    ...(!own && target.record?.way && !target.record.readonly && { acts: target.record.way }),
    ...(unseen.length > 0 && { unseen }),
    ...(recorded.length > 0 && { recorded }),
    ...(!own && target.record?.label && { label: target.record.label }),
    ...(own ? { nodes: target.state.plan.nodes } : {}),
    ...(own && target.state.phase === 'kept' ? { kept: true as const } : {}),
    ...(unfinished === null ? {} : { unfinished }),
    ...(underWay === null ? {} : { underWay }),
    ...(!own && target.whence !== null ? { whence: target.whence } : {}),
  };
}
