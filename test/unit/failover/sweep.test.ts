import { describe, expect, it } from 'vitest';
import { failed } from '../../../src/errors.js';
import type { FailoverResult } from '../../../src/observe/result.js';
import type { SweepResult } from '../../../src/observe/sweep-result.js';
import { sweepHtml } from '../../../src/report/html/sweep-page.js';
import { sweepText } from '../../../src/report/text/sweep.js';
import { runOf, sweepOf } from '../../helpers/sweeps.js';
import { client, ledger, nothingCame, resultOfTrials, trial } from '../../helpers/trials.js';

const whole = sweepOf([runOf(2300, 40), runOf(2400, 4), runOf(4300, 44), runOf(4400, 0)]);

describe('the result of a sweep', () => {
  it('has a point for each combination, and marks those that none beats', () => {
    expect(whole.points.map((p) => [p.downAfterMs, p.minReplicas, p.outageMs?.p50, p.onFrontier])).toEqual([
      [1000, 0, 2400, true],
      [1000, 1, 2500, true],
      [3000, 0, 4400, false],
      [3000, 1, 4500, true],
    ]);
    expect(whole.outcome).toBe('holds');
    expect(whole.reason).toBe('3 of 4 combinations on the frontier of outage and loss');
  });

  it('is unknown where it ended early, and keeps what there is', () => {
    const why = 'sentinel-2 does not answer\nredis-3 is down';
    const short = sweepOf([runOf(2300, 40)], {}, failed('x', 'default is not steady', { why }));
    expect([short.outcome, short.complete, short.points.length]).toEqual(['unknown', false, 1]);
    expect(short.reason).toBe(
      'it ended within combination 2 of 4: default is not steady: sentinel-2 does not answer; redis-3 is down',
    );
  });

  it('that was interrupted between two combinations ended after the first', () => {
    const short = sweepOf([runOf(2300, 40)], {}, new Error('SIGINT'), { begun: 1 });
    expect(short.reason).toBe('it ended after combination 1 of 4');
  });

  it('names the combination that could not be played to its end, and why', () => {
    const [first] = runOf(2400, 4).trials;
    if (first === undefined) throw new Error('no trial');
    const stoppedBy = 'default is not steady: sentinel-2 does not answer';
    const cut = { ...resultOfTrials([first], { complete: false }), stoppedBy };
    const found = sweepOf([runOf(2300, 40), cut, runOf(4300, 44), runOf(4400, 0)]);
    expect([found.outcome, found.complete]).toEqual(['unknown', false]);
    expect(found.reason).toBe(`combination 2 of 4 ended after 1 of 3 trials: ${stoppedBy}`);
  });

  it('is unknown where evidence is missing', () => {
    const out = trial({
      client: client({ outageMs: 30_000, lastRecoveredMs: null }),
      ledger: ledger(),
    });
    const found = sweepOf([
      runOf(2300, 40),
      resultOfTrials([out, out, out]),
      runOf(4300, 44),
      runOf(4400, 0),
    ]);
    expect(found.outcome).toBe('unknown');
    expect(found.reason).toBe('evidence is missing for down-after 1s, min-replicas-to-write 1');
    expect(found.points[1]).toMatchObject({ proved: false, onFrontier: false, outageMs: null });
    // It could beat the others: that none does is not proved.
    const text = sweepText(found, { color: false, columns: 110 });
    expect(text.match(/ \? best so far$/gm)).toHaveLength(2);
    expect(text).toContain('best so far: among the combinations that have evidence');
    expect(text).not.toMatch(/✔$/m);
    expect(sweepHtml(found)).toContain('<span>? best so far<');
    expect(sweepHtml(found)).not.toContain('<span>✔<');
  });

  it('is violated where a failover never came', () => {
    const never = resultOfTrials([nothingCame(), nothingCame(), trial()]);
    const found = sweepOf([never, runOf(2400, 4), runOf(4300, 44), runOf(4400, 0)]);
    expect([found.outcome, found.reason]).toEqual(['violated', 'in 2 trials no failover came']);
  });

  it('is unknown where a trial tested nothing, and says why', () => {
    const untested = 'thawed after 3.00 s, before down-after 5 s had passed; nothing was tested';
    const run = resultOfTrials([nothingCame({ untested }), trial(), trial()]);
    const found = sweepOf([run, runOf(2400, 4), runOf(4300, 44), runOf(4400, 0)]);
    expect([found.outcome, found.reason]).toEqual(['unknown', `in 1 trial: ${untested}`]);
  });

  it('is unknown where a trial was interrupted before its failover', () => {
    const run = resultOfTrials([nothingCame({ cutShort: true })], { complete: false });
    const found = sweepOf([run], {}, new Error('SIGINT'));
    expect([found.outcome, found.reason]).toEqual(['unknown', 'it ended within combination 1 of 4']);
  });

  it('an interrupted trial is not proved, and its outage is not called endless', () => {
    const [open] = runOf(2400, 4).trials;
    if (open === undefined) throw new Error('no trial');
    const measured = [{ ...open, cutShort: true as const }, open, open];
    const found = sweepOf([resultOfTrials(measured, { complete: false })], {}, new Error('SIGINT'));
    expect(found.points[0]).toMatchObject({
      proved: false,
      onFrontier: false,
      trials: [{ open: true }, {}, {}],
    });
    const never = resultOfTrials([nothingCame({ cutShort: true })], { complete: false });
    const text = sweepText(sweepOf([never], {}, new Error('SIGINT')), { color: false, columns: 110 });
    expect(text).not.toContain('did not end');
    expect(text).toContain('? evidence is missing');
  });
});

describe('a sweep as text', () => {
  const view = { color: false, columns: 110 };

  it('that was interrupted suggests nothing that would kill the master', () => {
    const cut = sweepText(sweepOf([runOf(2300, 40)], {}, new Error('SIGINT')), view);
    expect(cut.split('\n').at(-1)).toBe('→ sentinelctl status');
  });

  it('that was interrupted says what was rolled back beside the settings, and never that nothing was', () => {
    const restored = { undone: [], master: { id: 'redis-2', host: '127.0.0.1', port: 6380 }, keysRemoved: 0 };
    const cut = sweepOf([runOf(2300, 40)], { restored }, new Error('SIGINT'));
    const master = 'redis-2 127.0.0.1:6380 is the master now';
    const settings = '✔ the old settings are restored on every node';
    const endOf = (result: SweepResult): string[] => sweepText(result, view).split('\n').slice(-4, -1);
    expect(endOf(cut).slice(1)).toEqual([settings, master]);
    const account = ['rolled back: replica-priority of redis-1 and redis-2', master];
    expect(endOf({ ...cut, account })).toEqual([settings, ...account]);
  });

  it('is a table with the frontier marked', () => {
    expect(sweepText(whole, view)).toMatchInlineSnapshot(`
      "MEASURED  3 of 4 combinations on the frontier of outage and loss
      3 trials each, fault kill; cluster default (process), redis 7.0.15; 8 clients (tuned), 1,000/s;
        min-replicas-max-lag 10 s

      DOWN-AFTER  MIN-REPLICAS  SWITCHED MEDIAN    MOST  OUTAGE MEDIAN    MOST  LOST  FRONTIER
              1s             0           2.35 s  2.45 s         2.40 s  2.50 s   120  ✔
              1s             1           2.45 s  2.55 s         2.50 s  2.60 s    12  ✔
              3s             0           4.35 s  4.45 s         4.40 s  4.50 s   132
              3s             1           4.45 s  4.55 s         4.50 s  4.60 s     0  ✔

      frontier: no other combination is better in median outage or loss without being worse in the other
      ✔ the old settings are restored on every node
      a cluster starts with the settings of your choice by --down-after and --redis-conf min-replicas-to-write=N of
        up:
      → sentinelctl up --help"
    `);
  });

  it('has no median of one or two trials, and says that they cannot tell combinations apart', () => {
    const few = (trialsEach: number): string =>
      sweepText({ ...whole, trialsEach }, view).replaceAll(/ +/g, ' ');
    expect(few(1)).toContain(' MIN-REPLICAS SWITCHED OUTAGE LOST FRONTIER');
    expect(few(2)).toContain(' SWITCHED LEAST MOST OUTAGE LEAST MOST LOST ');
    expect(sweepHtml({ ...whole, trialsEach: 1 })).not.toMatch(/median<\/th>/);
    expect(sweepHtml({ ...whole, trialsEach: 2 })).toContain('outage, least</th>');
    const runs = [runOf(2300, 40), runOf(2400, 4), runOf(4300, 44), runOf(4400, 0)];
    const firsts = runs.map(({ trials }) => resultOfTrials(trials.slice(0, 1)));
    const one = sweepOf(firsts, {}, undefined, { trials: 1 });
    expect(one.reason).toBe(
      '3 of 4 combinations on the frontier of outage and loss; 1 trial each cannot tell combinations apart, use --trials 3 or more',
    );
  });

  it('says what could not be restored, and how to', () => {
    const restoration = {
      restored: false,
      problems: ['sentinel-2: closed'],
      commands: ['redis-cli -h 127.0.0.1 -p 26380 SENTINEL SET mymaster down-after-milliseconds 5000'],
    };
    const text = sweepText({ ...whole, restoration }, view);
    expect(text).toContain('these settings could not be restored');
    expect(text).toContain(
      '→ redis-cli -h 127.0.0.1 -p 26380 SENTINEL SET mymaster down-after-milliseconds 5000',
    );
    expect(text).not.toContain('has the settings again');
  });

  it.each([40, 60, 80])('fits %i columns', (columns) => {
    const lines = sweepText(whole, { color: false, columns }).split('\n');
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
  });
});

describe('a sweep as a page', () => {
  const page = sweepHtml(whole);

  it('draws marks that would touch apart, with a stem to the place of one', () => {
    const [first, ...rest] = whole.points;
    if (first === undefined) throw new Error('no point');
    const twin = { ...first, minReplicas: 1, onFrontier: false };
    const at = (svg: string): number[][] =>
      [...svg.matchAll(/translate\(([\d.]+) ([\d.]+)\)/g)].map((m) => [Number(m[1]), Number(m[2])]);
    const chart = sweepHtml({ ...whole, points: [first, twin] });
    const [a = [], b = []] = at(chart);
    expect(a[0]).toBe(b[0]);
    expect(Math.abs((a[1] ?? 0) - (b[1] ?? 0))).toBeGreaterThanOrEqual(40);
    expect(chart).toContain(`<path class="stem" d="M${b[0]} ${b[1]}V${a[1]}"/>`);
    expect(sweepHtml({ ...whole, points: [first, ...rest.slice(-1)] })).not.toContain('class="stem"');
  });

  it('draws every combination that has evidence, and the frontier', () => {
    const drawn = [...page.matchAll(/data-down-after="(\d+)" data-min-replicas="(\d+)"/g)];
    expect(drawn.map((m) => [Number(m[1]), Number(m[2])])).toEqual([
      [1000, 0],
      [1000, 1],
      [3000, 0],
      [3000, 1],
    ]);
    expect(page.match(/class="s\d best"[^>]*data-down-after/g)).toHaveLength(3);
    expect(page).toContain('class="frontier"');
  });

  it('carries its data, and nothing that reaches out or runs', () => {
    const json = /<script type="application\/json" id="result">(.*?)<\/script>/s.exec(page)?.[1] ?? '';
    expect(JSON.parse(json)).toEqual(whole);
    expect(page).not.toMatch(/\bsrc=|href=(?!"#)|url\(|https?:/);
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page).toContain('class="copy"');
    for (const id of ['frontier', 'numbers', 'again'])
      expect(page).toMatch(new RegExp(`<a href="#${id}">[\\s\\S]*<section id="${id}"`));
  });

  it('lets no text become markup', () => {
    const evil = sweepHtml({ ...whole, cluster: '<img src=x onerror=alert(1)>', reason: '</script><b>' });
    expect(evil).not.toContain('<img');
    expect(evil).not.toContain('</script><b>');
  });

  it('says MEASURED, as the text does: a sweep that ended well judges nothing', () => {
    expect(page).toMatch(/<h1><span class="badge holds">.* MEASURED<\/span>/);
    expect(page).not.toContain('PASS');
  });

  it('says so where there is nothing to draw', () => {
    expect(sweepHtml(sweepOf([]))).toContain('No combination has enough evidence to be drawn.');
  });

  it('names a median only where there are trials to have one of', () => {
    const one = (): FailoverResult => {
      const run = runOf(2000, 1);
      return { ...run, trials: run.trials.slice(0, 1) };
    };
    expect(sweepHtml(sweepOf([one(), one()], {}, undefined, { trials: 1 }))).toContain('>client outage →<');
    expect(sweepHtml(sweepOf([runOf(2000, 1)]))).toContain('>client outage, median →<');
  });

  it('draws where nothing at all was lost', () => {
    const none = sweepHtml(sweepOf([runOf(2300, 0), runOf(2400, 0), runOf(4300, 0), runOf(4400, 0)]));
    expect(none.split('<script>')[0]).not.toMatch(/NaN|Infinity|undefined/);
  });
});
