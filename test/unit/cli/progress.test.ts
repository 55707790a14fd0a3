import { describe, expect, it } from 'vitest';
import { type ProgressReader, progressReader } from '../../../src/cli/progress.js';
import { safeStream } from '../../../src/cli/streams.js';
import type { Clock } from '../../../src/clock.js';
import { MemoryOutput } from '../../helpers/world.js';

/** A clock whose sleepers wake when `ring` is called. */
function handClock(): Clock & { ring(): void; sleeping(): number } {
  const sleepers = new Set<() => void>();
  return {
    now: () => 0,
    wallMs: () => 0,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.add(resolve);
        signal?.addEventListener('abort', () => {
          sleepers.delete(resolve);
          reject(signal.reason);
        });
      }),
    after: () => () => {},
    ring: () => {
      for (const wake of [...sleepers]) wake();
      sleepers.clear();
    },
    sleeping: () => sleepers.size,
  };
}

function reader(options: { tty: boolean; quiet?: boolean; columns?: number }): {
  reader: ProgressReader;
  stream: MemoryOutput;
  clock: ReturnType<typeof handClock>;
} {
  const stream = new MemoryOutput(options.tty);
  const clock = handClock();
  const { quiet = false, columns = 80 } = options;
  return {
    reader: progressReader({
      stream,
      out: safeStream(stream),
      clock,
      color: false,
      columns: () => columns,
      rows: () => 24,
      quiet,
      live: true,
      takeKeys: () => () => {},
    }),
    stream,
    clock,
  };
}

const start = (id: string, label = id) => ({ type: 'step', id, state: 'start', label }) as const;
const done = (id: string, ms = 84) => ({ type: 'step', id, state: 'done', label: id, ms }) as const;

describe('progress off a terminal', () => {
  it('is a plain line for what ended, and for notes', () => {
    const { reader: r, stream } = reader({ tty: false });
    r.on(start('network'));
    r.on(done('network'));
    r.on({ ...done('switched', 5100), since: 'the fault' });
    r.on({ ...done('switched', 14_670), state: 'failed', label: 'the master recovered', since: 'the fault' });
    r.on({ type: 'step', id: 'x', state: 'failed', label: 'x', ms: 2500 });
    r.on({ type: 'step', id: 'y', state: 'failed', label: 'y', ms: 2500, interrupted: true });
    r.on({ type: 'note', level: 'info', text: 'process: no engine answers' });
    r.close();
    expect(stream.text).toBe(
      'network … 84 ms\nswitched … 5.10 s after the fault\nthe master recovered … 14.67 s after the fault\nx … failed after 2.50 s\ny … ended after 2.50 s\nnote: process: no engine answers\n',
    );
  });

  it('is nothing with quiet, but what is said is said', () => {
    const { reader: r, stream } = reader({ tty: false, quiet: true });
    r.on(start('network'));
    r.on(done('network'));
    r.on({ type: 'note', level: 'warning', text: 'beware' });
    r.say('Interrupted');
    expect(stream.text).toBe('Interrupted\n');
  });
});

describe('progress on a terminal', () => {
  it('shows the label at once, then replaces it by the finished line', () => {
    const { reader: r, stream, clock } = reader({ tty: true });
    r.on(start('network'));
    expect(stream.text).toBe('  network …');
    r.on(done('network'));
    expect(stream.text).toBe('  network …\r\x1b[2K  network  84 ms\n');
    expect(clock.sleeping()).toBe(0);
  });

  it('ticks what is done, and only that: a step of it stands back', () => {
    const { reader: r, stream } = reader({ tty: true });
    r.on(start('heal'));
    r.on({ type: 'note', level: 'done', text: 'injected: SIGKILL to redis-2' });
    r.on(done('heal'));
    r.close();
    expect(stream.text.match(/✔ .*/g)).toEqual(['✔ injected: SIGKILL to redis-2']);
  });

  it('spins only for what lasts, and leaves the line and the cursor clean', async () => {
    const { reader: r, stream, clock } = reader({ tty: true });
    r.on(start('slow'));
    clock.ring();
    await expect.poll(() => stream.text, { interval: 5, timeout: 50_000 }).toMatch(/⠋/);
    r.on(done('slow', 1200));
    r.close();
    expect(stream.text).toMatch(/\n? {2}slow {2}1\.20 s\n$/);
    expect(stream.text.lastIndexOf('\x1b[?25h')).toBeGreaterThan(stream.text.lastIndexOf('\x1b[?25l'));
  });

  it('goes on showing what is still running', () => {
    const { reader: r, stream } = reader({ tty: true });
    r.on(start('one'));
    r.on(start('two'));
    r.on(done('two'));
    expect(stream.text).toMatch(/ {2}two {2}84 ms\n {2}one …$/);
    r.close();
    expect(stream.text.endsWith('\r\x1b[2K')).toBe(true);
  });

  it('a label never wraps', () => {
    const { reader: r, stream } = reader({ tty: true, columns: 20 });
    r.on(start('x'.repeat(50)));
    expect(stream.text.length).toBeLessThan(20);
  });
});
