import { describe, expect, it } from 'vitest';
import { compare } from '../../../../src/failover/baseline.js';
import type { FailoverResult, Trial } from '../../../../src/observe/result.js';
import { failoverHtml } from '../../../../src/report/html/page.js';
import { metricText } from '../../../../src/report/words/metrics.js';
import {
  bareResult,
  cutShortResult,
  HOSTILE,
  heldResult,
  hostileResult,
  restoredResult,
  trialOf,
  violatedResult,
} from '../../../helpers/results.js';

const results: [string, FailoverResult][] = [
  ['one trial', heldResult()],
  ['ten trials', heldResult(10)],
  ['violated', violatedResult()],
  ['cut short', cutShortResult()],
  ['interrupted', restoredResult()],
  ['without clients', bareResult()],
  ['without a trial', { ...heldResult(), trials: [], summary: {} }],
  ['hostile', hostileResult()],
];

const HELD = failoverHtml(heldResult());
const VIOLATED = failoverHtml(violatedResult());
const BARE = failoverHtml(bareResult());

/** The document as it stands in the page. */
function embedded(page: string): unknown {
  const json = /<script type="application\/json" id="result">([\s\S]*?)<\/script>/.exec(page)?.[1];
  return JSON.parse(json ?? 'null');
}

/** RFC 6901. */
function at(document: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], document);
}

describe.each(results)('the page of a result: %s', (_name, result) => {
  const page = failoverHtml(result);

  it('holds the result as it is', () => {
    expect(embedded(page)).toEqual(JSON.parse(JSON.stringify(result)));
  });

  it('every number in it is the one of the JSON, in its unit', () => {
    const document = embedded(page);
    const numbers = [...page.matchAll(/<data value="([^"]*)" data-at="([^"]*)">([^<]*)<\/data>/g)];
    if (result.trials.length > 0) expect(numbers.length).toBeGreaterThan(5);
    const shown = numbers.map(([, value = '', pointer = '', text]) => {
      const metric = /\/(\w*Ms)(\/|$)/.exec(pointer)?.[1] ?? (/Ms/.test(pointer) ? 'xMs' : '');
      const isThreshold = /^\/thresholds\/\d+/.test(pointer);
      const wanted = isThreshold ? text : metricText(metric, Number(value));
      return { pointer, value: Number(value), inJson: at(document, pointer), text, wanted };
    });
    // One expectation for all: there are hundreds of numbers.
    expect(shown.filter((n) => !Object.is(n.inJson, n.value) || n.text !== n.wanted)).toEqual([]);
  });

  it('needs nothing from anywhere else', () => {
    const bare = page.replace(/<script type="application\/json"[\s\S]*?<\/script>/, '');
    expect(bare).not.toMatch(/<(link|iframe|object|embed|base|img)\b/);
    // Links within the page are none to anywhere else.
    expect(bare).not.toMatch(/\b(src|href|srcset|action)\s*=\s*["'](?!#)/);
    expect(bare).not.toMatch(/@import|url\(/);
  });

  it('has each id once', () => {
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((m) => m[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the first screen', () => {
  const titles = (page: string): (string | undefined)[] =>
    [...page.matchAll(/<h2 id[^>]*>([^<]*)<\/h2>/g)].map((m) => m[1]);
  const cards = (page: string): string[] =>
    [...page.matchAll(/<div class="(card [^"]*)"><h2>([^<]*)<\/h2>/g)].map((m) => `${m[2]}: ${m[1]}`);

  it('has the five numbers, and under them what to change next', () => {
    const page = HELD;
    expect(cards(page)).toEqual([
      'clients without an answer: card main plain',
      'acknowledged writes lost: card main risk',
      'first sentinel switched: card side plain',
      'two writable masters: card side risk',
      'old master rejoined: card side plain',
    ]);
    expect(titles(page).slice(0, 3)).toEqual(['What to change next', 'What must hold', 'Timeline']);
  });

  it('paints what is over a budget, and does not call unknown what was not measured', () => {
    const late = { expression: 'switchedMs<=3000', value: 3739, holds: 'violated' as const };
    const page = failoverHtml({ ...heldResult(), budgetMs: 3000, thresholds: [late] });
    expect(cards(page)).toContain('first sentinel switched: card side bad');
    const bare = BARE;
    expect(bare).toContain('no client wrote during this run');
    expect(cards(bare)[0]).toBe('clients without an answer: card main plain');
    expect(cards(VIOLATED)).toContain('acknowledged writes lost: card main bad');
  });

  it('of an interrupted run says what was rolled back and which node is the master', () => {
    const page = failoverHtml(restoredResult());
    expect(page).toContain(
      'rolled back: redis-1 runs again as a replica of redis-2; 8 keys of the run removed; all nodes agree again; redis-2 127.0.0.1:6380 is the master now.',
    );
    const account = ['rolled back: replica-priority of redis-1', 'redis-3 127.0.0.1:6381 is the master now'];
    expect(failoverHtml({ ...restoredResult(), account })).toContain(
      'rolled back: replica-priority of redis-1; redis-3 127.0.0.1:6381 is the master now.</p>',
    );
    // The clients were stopped: how long their outage would have been is not known, nor that they did not recover.
    const stopped = restoredResult().trials.map((trial): Trial => {
      const { client } = trial;
      if (client === undefined) return trial;
      const clients = client.clients.map((one) => ({ ...one, recoveredMs: null }));
      return { ...trial, client: { ...client, lastRecoveredMs: null, firstRecoveredMs: null, clients } };
    });
    const open = failoverHtml({ ...restoredResult(), trials: stopped });
    expect(open.includes('never acknowledged again')).toBe(false);
    expect(open).toMatch(/clients without an answer<\/h2><p class="figure"><b>at least /);
    const { trials } = restoredResult();
    expect(failoverHtml({ ...restoredResult(), trials: [...trials, ...trials] })).toContain(
      'switch not seen',
    );
  });

  it('has a link to each of its parts', () => {
    for (const page of [HELD, VIOLATED, BARE]) {
      const links = [...page.matchAll(/href="#([^"]*)"/g)].map((m) => m[1]);
      const ids = new Set([...page.matchAll(/ id="([^"]*)"/g)].map((m) => m[1]));
      expect(links.filter((id) => !ids.has(id))).toEqual([]);
      expect(links.length).toBeGreaterThanOrEqual(titles(page).length);
    }
  });
});

it('the legend has what is drawn of each client, where clients wrote', () => {
  const words = '<i class="rule back"></i>one client: its first write after the fault';
  expect(HELD).toContain(words);
  expect(BARE).not.toContain(words);
});

describe('what is said once', () => {
  it('a violated invariant and its evidence stand in one table, first', () => {
    const page = HELD;
    const shown = page.replace(/<script type="application\/json"[\s\S]*?<\/script>/, '');
    expect(shown.match(/CKQUORUM OK at 3 of 3/g)).toHaveLength(1);
    const violated = VIOLATED;
    const rows = [
      ...violated.matchAll(
        /<span class="badge (holds|violated|unknown)"><span[^>]*>.<\/span> (holds|violated|unknown)/g,
      ),
    ];
    expect(rows.map((m) => m[1]).slice(0, 3)).toEqual(['violated', 'violated', 'holds']);
  });
});

describe('metrics over trials', () => {
  it('percentiles and intervals need eight trials', () => {
    expect(failoverHtml(heldResult(7))).not.toContain('role="columnheader" class="n">p95<');
    expect(failoverHtml(heldResult(7))).toContain('most</th>');
    const many = failoverHtml(heldResult(8));
    expect(many).toContain('95 % CI of p50</th>');
    expect(many).toMatch(/class="group-title"><th[^>]*>Clients</);
  });

  it('each budget says which curve it is for', () => {
    const names = (change: object): string[] =>
      [...failoverHtml({ ...heldResult(3), ...change }).matchAll(/<text class="budget"[^>]*>([^<]*)</g)].map(
        ([, name = '']) => name,
      );
    const { switchedMs = 0 } = heldResult(3).trials[0]?.phases ?? {};
    const budgetMs = (switchedMs ?? 0) + 100;
    expect(names({ budgetMs })).toEqual(['budget of the switch']);
    expect(names({ budgetMs, outageBudgetMs: budgetMs })).toEqual([
      'budget of the switch',
      'budget of the clients',
    ]);
  });

  it('each trial has a row', () => {
    const page = VIOLATED;
    const table = /<caption>Trials<\/caption>[\s\S]*?<\/table>/.exec(page)?.[0] ?? '';
    expect(table.match(/<a href="#trial-/g)).toHaveLength(10);
  });
});

describe('the topology', () => {
  it('is each server with its version and persistence; a setting that differs says where', () => {
    const page = HELD;
    expect(page).toContain(
      '<b>redis-3</b><span>redis 7.0.15</span><span>127.0.0.1:6381</span><span>AOF always, RDB</span>',
    );
    expect(page).toContain('<b>everysec</b> redis-1, redis-2<br><b>always</b> redis-3');
    expect(page).toContain('2000 (2s)');
  });

  it('is left out of a result that has none', () => {
    const { topology: _t, ...older } = heldResult();
    expect(failoverHtml(older)).not.toContain('Topology');
  });
});

describe('a result of before', () => {
  it('without rate and latency over time has the lanes of its clients, open', () => {
    const result = heldResult();
    const older = {
      ...result,
      trials: result.trials.map((t) => {
        if (t.client === undefined) return t;
        const { overTime: _o, ...client } = t.client;
        return { ...t, client };
      }),
    };
    const page = failoverHtml(older);
    expect(page).not.toContain('class="lane plot"');
    expect(page).toContain('<details class="each" open>');
  });
});

describe('a baseline', () => {
  it('is a second line in the plots and a second curve over the trials', () => {
    const page = failoverHtml(heldResult(3), heldResult(5));
    expect(page).toContain('<path class="base" d="M');
    expect(page).toContain('data-curve="switched base"');
    expect(failoverHtml(heldResult(3))).not.toContain('class="base"');
  });

  it('is named in the legend with its time and its verdict, and what the comparison says in the header', () => {
    const now = heldResult(3);
    const earlier = { ...violatedResult(), startedAt: '2026-01-02T03:04:05.000Z', cluster: 'lab' };
    const run =
      'the run of <time datetime="2026-01-02T03:04:05.000Z">2026-01-02 03:04:05 UTC</time> on lab: FAIL';
    const page = failoverHtml(now, earlier, compare(earlier, now));
    expect(page).toContain(
      `the baseline’s writes/s, and its p99 (its trial with the median switch): ${run}</span>`,
    );
    const header = /<header[\s\S]*?<\/header>/.exec(page)?.[0];
    expect(header).toContain(`<p class="quiet">Baseline: ${run}. Against it this run is <b>NOT WORSE</b>: `);
    // Too few trials: what ends with exit code 2 is not only a passed page.
    const one = failoverHtml(heldResult(1), earlier, compare(earlier, heldResult(1)));
    expect(one).toMatch(/<p class="incomplete"><b>!<\/b> Baseline: .* this run is <b>UNKNOWN<\/b>: /);
    expect(failoverHtml(now)).not.toMatch(/Baseline:|the baseline/);
  });
});

describe('what came off a wire', () => {
  const page = failoverHtml(hostileResult());

  it('makes no element, ends no script and opens no attribute', () => {
    expect(page).not.toContain('<img');
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page).not.toMatch(/<!--/);
    expect(page).not.toMatch(/onerror=alert\(1\)>/);
  });

  it('is still there to read', () => {
    expect(page).toContain('&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;');
    expect(JSON.stringify(embedded(page))).toContain(JSON.stringify(HOSTILE).slice(1, -1));
  });
});

describe('trials', () => {
  it('the first that does not hold is shown first, the others wait behind their tabs', () => {
    const page = VIOLATED;
    const shown = [
      ...page.matchAll(/<(?:article|div) class="trial" id="trial-(\d+)"[^>]*?( hidden)?>/g),
    ].filter((m) => !m[2]);
    expect(shown.map((m) => m[1])).toEqual(['3']);
    expect(page).toMatch(/id="tab-3"[^>]* aria-selected="true"/);
  });

  it('where all hold, the slowest is', () => {
    const page = failoverHtml(heldResult(4));
    expect(page).toMatch(/id="tab-1"[^>]* aria-selected="true"/);
  });

  it('of many the ones that did not pass and the slowest are drawn, and all are in the table', () => {
    const { trials, ...result } = violatedResult();
    const many = { ...result, trials: Array.from({ length: 40 }, (_, i) => trials[i % 10] ?? trialOf(1)) };
    const page = failoverHtml(many);
    expect(page.match(/<div class="trial"/g)).toHaveLength(30);
    expect(page).toContain('30 of 40 trials are drawn');
    for (const failed of [3, 13, 23, 33]) expect(page).toContain(`id="trial-${failed}"`);
    const table = /<caption>Trials<\/caption>[\s\S]*?<\/table>/.exec(page)?.[0] ?? '';
    expect(table.match(/<tr role="row">/g)).toHaveLength(41);
    expect(table.match(/href="#trial-/g)).toHaveLength(30);
  });

  it('one alone needs no tabs and no distribution', () => {
    const page = HELD;
    expect(page).not.toContain('role="tablist"');
    expect(page).not.toContain('class="ecdf"');
  });
});
