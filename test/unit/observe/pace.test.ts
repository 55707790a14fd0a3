import { beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.js';
import { type Pace, paceOf } from '../../../src/observe/pace.js';

/** A time that only the test moves, and the pauses that were asked for. */
let nowMs = 0;
let asked: number[] = [];
const clock: Clock = {
  ...systemClock,
  now: () => nowMs,
  after(ms) {
    asked.push(ms);
    return () => {};
  },
};

let pace: Pace;
beforeEach(() => {
  nowMs = 0;
  asked = [];
  pace = paceOf(clock);
});

/** How long a node's next pause is, in milliseconds. */
const pauseOf = (id: string, state: Parameters<Pace['pause']>[1]): number | undefined => {
  void pace.pause(id, state);
  return asked.at(-1);
};

describe('how often a node is asked', () => {
  it('is seldom while nothing happens', () => {
    expect(pauseOf('redis-1', 'answers')).toBe(25);
    expect(pauseOf('sentinel-1', 'announces')).toBe(100);
    expect(pauseOf('redis-2', 'gone')).toBe(100);
  });

  it('is often for what shows only when asked, until 1.5 s after the last change', () => {
    pace.changed();
    nowMs = 1499;
    expect(pauseOf('redis-1', 'answers')).toBe(4);
    nowMs = 1501;
    expect(pauseOf('redis-1', 'answers')).toBe(25);
  });

  it('is often for a sentinel only after an event of its own', () => {
    pace.changed();
    pace.spoke('sentinel-1');
    expect(pauseOf('sentinel-1', 'announces')).toBe(4);
    expect(pauseOf('sentinel-2', 'announces')).toBe(100);
    nowMs = 101;
    expect(pauseOf('sentinel-1', 'announces')).toBe(100);
  });

  it('is as often for a sentinel whose events are not followed as for a data node', () => {
    pace.changed();
    expect(pauseOf('sentinel-1', 'answers')).toBe(4);
  });

  it('is often for what is gone only around what sentinelctl does itself', () => {
    pace.changed();
    expect(pauseOf('redis-1', 'gone')).toBe(100);
    pace.hurry();
    expect(pauseOf('redis-1', 'gone')).toBe(4);
    nowMs = 1501;
    expect(pauseOf('redis-1', 'gone')).toBe(100);
    pace.expectReturn();
    pace.hurry();
    nowMs += 9999;
    expect(pauseOf('redis-1', 'gone')).toBe(4);
    nowMs += 2;
    expect(pauseOf('redis-1', 'gone')).toBe(100);
  });

  it('does not wait for the end of a pause where something happened', async () => {
    const one = pace.pause('redis-1', 'answers');
    pace.changed();
    await one;
    const two = pace.pause('sentinel-1', 'announces');
    pace.spoke('sentinel-1');
    await two;
    const three = pace.pause('redis-1', 'gone');
    pace.expectReturn();
    await three;
    const four = pace.pause('redis-1', 'answers');
    pace.end();
    await four;
  });
});
