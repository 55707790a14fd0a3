import { surveyPlan } from '../cluster/ask.js';
import type { BringUp } from '../cluster/bring-up.js';
import { type Engine, step } from '../cluster/engine.js';
import { assess } from '../model/agreement.js';
import { changesBetween } from '../model/changes.js';
import { formatDurationMs } from '../model/duration.js';
import type { StatusResult } from '../model/status.js';
import { until } from '../until.js';

const LOOK_EVERY_MS = 200;

/**
 * Looks at the cluster for so long and tells what changes; answers it, in milliseconds from the beginning. Throws the
 * signal's reason.
 */
export async function showUntil(
  engine: Engine,
  up: BringUp,
  forMs: number,
): Promise<{ atMs: number; message: string }[]> {
  const { clock, onProgress, signal } = engine;
  const startedAt = clock.now();
  const seen: { atMs: number; message: string }[] = [];
  let before: StatusResult | undefined;
  const look = async (): Promise<undefined> => {
    const now = await statusOf(up);
    for (const { message } of before === undefined ? [] : changesBetween(before, now)) {
      const atMs = Math.round(clock.now() - startedAt);
      seen.push({ atMs, message });
      onProgress({ type: 'note', level: 'info', text: `${formatDurationMs(atMs)}: ${message}` });
    }
    before = now;
  };
  await step(engine, 'inject', `in effect for ${formatDurationMs(forMs)}`, () =>
    until(look, { clock, everyMs: LOOK_EVERY_MS, deadlineMs: forMs, signal }),
  );
  return seen;
}

async function statusOf({ plan, asking }: BringUp): Promise<StatusResult> {
  const { cluster, masterName } = plan.spec;
  const deadlineMs = Math.min(asking.deadlineMs, 500);
  const snapshot = await surveyPlan(plan, { ...asking, deadlineMs });
  return assess(snapshot, { cluster, driver: plan.driver, own: true, masterName, nodes: plan.nodes });
}
