import { describe, expect, it } from 'vitest';
import { commands } from '../../../commands/index.js';
import { main } from '../../../src/cli/main.js';
import { OperatorError } from '../../../src/errors.js';
import { judge } from '../../../src/failover/judge.js';
import { parseThreshold } from '../../../src/failover/thresholds.js';
import { randomOf } from '../../../src/model/random.js';
import { METRICS } from '../../../src/observe/metrics.js';
import type { Trial, Verdict } from '../../../src/observe/result.js';
import { client, ledger, nothingCame, trial } from '../../helpers/trials.js';
import { memoryWorld } from '../../helpers/world.js';

/** What a bad text is refused with. */
function refusalOf(text: string): OperatorError {
  try {
    parseThreshold(text);
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error(`${text} was taken`);
}

const parsed = (text: string): unknown => {
  const { metric, aggregation, operator, bound } = parseThreshold(text);
  return [metric.name, aggregation, operator, bound];
};

describe('a threshold', () => {
  it.each([
    ['switchedMs:p(95)<7000', ['switchedMs', { kind: 'percentile', percent: 95 }, '<', 7000]],
    ['ledger.lost==0', ['ledger.lost', { kind: 'each' }, '==', 0]],
    ['client.outageMs:max<8s', ['client.outageMs', { kind: 'max' }, '<', 8000]],
    [
      'client.latencyMs.p99:med<=2.5ms',
      ['client.latencyMs.p99', { kind: 'percentile', percent: 50 }, '<=', 2.5],
    ],
    ['rejoin.zombieMs:p(99.9)>=0.25', ['rejoin.zombieMs', { kind: 'percentile', percent: 99.9 }, '>=', 0.25]],
    ['overheadMs:min>-20ms', ['overheadMs', { kind: 'min' }, '>', -20]],
    [
      '  client.outageMs : p( 90 )  !=  1.5m ',
      ['client.outageMs', { kind: 'percentile', percent: 90 }, '!=', 90_000],
    ],
    ['ledger.lost:count<10', ['ledger.lost', { kind: 'count' }, '<', 10]],
    ['ledger.failed:avg<0.5', ['ledger.failed', { kind: 'avg' }, '<', 0.5]],
  ])('%s is understood', (text, expected) => expect(parsed(text)).toEqual(expected));

  it('keeps its own words, without spaces', () => {
    expect(parseThreshold(' switchedMs : p(95) < 7s ').expression).toBe('switchedMs:p(95)<7s');
  });

  it('is understood for every metric', () => {
    for (const m of METRICS) expect(parseThreshold(`${m.name}:max<1`).metric).toBe(m);
  });

  it.each([
    ['', 1, 'expected a metric'],
    ['<7000', 1, 'expected a metric'],
    ['swichedMs<7000', 1, 'did you mean switchedMs?'],
    ['phases.switchedMs<7000', 1, 'did you mean switchedMs?'],
    ['outageMs<7000', 1, 'did you mean client.outageMs?'],
    ['bananas<7000', 1, 'unknown metric "bananas"'],
    ['switchedMs:p95<7000', 12, 'p(N), min, max, avg, med or count was expected here'],
    ['switchedMs:mean<7000', 12, 'p(N), min, max, avg, med or count was expected here'],
    ['switchedMs:<7000', 12, 'p(N), min, max, avg, med or count was expected here'],
    ['switchedMs:p(101)<7000', 12, 'a percentile is a number from 0 to 100'],
    ['switchedMs:p(-1)<7000', 12, 'a percentile is a number from 0 to 100'],
    ['switchedMs:p()<7000', 12, 'a percentile is a number from 0 to 100'],
    ['switchedMs:p(95<7000', 12, 'was expected here'],
    ['switchedMs', 11, 'one of < <= > >= == != was expected here'],
    ['switchedMs=7000', 11, '(== for equal)'],
    ['switchedMs=<7000', 11, '(<=)'],
    ['switchedMs<<7000', 11, 'one of < <= > >= == != was expected here'],
    ['switchedMs p(95)<7000', 12, 'one of < <= > >= == != was expected here'],
    ['switchedMs<', 12, 'a duration was expected here'],
    ['switchedMs<fast', 12, 'a duration was expected here'],
    ['switchedMs<7 s', 14, 'nothing is allowed after the value'],
    ['switchedMs<7parsecs', 12, 'a duration was expected here'],
    ['switchedMs<1e999', 12, 'a duration was expected here'],
    ['ledger.lost==0s', 14, 'a number was expected here'],
    ['switchedMs:count<8s', 18, 'a number was expected here'],
    ['switchedMs<7000 && ledger.lost==0', 17, 'nothing is allowed after the value'],
  ])('%j is refused at character %i: %s', (text, at, why) => {
    const error = refusalOf(text);
    expect(error.exitCode).toBe(64);
    expect(error.why).toContain(`at character ${at}: `);
    expect(error.why).toContain(why);
  });

  it('is shown with a mark under the place that is wrong', () => {
    expect(refusalOf('switchedMs:p(950)<7000').why).toMatchInlineSnapshot(`
      "at character 12: a percentile is a number from 0 to 100
        switchedMs:p(950)<7000
                   ^"
    `);
  });

  it('of an unknown metric is answered in short lines, with the command that lists all of them', async () => {
    const { hint = '', why = '' } = refusalOf('x==0');
    expect(hint).toMatch(/^sentinelctl failover-test --help # /);
    for (const line of [...hint.split('\n'), ...why.split('\n')]) expect(line.length).toBeLessThan(120);
    const world = memoryWorld({ commands });
    expect(await main(['failover-test', '--help'], world)).toBe(0);
    for (const m of METRICS) expect(world.stdout.text).toContain(m.name);
  });

  it('never echoes what a terminal would obey, nor pages of text', () => {
    const error = refusalOf(`switchedMs<\u001b[31m${'x'.repeat(5000)}`);
    const all = `${error.message}${error.why}${error.hint}`;
    expect(all).not.toContain('\u001b');
    expect(all.length).toBeLessThan(2500);
  });
});

const switched = (...times: number[]): Trial[] => times.map((ms) => trial({ phases: { switchedMs: ms } }));
const lost = (...counts: number[]): Trial[] => counts.map((n) => trial({ ledger: ledger({ lost: n }) }));

const judged = (text: string, trials: Trial[], expected = trials.length): [Verdict, number | null] => {
  const result = judge(parseThreshold(text), trials, expected);
  return [result.holds, result.value];
};

describe('a verdict', () => {
  const ten = switched(6100, 6200, 6300, 6400, 6500, 6600, 6700, 6800, 6900, 9000);

  it.each([
    ['switchedMs:med<=6500', 'holds', 6500],
    ['switchedMs:p(90)<7000', 'holds', 6900],
    ['switchedMs:p(95)<7000', 'violated', 9000],
    ['switchedMs:max<9s', 'violated', 9000],
    ['switchedMs:max<=9s', 'holds', 9000],
    ['switchedMs:min>6100', 'violated', 6100],
    ['switchedMs:min>=6100', 'holds', 6100],
    ['switchedMs:avg<6750', 'violated', 6750],
    ['switchedMs:avg==6750', 'holds', 6750],
    ['switchedMs:count==10', 'holds', 10],
    ['switchedMs<7000', 'violated', 9000],
    ['switchedMs<=9000', 'holds', 9000],
    ['switchedMs>6s', 'holds', 6100],
    ['switchedMs!=6300', 'violated', 6300],
  ])('over ten trials: %s %s at %d', (text, holds, value) => {
    expect(judged(text, ten)).toEqual([holds, value]);
  });

  it('of a count adds the trials up', () => {
    expect(judged('ledger.lost:count<10', lost(3, 0, 4))).toEqual(['holds', 7]);
    expect(judged('ledger.lost:count<7', lost(3, 0, 4))).toEqual(['violated', 7]);
    expect(judged('ledger.lost==0', lost(0, 0, 4))).toEqual(['violated', 4]);
    expect(judged('ledger.lost==0', lost(0, 0, 0))).toEqual(['holds', 0]);
  });

  it('is not known where nothing was measured', () => {
    expect(judged('ledger.lost==0', switched(6000, 6100))).toEqual(['unknown', null]);
    expect(judged('switchedMs<7000', [], 3)).toEqual(['unknown', null]);
    expect(judged('switchedMs<7000', [], 0)).toEqual(['unknown', null]);
  });

  it('never holds on missing evidence', () => {
    expect(judged('switchedMs<7000', switched(6000, 6100), 3)).toEqual(['unknown', 6100]);
    expect(judged('switchedMs:min<7000', switched(6000, 6100), 3)).toEqual(['unknown', 6000]);
    expect(judged('ledger.lost:count>=1', lost(5), 2)).toEqual(['unknown', 5]);
    expect(judged('ledger.lost==0', [...lost(0), trial()])).toEqual(['unknown', 0]);
  });

  it('is violated where the missing trials could not save it', () => {
    expect(judged('switchedMs<7000', switched(6000, 8000), 3)).toEqual(['violated', 8000]);
    expect(judged('switchedMs:max<7000', switched(6000, 8000), 3)).toEqual(['violated', 8000]);
    expect(judged('switchedMs:med<7000', switched(8000, 8100), 3)).toEqual(['violated', 8000]);
    expect(judged('switchedMs:med<7000', switched(6000, 8100), 3)).toEqual(['unknown', 6000]);
    expect(judged('switchedMs:avg<2000', switched(6000, 6000), 3)).toEqual(['violated', 6000]);
    expect(judged('switchedMs:min>=6000', switched(5000), 3)).toEqual(['violated', 5000]);
    expect(judged('ledger.lost:count==3', lost(5), 3)).toEqual(['violated', 5]);
    expect(judged('switchedMs:count>=3', switched(6000), 2)).toEqual(['violated', 1]);
    expect(judged('switchedMs:max!=6000', switched(6000), 2)).toEqual(['unknown', 6000]);
  });

  it('of what never happened: later than any bound', () => {
    const one = [...switched(6000, 6100), nothingCame()];
    expect(judged('switchedMs<7000', one)).toEqual(['violated', null]);
    expect(judged('switchedMs:p(95)<7000', one)).toEqual(['violated', null]);
    expect(judged('switchedMs:avg<7000', one)).toEqual(['violated', null]);
    expect(judged('overheadMs:max<2s', one)).toEqual(['violated', null]);
    expect(judged('switchedMs==6000', [...switched(6000), nothingCame()])).toEqual(['violated', null]);
    expect(judged('switchedMs:count==3', one)).toEqual(['violated', 2]);
    // The median is a failover that did come.
    expect(judged('switchedMs:med<7000', one)).toEqual(['holds', 6100]);
  });

  it('of what never happened: no proof that it takes long', () => {
    expect(judged('switchedMs>1000', [...switched(6000), nothingCame()])).toEqual(['unknown', 6000]);
    expect(judged('switchedMs:max>=1000', [...switched(6000), nothingCame()])).toEqual(['unknown', null]);
    expect(judged('switchedMs:max!=1', [nothingCame()])).toEqual(['unknown', null]);
    expect(judged('switchedMs>7000', [...switched(6000), nothingCame()])).toEqual(['violated', 6000]);
  });

  it('of clients that never came back: violated', () => {
    const out = trial({ client: client({ outageMs: null, lastRecoveredMs: null }) });
    expect(judged('client.outageMs:max<8s', [trial({ client: client() }), out])).toEqual(['violated', null]);
  });

  it('shows a value to a tenth', () => {
    expect(judged('switchedMs:avg<7000', switched(6000, 6000, 6001))[1]).toBe(6000.3);
  });
});

describe('with any trials missing', () => {
  const AGGREGATIONS = ['', ':min', ':max', ':avg', ':med', ':count', ':p(90)', ':p(95)'];
  const OPERATORS = ['<', '<=', '>', '>=', '==', '!='];

  it('what is violated stays violated whatever they turn out to be, and nothing holds', () => {
    const random = randomOf(2026);
    const any = (): number => random.below(8);
    let decided = 0;
    for (let round = 0; round < 4000; round++) {
      const pick = (of: string[]): string => of[random.below(of.length)] ?? '';
      const text = `ledger.lost${pick(AGGREGATIONS)}${pick(OPERATORS)}${any()}`;
      const known = Array.from({ length: random.below(6) }, any);
      const missing = 1 + random.below(3);
      const [early] = judged(text, lost(...known), known.length + missing);
      expect([text, early]).not.toEqual([text, 'holds']);
      if (early !== 'violated') continue;
      decided++;
      const rest = Array.from({ length: missing }, () => random.below(2) * any() * 100);
      expect([text, known, rest, judged(text, lost(...known, ...rest))[0]]).toEqual([
        text,
        known,
        rest,
        'violated',
      ]);
    }
    expect(decided).toBeGreaterThan(300);
  });

  it('what stays unknown can still hold', () => {
    const random = randomOf(99);
    const pick = (of: string[]): string => of[random.below(of.length)] ?? '';
    for (let round = 0; round < 300; round++) {
      const text = `ledger.lost${pick(['', ':min', ':max', ':med'])}${pick(OPERATORS)}${1 + random.below(6)}`;
      const known = Array.from({ length: 1 + random.below(4) }, () => random.below(8));
      if (judged(text, lost(...known), known.length + 1)[0] !== 'unknown') continue;
      const could = Array.from({ length: 9 }, (_, n) => judged(text, lost(...known, n))[0]);
      expect([text, known, could]).toEqual([text, known, expect.arrayContaining(['holds'])]);
    }
  });
});
