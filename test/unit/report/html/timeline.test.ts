import { describe, expect, it } from 'vitest';
import type { FailoverResult, Trial } from '../../../../src/observe/result.js';
import { timelineHtml } from '../../../../src/report/html/timeline.js';
import { heldResult } from '../../../helpers/results.js';

const result = heldResult();
const [trial] = result.trials as [Trial];
const drawn = (change: Partial<Trial> = {}, more: Partial<FailoverResult> = {}): string =>
  timelineHtml({ ...trial, ...change }, 0, { ...result, ...more }, null);

/** The part of the time that each chart shows, the whole trial first. */
const ranges = (page: string): [from: number, to: number][] =>
  [...page.matchAll(/class="chart[^>]* data-from="([^"]*)" data-to="([^"]*)"/g)].map((m) => [
    Number(m[1]),
    Number(m[2]),
  ]);

describe('the close-up that is shown at first', () => {
  const { sdownMs, agreedMs } = trial.phases as { sdownMs: number; agreedMs: number };
  const back = (lastRecoveredMs: number): [number, number] => {
    const { client } = trial;
    if (client === undefined) throw new Error('no client in the fixture');
    return ranges(drawn({ client: { ...client, lastRecoveredMs } }, { fault: 'freeze' }))[1] ?? [0, 0];
  };

  it('goes from sdown to the switch, and to the clients that are back soon after it', () => {
    const [from, to] = back(agreedMs + 100);
    expect(from).toBeCloseTo(sdownMs - 0.08 * (agreedMs + 100 - sdownMs), 5);
    expect(to).toBeCloseTo(agreedMs + 100 + 0.08 * (agreedMs + 100 - sdownMs), 5);
  });

  it('ends at the switch where clients come back long after it, as after a freeze that they wait for', () => {
    const [from, to] = back(15_040);
    expect(to).toBeCloseTo(agreedMs + 0.08 * (agreedMs - sdownMs), 5);
    expect(from).toBeCloseTo(sdownMs - 0.08 * (agreedMs - sdownMs), 5);
  });

  it('has a name for each phase, which the whole trial has no room for', () => {
    const charts = drawn()
      .split(/<div class="chart/)
      .slice(1);
    const names = charts.map((chart) =>
      [...chart.matchAll(/<em class="phase-name off"[^>]*>([^<]*)</g)].map((m) => m[1]),
    );
    expect(names[0]).toEqual([]);
    expect(names[1]).toEqual([
      '! sdown',
      'odown',
      'votes',
      'elected',
      'selected',
      'writable',
      '! promoted',
      'switched',
      'agreed',
      'reattached',
    ]);
  });
});

it('the words of the fault stand above what goes through all lanes', () => {
  expect(drawn({}, { fault: 'freeze' })).toMatch(
    /<\/div><b class="fault-name" style="--at:[\d.]+%">freeze redis-1<\/b>/,
  );
});
