import { assess } from '../checks/assess.js';
import { surveyPlan } from '../cluster/ask.js';
import type { LiveCluster } from '../cluster/open.js';
import type { Runtime } from '../cluster/runtime.js';
import { changesBetween } from '../model/changes.js';
import { humanDurationMs } from '../model/duration.js';
import { driverWord } from '../model/plan.js';
import type { Snapshot } from '../model/snapshot.js';
import type { StatusResult } from '../model/status.js';
import { until } from '../until.js';

const LOOK_EVERY_MS = 200;
/** Deadline of one question, in milliseconds: a silent node must not hold up the news of the others. */
const LOOK_DEADLINE_MS = 500;

/** What changed, milliseconds after `showWhile` was called. */
export interface Seen {
  atMs: number;
  message: string;
}

/**
 * Looks at the cluster while `work` goes on, and once more after it, and tells what is different from `before` on, in `seen` too.
 * Nothing that a look meets ends the work. Throws what `work` throws.
 */
export async function showWhile(
  runtime: Runtime,
  live: LiveCluster,
  before: Snapshot,
  work: () => Promise<unknown>,
  seen: Seen[],
): Promise<void> {
  const { clock, onProgress } = runtime;
  const startedAt = clock.now();
  let last = statusOf(live, before);
  const look = async (): Promise<undefined> => {
    const asking = {
      ...live.asking,
      deadlineMs: Math.min(live.asking.deadlineMs, LOOK_DEADLINE_MS),
      signal: undefined,
    };
    const now = statusOf(live, await surveyPlan(live.plan, asking));
    const atMs = Math.round(clock.now() - startedAt);
    for (const { message } of changesBetween(last, now)) {
      seen.push({ atMs, message });
      onProgress({ type: 'note', level: 'info', text: `${humanDurationMs(atMs)}: ${message}` });
    }
    last = now;
  };
  const ended = new AbortController();
  const looking = until(look, {
    clock,
    everyMs: LOOK_EVERY_MS,
    deadlineMs: Number.POSITIVE_INFINITY,
    signal: ended.signal,
  }).catch(() => undefined);
  try {
    await work();
  } finally {
    ended.abort();
    await looking;
  }
  await look();
}

function statusOf({ plan }: LiveCluster, snapshot: Snapshot): StatusResult {
  const { cluster, masterName } = plan.spec;
  return assess(snapshot, {
    cluster,
    driver: driverWord(plan),
    own: plan.attached !== true,
    masterName,
    nodes: plan.nodes,
  });
}
