import { expect, it } from 'vitest';
import { type Clock, systemClock, withDeadline } from '../../src/clock.js';

/** A clock whose time passes by hand, and of which a part is waiting. */
function byHand(): { clock: Clock; pass(ms: number, idleMs: number): Promise<void> } {
  let [nowMs, idleMs] = [0, 0];
  const timers = new Set<{ atMs: number; ring: () => void }>();
  return {
    clock: {
      ...systemClock,
      now: () => nowMs,
      idleMs: () => idleMs,
      after(ms, ring) {
        const timer = { atMs: nowMs + ms, ring };
        timers.add(timer);
        return () => void timers.delete(timer);
      },
    },
    async pass(ms, waitedMs) {
      nowMs += ms;
      idleMs += waitedMs;
      for (const timer of [...timers].filter(({ atMs }) => atMs <= nowMs)) {
        timers.delete(timer);
        timer.ring();
      }
      // What a deadline rejects with comes after a turn of the event loop.
      for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** What became of a promise, as far as is known now. */
function watched(promise: Promise<unknown>): { state: string } {
  const seen = { state: 'pending' };
  promise.then(
    (value) => Object.assign(seen, { state: String(value) }),
    (error: Error) => Object.assign(seen, { state: error.message }),
  );
  return seen;
}

const late = (): Error => new Error('late');

it('a deadline counts the time in which this process waited, and not that in which it was busy', async () => {
  const { clock, pass } = byHand();
  const seen = watched(withDeadline(clock, 1500, new Promise(() => {}), late));
  await pass(1500, 300);
  expect(seen.state).toBe('pending');
  await pass(1200, 1100);
  expect(seen.state).toBe('pending');
  await pass(100, 100);
  expect(seen.state).toBe('late');
});

it('an answer that comes while it is busy is an answer', async () => {
  const { clock, pass } = byHand();
  let answer = (_: string): void => {};
  const answered = new Promise<string>((resolve) => {
    answer = resolve;
  });
  const seen = watched(withDeadline(clock, 1500, answered, late));
  await pass(4000, 10);
  answer('PONG');
  await pass(0, 0);
  expect(seen.state).toBe('PONG');
});

it('a process that is busy without end does not wait without end', async () => {
  const { clock, pass } = byHand();
  const seen = watched(withDeadline(clock, 1500, new Promise(() => {}), late));
  for (let i = 0; i < 6; i++) await pass(1500, 0);
  expect(seen.state).toBe('pending');
  await pass(1500, 0);
  expect(seen.state).toBe('late');
});
