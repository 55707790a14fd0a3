import { describe, expect, it } from 'vitest';
import type { Runtime } from '../../../src/cluster/runtime.js';
import { liveWrites, openLive } from '../../../src/faults/live-block.js';
import type { Progress } from '../../../src/model/events.js';
import type { Load } from '../../../src/workload/load.js';

const counts = (acknowledged: number, failed = 0, indeterminate = 0) => ({
  acknowledged,
  failed,
  indeterminate,
});

describe('writes per second', () => {
  it('are those of the last second, not of the whole run', () => {
    const at = liveWrites(0, 1000);
    at(counts(0), 0);
    for (let ms = 200; ms <= 2000; ms += 200) at(counts(ms), ms);
    expect(at(counts(2000), 2200).perS).toBe(800);
    for (let ms = 2400; ms < 3400; ms += 200) at(counts(2000), ms);
    expect(at(counts(2000), 3400)).toEqual({ perS: 0, dueS: 1000, errors: 0, heardMs: 2000 });
  });

  it('count what failed and what is unknown as errors', () => {
    expect(liveWrites(0, 1000)(counts(1, 2, 3), 10).errors).toBe(5);
  });
});

describe('the live block of a run', () => {
  const opened = () => {
    const events: Progress[] = [];
    const stop = new AbortController();
    const sleeps: (() => void)[] = [];
    const runtime = {
      clock: {
        now: () => 5,
        wallMs: () => 5,
        sleep: (_ms: number, signal?: AbortSignal) =>
          new Promise<void>((resolve, reject) => {
            sleeps.push(resolve);
            signal?.addEventListener('abort', () => reject(signal.reason));
          }),
        after: () => () => {},
      },
      onProgress: (event: Progress) => events.push(event),
      signal: stop.signal,
    } as Partial<Runtime> as Runtime;
    return { events, stop, sleeps, block: openLive(runtime, { title: 'a run', leftMs: null }) };
  };
  const last = (events: Progress[]) => events.at(-1);

  it('ends once, and says nothing afterwards', () => {
    const { events, block } = opened();
    block.update({ doing: 'this' });
    block.end();
    block.end();
    block.update({ doing: 'that' });
    expect(events).toHaveLength(3);
    expect(last(events)).toEqual({ type: 'live', run: null });
  });

  it('ends at an abort, so that the rollback has lines of its own', () => {
    const { events, stop } = opened();
    stop.abort();
    expect(last(events)).toEqual({ type: 'live', run: null });
  });

  it('shows no rate once the clients are told to stop', async () => {
    const { events, sleeps, block } = opened();
    let now: ReturnType<Load['counts']> = { attempted: 3, ...counts(3) };
    block.follow({ counts: () => now } as Partial<Load> as Load);
    expect(last(events)).toMatchObject({ run: { writes: { errors: 0 } } });
    now = null;
    sleeps.at(-1)?.();
    await expect.poll(() => last(events), { interval: 1 }).toMatchObject({ run: { writes: null } });
  });
});
