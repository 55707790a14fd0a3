import { describe, expect, it } from 'vitest';
import { type BaselineComparison, compare } from '../../../src/failover/baseline.js';
import { type Random, randomOf } from '../../../src/model/random.js';
import type { FailoverResult, Trial, WorkloadSettings } from '../../../src/observe/result.js';
import { baselineText } from '../../../src/report/text/baseline.js';
import { client, ledger, nothingCame, resultOfTrials, trial, USUAL_PHASES } from '../../helpers/trials.js';

const WORKLOAD: WorkloadSettings = {
  clients: 8,
  ratePerS: 1000,
  pipeline: 1,
  readRatio: 0,
  readFrom: 'master',
  policy: 'tuned',
};

/** Switches after these times; everything else as usual. */
const switching = (times: number[], change: Partial<FailoverResult> = {}): FailoverResult =>
  resultOfTrials(
    times.map((switchedMs) => trial({ phases: { switchedMs } })),
    change,
  );

const verdicts = ({ metrics }: BaselineComparison): Record<string, string> =>
  Object.fromEntries(metrics.map((m) => [m.metric, m.verdict]));

describe('a comparison with a baseline', () => {
  it('says what got worse', () => {
    const found = compare(
      switching([6200, 6250, 6300, 6350, 6400]),
      switching([7200, 7250, 7300, 7350, 7400]),
    );
    expect(found.outcome).toBe('violated');
    expect(found.reason).toBe('switchedMs got worse since the baseline');
    expect(found.metrics.find((m) => m.metric === 'switchedMs')).toEqual({
      metric: 'switchedMs',
      unit: 'ms',
      baseline: 6300,
      now: 7300,
      trials: [5, 5],
      verdict: 'worse',
      chance: 1 / 252,
    });
    expect(verdicts(found).sdownMs).toBe('same');
  });

  it('says what got better, and does not fail for it', () => {
    const found = compare(switching([16_200, 16_250, 16_300]), switching([6100, 6150, 6200]));
    expect(found.outcome).toBe('holds');
    expect(found.reason).toContain('better: switchedMs');
  });

  it('does not say of an interrupted trial that its master was left down', () => {
    const cut = resultOfTrials([trial({ cutShort: true, rejoin: null })], { complete: false });
    expect(compare(switching([6200, 6250, 6300]), cut).differs).toEqual([]);
    const left = resultOfTrials([trial({ rejoin: null })]);
    expect(compare(switching([6200, 6250, 6300]), left).differs).toMatchObject([{ now: 'left down' }]);
  });

  it('knows which way is worse', () => {
    const run = (acknowledged: number): FailoverResult =>
      resultOfTrials(
        [1, 2, 3, 4, 5].map((n) => trial({ ledger: ledger({ acknowledged: acknowledged + n }) })),
      );
    expect(verdicts(compare(run(1000), run(500)))['ledger.acknowledged']).toBe('worse');
    expect(verdicts(compare(run(500), run(1000)))['ledger.acknowledged']).toBe('better');
  });

  it('does not make much of what is certain and small', () => {
    const times = [6200, 6201, 6202, 6203, 6204];
    expect(compare(switching(times), switching(times.map((t) => t + 100))).outcome).toBe('holds');
  });

  it('does not make much of one outlier', () => {
    expect(compare(switching([6200, 6250, 6300, 6350]), switching([6200, 6250, 6300, 60_000])).outcome).toBe(
      'holds',
    );
  });

  it('is unknown with fewer than three trials on a side', () => {
    const found = compare(switching([6200, 6300]), switching([16_200, 16_300, 16_400]));
    expect(found.outcome).toBe('unknown');
    expect(found.reason).toContain('2 in the baseline, 3 now');
    expect(new Set(Object.values(verdicts(found)))).toEqual(new Set(['unknown']));
  });

  it('counts a failover that never came as the latest of all', () => {
    const never = resultOfTrials([nothingCame(), nothingCame(), nothingCame()]);
    const found = compare(switching([6200, 6300, 6400]), never);
    expect(found.outcome).toBe('violated');
    expect(found.metrics.find((m) => m.metric === 'switchedMs')).toMatchObject({
      now: null,
      verdict: 'worse',
    });
  });

  it.each<[string, Partial<FailoverResult>, string]>([
    ['another fault', { fault: 'freeze' }, 'fault (kill, now freeze)'],
    [
      'other timing',
      { config: { downAfterMs: 1500, failoverTimeoutMs: 60_000, quorum: 2, parallelSyncs: 1 } },
      'down-after (5s, now 1.5s)',
    ],
    ['no workload', { workload: null }, 'client policy (tuned, now no workload)'],
    [
      'another workload',
      { workload: { ...WORKLOAD, policy: 'default' } },
      'client policy (tuned, now default)',
    ],
  ])('is refused with %s, and says so', (_, change, why) => {
    const times = [6200, 6300, 6400];
    const found = compare(
      switching(times, { workload: WORKLOAD }),
      switching(times, { workload: WORKLOAD, ...change }),
    );
    expect(found.outcome).toBe('unknown');
    expect(found.reason).toContain('not comparable');
    expect(found.reason).toContain(why);
    expect(found.metrics).toEqual([]);
  });

  it('goes on with another engine, and says so', () => {
    const times = [6200, 6300, 6400];
    const found = compare(switching(times), switching(times, { engine: { name: 'valkey', version: '8.1' } }));
    expect(found.outcome).toBe('holds');
    expect(found.differs).toEqual([
      { setting: 'engine', baseline: 'redis 7.0.15', now: 'valkey 8.1', decisive: false },
    ]);
  });

  it('comes to the same every time', () => {
    const random = randomOf(1);
    const some = (): FailoverResult => switching(Array.from({ length: 30 }, () => 6000 + random.below(900)));
    const [a, b] = [some(), some()];
    expect(compare(a, b)).toEqual(compare(a, b));
  });
});

/** A trial as noisy as real ones: each of its phases, and what clients saw, varies by itself. */
function noisyTrial(random: Random, slower = 1): Trial {
  const noisy = (ms: number, spread: number): number =>
    Math.round((ms + (random.unit() + random.unit() + random.unit() - 1.5) * spread) * 10) / 10;
  const phases = Object.fromEntries(
    Object.entries(USUAL_PHASES).map(([id, ms]) => [id, noisy((ms ?? 0) * slower, 400)]),
  );
  const count = (about: number): number => Math.max(0, Math.round(noisy(about, about)));
  return trial({
    phases,
    overheadMs: noisy(1250 * slower, 400),
    client: client({
      outageMs: noisy(6350 * slower, 500),
      firstRecoveredMs: noisy(6300, 500),
      lastRecoveredMs: noisy(6350, 500),
      latencyMs: { p50: noisy(3, 1), p95: noisy(9, 3), p99: noisy(20, 15), max: noisy(6350, 500) },
    }),
    ledger: ledger({
      acknowledged: count(10_000),
      indeterminate: count(10),
      failed: count(80),
      lost: count(30),
    }),
  });
}

describe('noise', () => {
  const runs = (n: number, random: Random, slower = 1): FailoverResult =>
    resultOfTrials(Array.from({ length: n }, () => noisyTrial(random, slower)));

  it.each([3, 4, 5, 10])('between runs of %i trials of the same cluster is rarely called worse', (n) => {
    const random = randomOf(2024 + n);
    let alarms = 0;
    for (let i = 0; i < 100; i++) {
      if (compare(runs(n, random), runs(n, random)).outcome === 'violated') alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(10);
  });

  it('does not hide a failover that became a quarter slower', () => {
    const random = randomOf(77);
    for (let i = 0; i < 50; i++) {
      const found = verdicts(compare(runs(5, random), runs(5, random, 1.25)));
      expect(found.switchedMs).toBe('worse');
    }
  });
});

describe('the comparison as text', () => {
  const view = { color: false, columns: 90 };

  it('shows what changed, and counts what did not', () => {
    const found = compare(switching([6200, 6250, 6300]), switching([10_200, 10_250, 10_300]));
    expect(baselineText(found, view)).toMatchInlineSnapshot(`
      "WORSE  switchedMs got worse since the baseline
      compared with the run of 2026-01-02T03:04:00.000Z
      METRIC (MEDIANS)         BASELINE      NOW           BY CHANCE
      first sentinel switches    6.25 s  10.25 s  ✗ worse        5 %
      14 other metrics did not change beyond noise"
    `);
  });

  it('shows why it is refused', () => {
    const found = compare(switching([6200, 6250, 6300]), switching([7200, 7250, 7300], { fault: 'freeze' }));
    expect(baselineText(found, view)).toMatchInlineSnapshot(`
      "UNKNOWN  not comparable with the baseline: it differs in fault (kill, now freeze)
      compared with the run of 2026-01-02T03:04:00.000Z
      ✗ fault: kill in the baseline, freeze now"
    `);
  });

  it('fits a narrow terminal', () => {
    const found = compare(switching([6200, 6250, 6300]), switching([7200, 7250, 7300]));
    const lines = baselineText(found, { color: false, columns: 40 }).split('\n');
    expect(lines.filter((line) => line.length > 40)).toEqual([]);
  });
});
