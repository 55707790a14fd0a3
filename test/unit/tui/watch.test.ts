import { describe, expect, it } from 'vitest';
import { interrupted } from '../../../src/cli/interrupts.js';
import { type Clock, systemClock } from '../../../src/clock.js';
import { OperatorError, unknownOutcome } from '../../../src/errors.js';
import { watch } from '../../../src/tui/watch.js';
import { fakeScreen, key } from '../../helpers/fake-screen.js';

const forever = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

describe('watching', () => {
  it('never has two looks at the same time, also where one takes longer than the interval', async () => {
    const screen = fakeScreen();
    let looking = 0;
    let most = 0;
    let looks = 0;
    const end = await watch({
      clock: systemClock,
      everyMs: 1,
      signal: new AbortController().signal,
      screen,
      async look() {
        looking += 1;
        most = Math.max(most, looking);
        await systemClock.sleep(5);
        looking -= 1;
        looks += 1;
        return looks;
      },
      async show(seen) {
        if (seen === 5) screen.happens(key('q'));
      },
    });
    expect(end).toBe('left');
    expect(most).toBe(1);
    expect(screen.listeners()).toBe(0);
  });

  it('waits from the start of one look to the start of the next', async () => {
    const screen = fakeScreen();
    const slept: number[] = [];
    let now = 0;
    const clock: Clock = {
      now: () => now,
      wallMs: () => now,
      sleep: async (ms) => {
        slept.push(ms);
        now += ms;
      },
      after: () => () => {},
    };
    const takes = [30, 200, 0];
    await watch({
      clock,
      everyMs: 100,
      signal: new AbortController().signal,
      screen,
      look: async () => {
        now += takes[slept.length] ?? 0;
        return slept.length;
      },
      show: async (n) => {
        if (n === 2) screen.happens(key('q'));
      },
    }).catch(() => {});
    expect(slept.slice(0, 2)).toEqual([70, 0]);
  });

  it('shows the same look again each tick, without another one, also while one is under way', async () => {
    const screen = fakeScreen();
    const shown: string[] = [];
    let looks = 0;
    const end = await watch({
      clock: systemClock,
      everyMs: 1,
      tickMs: 1,
      signal: new AbortController().signal,
      screen,
      look: async (signal) => (looks === 0 ? `look ${++looks}` : forever(signal)),
      show: async (seen) => {
        shown.push(seen);
        if (shown.length === 3) screen.happens(key('q'));
      },
    });
    expect(end).toBe('left');
    expect(shown).toEqual(['look 1', 'look 1', 'look 1']);
  });

  it.each([
    ['q', key('q'), 'left'],
    ['Esc', key('escape'), 'left'],
    ['Ctrl-C', key('c', true), 'interrupted'],
    ['a terminal that is gone', { type: 'end' }, 'interrupted'],
  ] as const)('%s ends a look that is under way', async (_, event, expected) => {
    const screen = fakeScreen();
    const end = watch({
      clock: systemClock,
      everyMs: 1000,
      signal: new AbortController().signal,
      screen,
      look: (signal) => {
        const never = forever(signal);
        screen.happens(event);
        return never;
      },
      show: () => Promise.resolve(),
    });
    expect(await end).toBe(expected);
  });

  it('other keys do nothing, and a window of another size shows the same look again', async () => {
    const screen = fakeScreen();
    const shown: string[] = [];
    let looks = 0;
    const end = watch({
      clock: systemClock,
      everyMs: 60_000,
      signal: new AbortController().signal,
      screen,
      look: async () => `look ${++looks}`,
      show: async (seen) => {
        shown.push(seen);
        if (shown.length > 1) screen.happens(key('q'));
        else queueMicrotask(() => [key('x'), key('c'), { type: 'resize' } as const].forEach(screen.happens));
      },
    });
    expect(await end).toBe('left');
    expect(shown).toEqual(['look 1', 'look 1']);
  });

  it.each([
    ['Ctrl-C', interrupted(), 'interrupted'],
    ['the end of --timeout', unknownOutcome('timeout', 'not finished after 1s'), 'left'],
  ] as const)('ends by %s from outside', async (_, reason, expected) => {
    const outside = new AbortController();
    const end = watch({
      clock: systemClock,
      everyMs: 1000,
      signal: outside.signal,
      screen: null,
      look: (signal) => {
        const never = forever(signal);
        outside.abort(reason);
        return never;
      },
      show: () => Promise.resolve(),
    });
    expect(await end).toBe(expected);
  });

  it('rejects with what else ends it: a signal, a look that breaks, an output that is gone', async () => {
    const terminated = new OperatorError({ code: 'terminated', message: 'ended by SIGTERM', exitCode: 143 });
    const ended = AbortSignal.abort(terminated);
    const base = { clock: systemClock, everyMs: 1, screen: null, show: () => Promise.resolve() };
    await expect(watch({ ...base, signal: ended, look: async () => 1 })).rejects.toBe(terminated);
    const signal = new AbortController().signal;
    const broken = new Error('broken');
    await expect(watch({ ...base, signal, look: () => Promise.reject(broken) })).rejects.toBe(broken);
    const show = (): Promise<void> => Promise.reject(broken);
    await expect(watch({ ...base, signal, look: async () => 1, show })).rejects.toBe(broken);
  });
});
