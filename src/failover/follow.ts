import { PHASE_TABLE, phaseTimes } from '../observe/phases.js';
import type { PhaseId, PhaseTimes } from '../observe/result.js';
import { until } from '../until.js';
import type { TrialContext } from './context.js';

/** How often the phases are worked out, in milliseconds; what is timed carries its own time. */
const EVERY_MS = 10;

/** Waits until every phase has ended, or `waitMs` have passed; each one is said as it ends. */
export async function followFailover(
  context: TrialContext,
  faultAtMs: number,
  waitMs: number,
): Promise<PhaseTimes> {
  const { runtime, roles, observer } = context;
  const expected = PHASE_TABLE.filter((row) => row.id !== 'reattachedMs' || roles.nodes.length > 2).map(
    (row) => row.id,
  );
  const said = new Set<PhaseId>();
  const announce = (times: PhaseTimes): void => {
    for (const { id, label, closes } of PHASE_TABLE) {
      const ms = times[id];
      if (ms === null || said.has(id)) continue;
      said.add(id);
      runtime.onProgress({ type: 'step', id: 'failover', state: 'done', label: `${label} (${closes})`, ms });
      if (said.size < expected.length) wait();
    }
  };
  const wait = (): void => {
    const next = PHASE_TABLE.find((row) => expected.includes(row.id) && !said.has(row.id));
    if (next !== undefined)
      runtime.onProgress({ type: 'step', id: 'failover', state: 'start', label: `waiting: ${next.closes}` });
  };
  wait();
  const done = await until(
    () => {
      const times = phaseTimes(observer.seen, roles, faultAtMs);
      announce(times);
      return expected.every((id) => times[id] !== null) ? times : undefined;
    },
    { clock: runtime.clock, everyMs: EVERY_MS, deadlineMs: waitMs, signal: runtime.signal },
  );
  if (done !== undefined) return done;
  runtime.onProgress({
    type: 'step',
    id: 'failover',
    state: 'failed',
    label: 'gave up waiting',
    ms: runtime.clock.now() - faultAtMs,
  });
  return phaseTimes(observer.seen, roles, faultAtMs);
}
