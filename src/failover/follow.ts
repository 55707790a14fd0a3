import type { FaultRun } from '../faults/conduct.js';
import type { LiveBlock } from '../faults/live-block.js';
import { humanDurationMs } from '../model/duration.js';
import { endsBeforeOdown, pingPeriodMs } from '../model/sentinel-timing.js';
import { notAgreed } from '../observe/not-agreed.js';
import { newMasterOf, PHASE_TABLE, phaseTimes } from '../observe/phases.js';
import type { PhaseId, PhaseTimes } from '../observe/result.js';
import { until } from '../until.js';
import type { Fault, Thaw } from './fault.js';

/** How often the phases are computed, in milliseconds; each carries the time of what was observed. */
const EVERY_MS = 10;

/** Its times count from the fault, not from the start of a step. */
const STEP = { type: 'step', id: 'failover', since: 'the fault' } as const;

/**
 * Waits until every phase has ended, `waitMs` have passed, or the master recovered before it could be called down;
 * each phase is announced when it ends. Answers why nothing was tested; null where the failover was.
 */
export async function followFailover(
  run: FaultRun,
  fault: Fault,
  waitMs: number,
  block: LiveBlock,
): Promise<string | null> {
  const { runtime, roles, observer } = run;
  const { clock } = runtime;
  const expected = PHASE_TABLE.filter((row) => row.id !== 'reattachedMs' || roles.nodes.length > 2).map(
    (row) => row.id,
  );
  const said = new Set<PhaseId>();
  const announce = (times: PhaseTimes): void => {
    for (const { id, label, closes } of PHASE_TABLE) {
      const ms = times[id];
      if (ms === null || said.has(id)) continue;
      said.add(id);
      runtime.onProgress({ ...STEP, state: 'done', label: `${label} (${closes})`, ms });
      block.update({ phase: { label, ms }, switchedMs: times.switchedMs });
      if (said.size < expected.length) wait();
    }
  };
  let shown = '';
  const wait = (): void => {
    const next = PHASE_TABLE.find((row) => expected.includes(row.id) && !said.has(row.id));
    if (next === undefined) return;
    const label = `waiting: ${next.label}`;
    const missing = said.has('switchedMs') ? notAgreedNow(run, fault) : [];
    const now = [label, ...missing].join('\n');
    if (now !== shown)
      runtime.onProgress({
        type: 'step',
        id: 'failover',
        state: 'start',
        label,
        closes: next.closes,
        ...(missing.length > 0 && { missing }),
      });
    shown = now;
  };
  let thawed: Thaw | null = null;
  // A failure of the thaw is thrown where the thaw is awaited.
  void fault.thaw?.then(
    (at) => {
      thawed = at;
      if (at !== null) block.update({ thawedMs: at.toMs });
    },
    () => {},
  );
  wait();
  const ended = await until(
    () => {
      const times = phaseTimes(observer.seen, roles, fault.atMs);
      announce(times);
      if (expected.every((id) => times[id] !== null)) return { untested: null };
      if (times.switchedMs !== null) wait();
      const untested = times.odownMs === null ? recoveredEarly(run, fault, thawed) : null;
      return untested === null ? undefined : { untested };
    },
    { clock, everyMs: EVERY_MS, deadlineMs: waitMs, signal: runtime.signal },
  );
  if (ended?.untested === null) return null;
  const ms = clock.now() - fault.atMs;
  const label =
    ended === undefined ? 'gave up waiting' : 'the master recovered before a quorum marked it down';
  runtime.onProgress({ ...STEP, state: 'failed', label, ms });
  return ended?.untested ?? null;
}

function notAgreedNow({ observer, roles, runtime }: FaultRun, fault: Fault): string[] {
  const newMaster = newMasterOf(
    observer.seen.filter((o) => o.atMs >= fault.atMs),
    roles,
  );
  return newMaster === null
    ? []
    : notAgreed({ seen: observer.seen, nowMs: runtime.clock.now() }, roles, newMaster);
}

/**
 * The sentence for a master that thawed before a quorum could call it down; null for one that stayed frozen longer, or
 * whose thaw is so recent that a verdict may still be on its way.
 */
function recoveredEarly({ runtime, roles }: FaultRun, fault: Fault, thaw: Thaw | null): string | null {
  if (thaw === null) return null;
  const { downAfterMs, earliestDownAfterMs } = roles.settings;
  const downAfter = `down-after ${humanDurationMs(downAfterMs)}${earliestDownAfterMs === undefined ? '' : ' of a quorum'}`;
  const frozenMs = thaw.fromMs - fault.atMs;
  if (!endsBeforeOdown(frozenMs, roles.settings)) return null;
  if (runtime.clock.now() - thaw.toMs < pingPeriodMs(downAfterMs)) return null;
  const after = `thawed after ${humanDurationMs(frozenMs)}`;
  return frozenMs < downAfterMs
    ? `${after}, before ${downAfter} had passed; nothing was tested`
    : `${after}, before a quorum could call the master down (${downAfter} and a ping period); nothing was tested`;
}
