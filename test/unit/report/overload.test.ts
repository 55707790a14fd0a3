import { describe, expect, it } from 'vitest';
import failoverTest from '../../../commands/failover-test.js';
import { compare } from '../../../src/failover/baseline.js';
import { overloadOf, overloadWords } from '../../../src/observe/overload.js';
import type { FailoverResult, LoadOverTime, WorkloadSettings } from '../../../src/observe/result.js';
import { failoverHtml } from '../../../src/report/html/page.js';
import { failoverJunitXml } from '../../../src/report/junit.js';
import { failoverMarkdown } from '../../../src/report/markdown/failover.js';
import { failoverText } from '../../../src/report/text/failover.js';
import { sweepOf } from '../../helpers/sweeps.js';
import { client, resultOfTrials, trial } from '../../helpers/trials.js';
import { plainView } from './lines.js';

const WORKLOAD: WorkloadSettings = {
  clients: 8,
  ratePerS: 1000,
  pipeline: 1,
  readRatio: 0,
  readFrom: 'master',
  policy: 'tuned',
};
const WORDS =
  'the test’s own clients could not keep up before the fault (443 of 1,000 writes per second were sent, p50 960 ms): your applications may see shorter times; run it again with a lower --rate, or on a less busy machine';

/** 1.5 s before the fault with `perS` writes a second of this median, and an outage after it. */
function load(perS: number, p50Ms: number, change: Partial<LoadOverTime> = {}): LoadOverTime {
  const before = 15;
  const per = <T>(was: T, then: T): T[] => Array.from({ length: 70 }, (_, i) => (i < before ? was : then));
  return {
    fromMs: -1500,
    bucketMs: 100,
    ok: per(perS / 10, 0),
    errors: per(0, 1),
    p50Ms: per<number | null>(p50Ms, null),
    p99Ms: per<number | null>(2 * p50Ms, null),
    ...change,
  };
}

/** The first second goes by until all clients are connected. */
function connecting(): LoadOverTime {
  const whole = load(1000, 1);
  return { ...whole, ok: whole.ok.map((n, i) => (i < 10 ? Math.min(n, i * 8) : n)) };
}

const trialWith = (overTime: LoadOverTime) => trial({ client: client({ overTime }) });
const run = (overTime: LoadOverTime, workload: WorkloadSettings | null = WORKLOAD): FailoverResult =>
  resultOfTrials(
    [1, 2, 3].map(() => trialWith(overTime)),
    { workload },
  );

describe('writes that fell behind before the fault', () => {
  it.each<[string, LoadOverTime, WorkloadSettings | null, object | null]>([
    ['as many as are due, at once', load(1000, 0.4), WORKLOAD, null],
    ['a few less', load(810, 5), WORKLOAD, null],
    ['less than 80 %', load(790, 5), WORKLOAD, { sentPerS: 790, duePerS: 1000, p50Ms: 5 }],
    ['all of them, late', load(1000, 201), WORKLOAD, { sentPerS: 1000, duePerS: 1000, p50Ms: 201 }],
    ['as many as reads leave', load(500, 0.4), { ...WORKLOAD, readRatio: 0.5 }, null],
    ['as fast as possible', load(90, 30), { ...WORKLOAD, ratePerS: 0 }, null],
    ['that were refused were sent', load(0, 1, { errors: Array(70).fill(100) }), WORKLOAD, null],
    ['that began late, one client after the other', connecting(), WORKLOAD, null],
    ['for too short a time to say', load(10, 1, { fromMs: -400 }), WORKLOAD, null],
    ['no client', load(10, 1), null, null],
  ])('%s', (_, overTime, workload, found) => {
    expect(overloadOf(trialWith(overTime), { workload, fault: 'kill' })).toEqual(found);
    expect(overloadOf(trialWith(overTime), { workload, fault: 'stop' })).toBeNull();
  });

  it('are warned of in the text, in Markdown and in the page', () => {
    const result = run(load(443, 960));
    expect(overloadWords(result)).toBe(WORDS);
    expect(failoverText(result, plainView(300))).toContain(`! ${WORDS}\n`);
    expect(failoverMarkdown(result)).toContain(`**${WORDS}**`);
    expect(failoverHtml(result)).toContain(`<b>!</b> T${WORDS.slice(1)}.`);
    for (const render of [failoverMarkdown, failoverHtml])
      expect(render(run(load(1000, 0.4)))).not.toContain('could not keep up');
  });

  it.each<[string, LoadOverTime, WorkloadSettings, string]>([
    ['how late they were, where all were sent', load(1000, 960), WORKLOAD, 'p50 960 ms'],
    [
      'how many were sent, where as many as possible are due',
      load(1230, 960),
      { ...WORKLOAD, ratePerS: 0 },
      '1,230 writes per second were sent, p50 960 ms',
    ],
    [
      'that none was sent, where none was answered either',
      load(0, 1, { p50Ms: Array(70).fill(null) }),
      WORKLOAD,
      '0 of 1,000 writes per second were sent',
    ],
  ])('say %s', (_, overTime, workload, words) =>
    expect(overloadWords(run(overTime, workload))).toContain(`could not keep up before the fault (${words})`),
  );

  it.each([
    ['now', run(load(1000, 0.4)), run(load(443, 960))],
    ['in the baseline', run(load(443, 960)), run(load(1000, 0.4))],
  ])('%s make a comparison unknown', (when, before, now) => {
    expect(compare(before, now)).toMatchObject({
      outcome: 'unknown',
      reason: `the clients could not keep up with the writes ${when}`,
    });
    expect(compare(run(load(1000, 0.4)), run(load(1000, 0.4))).outcome).toBe('holds');
  });

  it('in a sweep are one warning, with the numbers of the worst combination', () => {
    const [quiet, slow, slowest] = [run(load(1000, 0.4)), run(load(700, 5)), run(load(443, 960))];
    expect(sweepOf([quiet, slow, slowest, slow]).warnings).toEqual([
      `in 3 of 4 combinations (worst: down-after 3s, min-replicas-to-write 0) ${WORDS}`,
    ]);
    expect(sweepOf([quiet, slowest, quiet, quiet]).warnings).toEqual([
      `down-after 1s, min-replicas-to-write 1: ${WORDS}`,
    ]);
    expect(sweepOf([quiet, quiet]).warnings).toEqual([]);
  });
});

it.each([
  ['holds', 'holds', 0],
  ['holds', 'violated', 1],
  ['holds', 'unknown', 2],
  ['violated', 'unknown', 1],
  ['unknown', 'violated', 2],
] as const)('a run that %s and a comparison that is %s exit with %i', (outcome, baseline, code) => {
  const compared = { ...compare(run(load(1000, 1)), run(load(1000, 1))), outcome: baseline };
  const result = { ...run(load(1000, 1)), outcome };
  expect(failoverTest.exitCode?.({ ...result, baseline: compared })).toBe(code);
  // The first line has the verdict that the exit code has, on the screen and in the reports, and why.
  const word = ['PASS', 'FAIL', 'UNKNOWN'][code];
  const why =
    outcome !== 'holds' || baseline === 'holds'
      ? ''
      : baseline === 'unknown'
        ? '; the comparison with the baseline could not be made'
        : `; ${compared.reason}`;
  const line = failoverText(result, plainView(300), '', compared).split('\n')[0] ?? '';
  expect(line).toMatch(new RegExp(`^${word} {2}`));
  expect(line.endsWith(`trials passed${why}`), line).toBe(true);
  expect(failoverMarkdown(result, result, compared).split('\n')[0]).toMatch(
    new RegExp(` ${word}: .*${why}$`),
  );
  expect(failoverHtml(result, result, compared)).toMatch(
    new RegExp(`<h1>.*</span> ${word}</span> .*${why}</h1>`),
  );
  expect(failoverJunitXml(result, result, compared)).toContain(
    'name="nothing is worse than in the baseline"',
  );
});
