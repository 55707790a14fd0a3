import type { Runtime } from '../cluster/runtime.js';
import type { LiveRun, LiveWrites } from '../model/live-run.js';
import type { Load } from '../workload/load.js';

/** How often the clients' counters are read, and over which time the rate is, in milliseconds. */
const SAMPLE_MS = 200;
const RATE_OVER_MS = 1000;

/** One run for a live block of the progress stream, from `openLive` to `end`. */
export interface LiveBlock {
  update(part: Partial<LiveRun>): void;
  /** Shows what the clients do, until they are stopped. */
  follow(load: Load): void;
  /** Idempotent; an abort ends it too, so that what is rolled back then has lines of its own. */
  end(): void;
}

export function openLive(runtime: Runtime, first: Pick<LiveRun, 'title' | 'leftMs'>): LiveBlock {
  const { clock, onProgress, signal } = runtime;
  const ended = new AbortController();
  let run: LiveRun = {
    ...first,
    beganMs: clock.now(),
    fault: null,
    thawedMs: null,
    limits: null,
    phase: null,
    switchedMs: null,
    doing: null,
    writes: null,
  };
  const update = (part: Partial<LiveRun>): void => {
    if (ended.signal.aborted) return;
    run = { ...run, ...part };
    onProgress({ type: 'live', run });
  };
  const end = (): void => {
    if (ended.signal.aborted) return;
    ended.abort();
    signal?.removeEventListener('abort', end);
    onProgress({ type: 'live', run: null });
  };
  const sample = async (load: Load): Promise<void> => {
    const writesOf = liveWrites(clock.now(), load.dueS);
    for (;;) {
      const counts = load.counts();
      update({ writes: counts && writesOf(counts, clock.now()) });
      if (counts === null) return;
      await clock.sleep(SAMPLE_MS, ended.signal);
    }
  };
  if (signal?.aborted === true) ended.abort();
  else {
    signal?.addEventListener('abort', end);
    update({});
  }
  return {
    update,
    end,
    follow(load) {
      // Rejects when the block ends.
      sample(load).catch(() => {});
    },
  };
}

/**
 * Turns counters into a rate and the moment of the last answer, from one sample to the next.
 * @internal Tested alone: its samples have exact times.
 */
export function liveWrites(
  beganMs: number,
  dueS: number,
): (counts: { acknowledged: number; failed: number; indeterminate: number }, nowMs: number) => LiveWrites {
  let samples: { atMs: number; acknowledged: number }[] = [];
  let heardMs = beganMs;
  return ({ acknowledged, failed, indeterminate }, nowMs) => {
    const last = samples.at(-1);
    if (last === undefined || acknowledged > last.acknowledged) heardMs = nowMs;
    const oldest = samples.findLast(({ atMs }) => atMs <= nowMs - RATE_OVER_MS) ?? samples[0];
    samples = [
      ...samples.filter((s) => oldest === undefined || s.atMs >= oldest.atMs),
      { atMs: nowMs, acknowledged },
    ];
    const overMs = oldest === undefined ? 0 : nowMs - oldest.atMs;
    const perS =
      oldest === undefined || overMs <= 0 ? 0 : ((acknowledged - oldest.acknowledged) * 1000) / overMs;
    return { perS: Math.round(perS), dueS, errors: failed + indeterminate, heardMs };
  };
}
