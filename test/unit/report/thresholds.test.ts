import { describe, expect, it } from 'vitest';
import type { FailoverResult, ThresholdResult, Trial } from '../../../src/observe/result.js';
import { failoverHtml } from '../../../src/report/html/page.js';
import { failoverText } from '../../../src/report/text/failover.js';
import * as words from '../../../src/report/words/headline.js';
import { keyNumbers } from '../../../src/report/words/numbers.js';
import { thresholdText } from '../../../src/report/words/thresholds.js';
import { client, ledger, nothingCame, resultOfTrials, trial } from '../../helpers/trials.js';
import { plainView } from './lines.js';

const WORKLOAD: NonNullable<FailoverResult['workload']> = {
  clients: 8,
  policy: 'tuned',
  ratePerS: 1000,
  pipeline: 1,
  readRatio: 0,
  readFrom: 'master',
} as NonNullable<FailoverResult['workload']>;

/** As it is read: numbers keep their units on one line. */
const headline = (result: FailoverResult): string => words.headline(result).replaceAll('\u00a0', ' ');

/** Trials whose invariants hold, with clients. */
const switched = (...times: number[]): Trial[] =>
  times.map((switchedMs) =>
    trial({
      phases: { switchedMs },
      client: client({ outageMs: switchedMs + 100, lastRecoveredMs: switchedMs + 100 }),
      ledger: ledger(),
      outcome: 'holds',
    }),
  );
const violated = (expression: string, value: number | null): ThresholdResult => ({
  expression,
  value,
  holds: 'violated',
});
const failed = (
  trials: Trial[],
  thresholds: ThresholdResult[],
  change: Partial<FailoverResult> = {},
): FailoverResult =>
  resultOfTrials(trials, { outcome: 'violated', workload: WORKLOAD, thresholds, ...change });

describe('the headline of a failed run', () => {
  it('names the threshold over all trials that does not hold, first', () => {
    const two = failed(switched(6100, 6310), [violated('switchedMs:p(95)<5500', 6310)]);
    expect(headline(two)).toBe(
      'switchedMs p(95) 6.31 s (the largest of 2 trials) is not < 5.50 s; clients had no answer for 6.41 s at worst, 0 of 2,000 writes lost; 2 of 2 trials passed',
    );
    expect(failoverText(two, plainView(100))).toMatch(/^FAIL {2}switchedMs p\(95\) 6\.31 s/);
  });

  it.each([
    ['switchedMs<5.5s', 6310, 'switchedMs 6.31 s at worst is not < 5.50 s'],
    ['client.errors:count<10', 12, 'client.errors count 12 is not < 10'],
    ['switchedMs:count==10', 2, 'switchedMs count 2 is not == 10'],
    ['switchedMs:avg<5s', null, 'switchedMs avg has no value that is < 5.00 s'],
    ['switchedMs<=7000', 8000, 'the first sentinel switched after 6.31 s at worst (budget 7.00 s)'],
  ])('%s', (expression, value, said) => {
    const result = failed(switched(6100, 6310), [violated(expression, value)]);
    expect(headline(result).startsWith(`${said}; clients had no answer for`), headline(result)).toBe(true);
  });

  it('does not say twice what it says with its budget', () => {
    const change = { outageBudgetMs: 6000 };
    const late = failed(switched(6310), [violated('client.outageMs<=6000', 6410)], change);
    expect(headline(late)).toBe(
      'clients had no answer for 6.41 s (budget 6.00 s), 0 of 1,000 writes lost; redis-1 → redis-2',
    );
    const lost = failed(switched(6310), [violated('ledger.lost==0', 12)]);
    expect(headline(lost)).toMatch(/^clients had no answer for/);
    const silent = failed([nothingCame()], [violated('switchedMs<=7000', null)], { workload: null });
    expect(headline(silent)).toMatch(/^no sentinel switched to another master \(budget 7\.00 s\); /);
  });

  it('names an invariant where no threshold is broken, and two of many', () => {
    const bad = (id: string) => ({ id, verdict: 'violated' as const, evidence: 'seen' });
    const result = failed(switched(6310), [], { invariants: ['one', 'two', 'three', 'four'].map(bad) });
    expect(headline(result)).toMatch(/^one is violated, two is violated and 2 more; clients had/);
  });

  it('of a run that passed names nothing', () => {
    const result = resultOfTrials(switched(6310), { workload: WORKLOAD });
    expect(headline(result)).toMatch(/^clients had no answer for 6\.41 s/);
  });
});

describe('a percentile of few trials', () => {
  const text = (expression: string, n: number): string =>
    thresholdText(
      { expression, value: 6310, holds: 'holds' },
      switched(...Array.from({ length: n }, () => 6310)),
    );

  it('says which of them it is', () => {
    expect(text('switchedMs:p(95)<7s', 2)).toBe('6.31 s (the largest of 2 trials)');
    expect(text('switchedMs:p(50)<7s', 2)).toBe('6.31 s (the smallest of 2 trials)');
    expect(text('switchedMs:p(75)<7s', 7)).toBe('6.31 s (number 6 by size of 7 trials)');
  });

  it('of enough trials, of one, and what is not a percentile, stand alone', () => {
    expect(text('switchedMs:p(95)<7s', 8)).toBe('6.31 s');
    expect(text('switchedMs:med<7s', 3)).toBe('6.31 s');
    expect(text('switchedMs:p(95)<7s', 1)).toBe('6.31 s');
    expect(text('switchedMs:max<7s', 2)).toBe('6.31 s');
  });
});

describe('a number whose threshold does not hold', () => {
  const result = failed(switched(6100, 6310), [violated('switchedMs:p(95)<5500', 6310)], {
    budgetMs: 7000,
  });

  it('is bad, also where it is within the budget', () => {
    const found = keyNumbers(result).find(({ id }) => id === 'switch');
    expect(found).toMatchObject({ state: 'bad', isOverBudget: false, broken: ['switchedMs:p(95)<5500'] });
    expect(failoverText(result, plainView(120))).toContain('6.31 s ≤ 7.00 s');
  });

  it('is red in the page, with the threshold below it', () => {
    const page = failoverHtml(result);
    expect(page).toMatch(
      /<div class="card side bad"><h2>first sentinel switched<\/h2>.*?<code>switchedMs:p\(95\)&lt;5500<\/code> does not hold/,
    );
    expect(page).toMatch(
      /<b class="bad"><data [^>]*>6\.31 s<\/data><\/b> <span class="quiet">\(the largest of 2 trials\)/,
    );
  });
});

describe('a threshold on what only clients measure, in a run without clients', () => {
  const invariants = [
    { id: 'one-master', verdict: 'holds' as const, evidence: 'ROLE says master at redis-2' },
  ];
  const expression = 'ledger.lost==0';
  const alone = trial({ invariants, outcome: 'unknown', broken: [] });
  const result = resultOfTrials([alone, alone], {
    outcome: 'unknown',
    invariants,
    thresholds: [
      { expression, value: null, holds: 'unknown' },
      { expression: 'switchedMs<7s', value: 6270, holds: 'holds' },
    ],
  });

  it('is what was not judged; the invariants were', () => {
    const text = failoverText(result, plainView(120));
    expect(text).toContain('? trial 2, redis-1 → redis-2: ledger.lost==0 was not judged: no client ran');
    expect(text).toContain(`? ${expression}: no value was measured: no client ran`);
    expect(text).toContain('✔ switchedMs<7s: 6.27 s');
    expect(text).toContain('✔ one-master');
    expect(text).not.toContain('no invariant was judged');
    expect(failoverHtml(result)).toContain('no value was measured: no client ran');
  });

  it('a trial whose invariants were not judged says that', () => {
    const nothing = trial({ outcome: 'unknown', invariants: [] });
    const text = failoverText({ ...result, trials: [alone, nothing] }, plainView(120));
    expect(text).toContain('? trial 2, redis-1 → redis-2: no invariant was judged');
    const cut = failoverText({ ...result, trials: [alone, { ...nothing, cutShort: true }] }, plainView(120));
    expect(cut).toContain('? trial 2, redis-1 → redis-2: interrupted before anything could be judged');
  });
});
