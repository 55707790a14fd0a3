import { describe, expect, it } from 'vitest';
import { FAILOVER_FORMATS, formatOf } from '../../../src/report/formats.js';
import { failoverJunitXml } from '../../../src/report/junit.js';
import { failoverMarkdown } from '../../../src/report/markdown/failover.js';
import { eventsNdjson } from '../../../src/report/ndjson.js';
import {
  bareResult,
  cutShortResult,
  HOSTILE,
  heldResult,
  hostileResult,
  restoredResult,
  violatedResult,
} from '../../helpers/results.js';

const tags = (xml: string, name: string): string[] => xml.match(new RegExp(`<${name}[ >][^>]*`, 'g')) ?? [];
const attribute = (tag: string | undefined, name: string): string | undefined =>
  new RegExp(` ${name}="([^"]*)"`).exec(tag ?? '')?.[1];

describe('JUnit', () => {
  it('has a case for the run, each trial, each threshold and each invariant', () => {
    const result = violatedResult();
    const xml = failoverJunitXml(result);
    const expected = 1 + result.trials.length + result.thresholds.length + result.invariants.length;
    expect(tags(xml, 'testcase')).toHaveLength(expected);
    const [whole] = tags(xml, 'testsuites');
    expect(attribute(whole, 'tests')).toBe(String(expected));
    expect(attribute(whole, 'failures')).toBe('3');
    expect(tags(xml, 'failure').map((t) => attribute(t, 'message'))).toEqual([
      'first switch after 3.15 s',
      '40',
      '+switch-master to 127.0.0.1:6380, then 127.0.0.1:6381: a second failover followed the first',
    ]);
  });

  it('missing evidence is an error, so that no CI passes on it', () => {
    const xml = failoverJunitXml(cutShortResult());
    expect(tags(xml, 'error').map((t) => attribute(t, 'type'))).toEqual(['unknown', 'unknown']);
    expect(xml).toContain('<testcase name="the run came to its end"');
  });

  it('holds no character that XML forbids, and no markup that a server sent', () => {
    const xml = failoverJunitXml(hostileResult());
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
    expect(xml).not.toContain('<img');
    expect(xml).not.toContain(']]>');
    expect(xml).toContain('&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;');
  });
});

describe('Markdown', () => {
  it('of one trial: verdict first, its phases as a table, the command at the end', () => {
    const text = failoverMarkdown(bareResult());
    expect(text.split('\n')[0]).toMatch(
      /^## ✅ PASS: the first sentinel switched after .*; redis-1 → redis-3$/,
    );
    expect(text).toContain('| first sentinel switches | 3.74 s | 33 ms | 200 ms |  |');
    expect(text.trimEnd().split('\n').slice(-3)).toEqual(['```sh', bareResult().command, '```']);
  });

  it('of several: the summary, a line per trial, what was lost and why', () => {
    const text = failoverMarkdown(violatedResult());
    expect(text).toContain('| first sentinel switches | 10 | 3.29 s | 3.74 s | 3.74 s |');
    expect(text).toContain('| 3 | ❌ FAIL | redis-2 → redis-1 | 3.15 s |');
    expect(text).toContain('| **lost** | **48** |');
    expect(text).toContain('| `ledger.lost==0` | 40 | ❌ FAIL |');
  });

  it('an interrupted run is marked as such', () => {
    expect(failoverMarkdown(cutShortResult())).toContain(
      '**the run ended early: what is shown was measured, the rest is missing**',
    );
  });

  it('an interrupted trial says what was rolled back and which node is the master', () => {
    expect(failoverMarkdown(restoredResult())).toContain(
      'rolled back: redis-1 runs again as a replica of redis-2; 8 keys of the run removed; all nodes agree again; redis-2 127.0.0.1:6380 is the master now',
    );
  });

  it('what a server sent makes no cell, no HTML and no line of its own', () => {
    const text = failoverMarkdown(hostileResult());
    // Within code nothing is markup.
    const [prose = '', ...fences] = text.split('\n```');
    expect(prose.replace(/(?<!\\)`[^`\n]*`/g, '')).not.toMatch(/<(img|script|!--)/);
    expect(fences).toHaveLength(2);
    const cells = (line: string): number => line.replaceAll('\\|', '').split('|').length;
    for (const block of text.split('\n\n').filter((b) => b.startsWith('|'))) {
      const counts = new Set(block.split('\n').map(cells));
      expect(counts.size, block).toBe(1);
    }
  });
});

describe('NDJSON', () => {
  it('is every event of every trial, in order, with its trial and its time on the wall clock', () => {
    const result = heldResult(3);
    const lines = eventsNdjson(result).trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events).toHaveLength(result.trials.reduce((n, t) => n + t.events.length, 0));
    const second = events.filter((e) => e.trial === 2);
    const trial = result.trials[1];
    expect(second.map(({ trial: _t, at: _a, ...event }) => event)).toEqual(trial?.events);
    expect(second[0]?.at).toBe(trial?.faultAt);
  });

  it('a line stays a line whatever a message holds', () => {
    const lines = eventsNdjson(hostileResult()).trimEnd().split('\n');
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ message: HOSTILE });
  });

  it('nothing seen is an empty file', () => {
    expect(eventsNdjson({ trials: [] })).toBe('');
  });
});

describe('the formats', () => {
  it.each([
    ['run.html', 'html'],
    ['run.JSON', 'json'],
    ['events.ndjson', 'ndjson'],
    ['events.jsonl', 'ndjson'],
    ['junit.xml', 'junit'],
    ['summary.md', 'markdown'],
  ])('%s asks for %s', (path, id) => expect(formatOf(path, FAILOVER_FORMATS)?.id).toBe(id));

  it.each(['run', 'run.txt', 'run.html.gz', 'html'])('%s asks for none', (path) =>
    expect(formatOf(path, FAILOVER_FORMATS)).toBeUndefined(),
  );

  it('each has a name of its own that asks for it', () => {
    for (const format of FAILOVER_FORMATS) expect(formatOf(format.file, FAILOVER_FORMATS)).toBe(format);
    expect(new Set(FAILOVER_FORMATS.map((f) => f.file)).size).toBe(FAILOVER_FORMATS.length);
  });

  it('JSON is the result itself', () => {
    const result = heldResult();
    expect(JSON.parse(formatOf('a.json', FAILOVER_FORMATS)?.render(result) ?? '')).toEqual(result);
  });
});
