import { describe, expect, it } from 'vitest';
import { progressReader } from '../../../src/cli/progress.js';
import { safeStream } from '../../../src/cli/streams.js';
import type { Clock } from '../../../src/clock.js';
import type { LiveRun } from '../../../src/model/live-run.js';
import { MemoryOutput } from '../../helpers/world.js';

const RUN: LiveRun = {
  title: 'trial 1 of 2',
  beganMs: 0,
  leftMs: null,
  fault: null,
  thawedMs: null,
  limits: null,
  phase: null,
  switchedMs: null,
  doing: null,
  writes: null,
};
const start = { type: 'step', id: 'a', state: 'start', label: 'waiting' } as const;
const done = { type: 'step', id: 'a', state: 'done', label: 'waited', ms: 5 } as const;
const result = { type: 'result', title: 'trial 1 of 2', verdict: 'unknown', text: 'interrupted' } as const;

/** A clock that stands still until `tick`. */
function handClock(): Clock & { tick(ms: number): void } {
  const sleepers = new Set<() => void>();
  let now = 0;
  return {
    now: () => now,
    wallMs: () => now,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.add(resolve);
        signal?.addEventListener('abort', () => {
          sleepers.delete(resolve);
          reject(signal.reason);
        });
      }),
    after: () => () => {},
    tick(ms) {
      now += ms;
      for (const wake of [...sleepers]) wake();
      sleepers.clear();
    },
  };
}

function opened({ tty = true, live = true, columns = 80, color = false } = {}) {
  const stream = new MemoryOutput(tty);
  const clock = handClock();
  const writes: string[] = [];
  const out = safeStream(stream);
  const counted = {
    get closed() {
      return out.closed;
    },
    write(text: string) {
      writes.push(text);
      return out.write(text);
    },
  };
  const size = { columns };
  const keys = { taken: 0 };
  const reader = progressReader({
    stream,
    out: counted,
    clock,
    color,
    columns: () => size.columns,
    rows: () => 24,
    quiet: false,
    live,
    takeKeys: () => {
      keys.taken += 1;
      return () => {
        keys.taken -= 1;
      };
    },
  });
  const shows = (text: string) =>
    expect.poll(() => stream.text, { interval: 2, timeout: 50_000 }).toContain(text);
  return { reader, stream, clock, writes, size, keys, shows };
}

describe('a live block on a terminal', () => {
  it('is drawn in one write per frame, in its place, and not at all where nothing changed', async () => {
    const { reader, clock, writes, shows } = opened();
    reader.on({ type: 'live', run: RUN });
    reader.on(start);
    await shows('… waiting');
    expect(writes).toEqual(['\x1b[?25ltrial 1 of 2  0.0 s\x1b[K\n… waiting\x1b[J\r']);
    clock.tick(0);
    clock.tick(100);
    await shows('0.1 s');
    expect(writes).toHaveLength(2);
    expect(writes[1]).toBe('\r\x1b[1Atrial 1 of 2  0.1 s\x1b[K\n… waiting\x1b[J\r');
  });

  it('leaves no line for steps and notes, and one for warnings and for a result, above itself', async () => {
    const { reader, stream, shows } = opened();
    reader.on({ type: 'live', run: RUN });
    reader.on(start);
    await shows('waiting');
    reader.on({ type: 'note', level: 'info', text: 'a detail' });
    reader.on(done);
    expect(stream.text).not.toContain('a detail');
    expect(stream.text).not.toContain('waited');
    reader.on({ type: 'note', level: 'warning', text: 'beware' });
    expect(stream.text.endsWith('\x1b[J\x1b[?25hwarning: beware\n')).toBe(true);
    reader.on({ type: 'live', run: null });
    reader.on(result);
    expect(stream.text.endsWith('trial 1 of 2  UNKNOWN  interrupted\n')).toBe(true);
  });

  it('closing it removes it, shows the cursor again and draws nothing afterwards', async () => {
    const { reader, stream, clock, writes, keys, shows } = opened();
    reader.on({ type: 'live', run: RUN });
    await shows('trial 1 of 2');
    expect(keys.taken).toBe(1);
    // For a question, and for output, the keys are the terminal's again.
    reader.clear();
    expect(keys.taken).toBe(0);
    // A frame is left out while an earlier write is under way.
    const nextFrame = (): number => {
      clock.tick(100);
      return keys.taken;
    };
    await expect.poll(nextFrame, { interval: 2 }).toBe(1);
    reader.close();
    expect(keys.taken).toBe(0);
    expect(writes.at(-1)).toBe('\r\x1b[J\x1b[?25h');
    clock.tick(100);
    reader.on({ type: 'live', run: null });
    expect(writes.at(-1)).toBe('\r\x1b[J\x1b[?25h');
    expect(stream.text.lastIndexOf('\x1b[?25h')).toBeGreaterThan(stream.text.lastIndexOf('\x1b[?25l'));
  });

  it('a terminal that became narrower has broken its lines: all of their rows are removed', async () => {
    const { reader, clock, size, writes, shows } = opened();
    reader.on({ type: 'live', run: { ...RUN, title: 't'.repeat(40) } });
    reader.on(start);
    await shows('waiting');
    size.columns = 20;
    clock.tick(100);
    await expect.poll(() => writes.length, { interval: 2 }).toBe(2);
    // 47 columns in rows of 20 are 3 rows, the last line is one.
    expect(writes[1]?.startsWith('\r\x1b[3A')).toBe(true);
  });

  it('colours take no columns', async () => {
    const { reader, clock, writes, shows } = opened({ color: true, columns: 20 });
    reader.on({ type: 'live', run: { ...RUN, title: 't'.repeat(40) } });
    reader.on(start);
    await shows('waiting');
    clock.tick(100);
    reader.on({ ...start, label: 'still waiting' });
    clock.tick(100);
    await shows('still waiting');
    expect(writes.at(-1)?.startsWith('\r\x1b[1A')).toBe(true);
  });

  it('a step that begins after it is the first thing that moves again', async () => {
    const { reader, stream, shows } = opened();
    reader.on({ type: 'live', run: RUN });
    reader.on(start);
    await shows('waiting');
    reader.on({ type: 'live', run: null });
    reader.on({ type: 'step', id: 'heal', state: 'start', label: 'rolling back' });
    reader.on({ type: 'step', id: 'heal', state: 'done', label: 'rolling back', ms: 3 });
    expect(stream.text).toMatch(/ {2}rolling back {2}3 ms\n$/);
  });
});

describe('without a block', () => {
  it.each([
    ['off a terminal', { tty: false }],
    ['with --verbose, off a terminal', { tty: false, live: false }],
  ])('%s each step is a line without escape codes', (_, options) => {
    const { reader, stream } = opened(options);
    reader.on({ type: 'live', run: RUN });
    reader.on({ type: 'note', level: 'info', text: 'a detail' });
    reader.on(start);
    reader.on({ ...start, missing: ['redis-1 does not answer'] });
    reader.on(done);
    reader.on({ type: 'live', run: null });
    reader.on(result);
    expect(stream.text).toBe('note: a detail\nwaited … 5 ms\ntrial 1 of 2  UNKNOWN  interrupted\n');
  });

  it('on a terminal the moving line says what is still missing', () => {
    const { reader, stream } = opened({ live: false });
    reader.on({ type: 'live', run: RUN });
    reader.on({ ...start, missing: ['redis-1 does not answer', 'redis-2 loads'] });
    expect(stream.text).toContain('waiting: redis-1 does not answer (1 more) …');
    reader.on(done);
    expect(stream.text).toMatch(/ {2}waited {2}5 ms\n$/);
  });
});
