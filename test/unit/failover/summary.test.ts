import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/failover/judge.js';
import { summarize } from '../../../src/failover/summary.js';
import { parseThreshold } from '../../../src/failover/thresholds.js';
import { randomOf } from '../../../src/model/random.js';
import { METRICS } from '../../../src/observe/metrics.js';
import { client, ledger, nothingCame, trial } from '../../helpers/trials.js';

const switched = (...times: number[]) => times.map((ms) => trial({ phases: { switchedMs: ms } }));

describe('a summary', () => {
  it('is the order statistics of what was measured', () => {
    const { switchedMs } = summarize(switched(6300.5, 6100.1, 6200.2, 9000.9, 6150));
    expect(switchedMs).toEqual({ n: 5, p50: 6200.2, p95: 9000.9, max: 9000.9, ci95: [6100.1, 9000.9] });
  });

  it('has no interval with fewer than three trials', () => {
    expect(summarize(switched(6000, 7000)).switchedMs).toEqual({
      n: 2,
      p50: 6000,
      p95: 7000,
      max: 7000,
      ci95: null,
    });
  });

  it('says on how many trials it rests, and leaves out what none has', () => {
    const summary = summarize([...switched(6000, 6100), nothingCame(), trial({ client: client() })]);
    expect(summary.switchedMs?.n).toBe(3);
    expect(summary['client.outageMs']?.n).toBe(1);
    expect(summary['ledger.lost']).toBeUndefined();
  });

  it('of nothing is empty', () => expect(summarize([])).toEqual({}));

  it('shows the values that thresholds compare', () => {
    const random = randomOf(4);
    const trials = Array.from({ length: 23 }, () =>
      trial({
        client: client({ outageMs: random.below(90_000) / 10 }),
        ledger: ledger({ lost: random.below(500) }),
      }),
    );
    const summary = summarize(trials);
    for (const { name } of METRICS) {
      const of = summary[name];
      if (of === undefined) continue;
      for (const [aggregation, value] of [
        ['med', of.p50] as const,
        ['p(95)', of.p95] as const,
        ['max', of.max] as const,
      ]) {
        expect(judge(parseThreshold(`${name}:${aggregation}==0`), trials, 23).value).toBeCloseTo(value, 1);
      }
    }
  });
});
