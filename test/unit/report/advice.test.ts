import { describe, expect, it } from 'vitest';
import { downAfterWithinMs, usualFailoverMs } from '../../../src/model/sentinel-timing.js';
import type { FailoverResult, Trial } from '../../../src/observe/result.js';
import { failoverHtml } from '../../../src/report/html/page.js';
import { failoverText } from '../../../src/report/text/failover.js';
import { adviceOf } from '../../../src/report/words/advice.js';
import { heldResult } from '../../helpers/results.js';
import { client, resultOfTrials, trial } from '../../helpers/trials.js';
import { plainView } from './lines.js';

describe('a broken budget', () => {
  const advice = (expression: string, value: number, change: Partial<FailoverResult> = {}): string =>
    adviceOf(
      resultOfTrials([trial()], { thresholds: [{ expression, value, holds: 'violated' }], ...change }),
    ).join('\n');

  it('below down-after and an election says which budget and which down-after would do', () => {
    const [start, next] = [
      'a failover takes about 6.25 s, which is down-after (5s) and about 1.25 s for the election and the promotion',
      'allow 7s, or lower down-after to 3.5s at every sentinel',
    ];
    expect(advice('switchedMs<=5500', 6270)).toContain(
      `first sentinel switches: 6.27 s, and 5.50 s are allowed: ${start}: ${next}`,
    );
    expect(advice('client.outageMs:p(95)<5.5s', 6400)).toContain(`5.50 s are allowed: ${start}: ${next}`);
    expect(advice('switchedMs<=4s', 6270)).toContain('allow 7s, or lower down-after to 2s at every sentinel');
    // A master that hangs is noticed a ping period later.
    expect(advice('switchedMs<=6s', 6270, { fault: 'freeze', faultForMs: 15_000 })).toContain(
      'allow 8s, or lower down-after to 3s at every sentinel',
    );
  });

  it('of both limits of one budget is said once', () => {
    const thresholds = [
      { expression: 'switchedMs<=5500', value: 6270, holds: 'violated' as const },
      { expression: 'client.outageMs<=5500', value: 6400, holds: 'violated' as const },
    ];
    const said = adviceOf(resultOfTrials([trial()], { thresholds })).filter((a) => a.includes('allow 7s'));
    expect(said).toEqual([
      expect.stringMatching(
        /^first sentinel switches: 6\.27 s, client outage .*: 6\.40 s, and 5\.50 s are allowed: /,
      ),
    ]);
  });

  it('names no down-after that brings a second failover', () => {
    expect(advice('switchedMs<=3400', 6270)).toMatch(
      /allow 7s; a down-after short enough for this limit is below 1500 ms: Sentinel may fail over a second time/,
    );
  });

  it('that a usual failover keeps is another matter', () => {
    expect(advice('switchedMs<=6250', 6270)).toMatch(
      /each step kept Sentinel’s own bound, so only a down-after shorter than the current 5s makes it faster/,
    );
  });

  it('has the same words in the terminal and in the page', () => {
    const result = resultOfTrials([trial({ client: client() })], {
      outcome: 'violated',
      thresholds: [{ expression: 'switchedMs<=5500', value: 6270, holds: 'violated' }],
    });
    const [words = ''] = adviceOf(result);
    expect(words).toMatch(/lower down-after to 3\.5s/);
    expect(failoverHtml(result)).toContain(words);
    expect(failoverText(result, plainView(400))).toContain(`! ${words}`);
  });

  it('the shorter down-after makes the budget the usual one', () => {
    for (const hangs of [false, true]) {
      for (const budgetMs of [2500, 3000, 4000, 9000]) {
        const downAfterMs = downAfterWithinMs(budgetMs, hangs);
        expect(usualFailoverMs({ downAfterMs }, hangs)).toBeLessThanOrEqual(budgetMs);
        expect(usualFailoverMs({ downAfterMs: downAfterMs + 200 }, hangs)).toBeGreaterThan(budgetMs);
      }
    }
  });
});

it('a broken budget says what would shorten the outage', () => {
  const held = heldResult();
  const [first] = held.trials;
  if (first === undefined) throw new Error('the fixture has no trial');
  const onOutage = (bound: string, reasons: Trial['reasons']): string =>
    adviceOf({
      ...held,
      trials: [{ ...first, reasons }],
      thresholds: [{ expression: `client.outageMs${bound}`, value: 9400, holds: 'violated' }],
    }).join('\n');
  const { downAfterMs } = held.config;
  expect(onOutage(`<${downAfterMs}`, [])).toMatch(
    /are allowed: a failover takes about \S+ s, which is down-after \(/,
  );
  expect(onOutage(':p(95)<=8s', [])).toMatch(
    /9.40 s, and 8.00 s are allowed: each step kept Sentinel’s own bound, so a down-after shorter than the current \S+ makes it faster, and so do clients that write again sooner than \d+ ms after the first switch/,
  );
  const slow = {
    phase: 'electedMs',
    stepMs: 4000,
    predictedMs: 1100,
    waitsFor: '',
    why: 'the votes split',
  } as const;
  expect(onOutage('<8s', [slow])).toMatch(
    /a leader is elected” took 4.00 s instead of at most 1.1\d* s: the votes/,
  );
});

it('a second failover under a short down-after is named with its cause and its fix', () => {
  const held = heldResult();
  const [first] = held.trials;
  if (first === undefined) throw new Error('the fixture has no trial');
  const trials = [{ ...first, spurious: ['double failover'] }];
  const advice = adviceOf({ ...held, trials, config: { ...held.config, downAfterMs: 1499 } });
  expect(advice).toContain(
    'down-after 1.499s is below 1500 ms: Sentinel may fail over a second time, away from the healthy new master, ' +
      'with two masters for about 10 s; set 1.5s or more at every sentinel',
  );
  expect(adviceOf({ ...held, trials, config: { ...held.config, downAfterMs: 1500 } }).join()).not.toMatch(
    'below',
  );
});

it('clients that recovered late point to the HTML report, and to its option only where it was not given', () => {
  const late = client({ lastRecoveredMs: 60_000, policy: 'tuned' });
  const result = resultOfTrials([trial({ client: late })]);
  expect(adviceOf(result).join()).toContain(
    ': the HTML report (--report PATH) shows what each client waited for',
  );
  expect(failoverText(result, plainView(400), result.command, null, true)).toContain(
    ': the HTML report shows what each client waited for',
  );
  expect(failoverHtml(result)).not.toContain('--report PATH');
});
