import { describe, expect, it } from 'vitest';
import type { FailoverResult } from '../../../../src/observe/result.js';
import { failoverHtml } from '../../../../src/report/html/page.js';
import { metricText } from '../../../../src/report/words/metrics.js';
import {
  bareResult,
  cutShortResult,
  HOSTILE,
  heldResult,
  hostileResult,
  violatedResult,
} from '../../../helpers/results.js';

const results: [string, FailoverResult][] = [
  ['one trial', heldResult()],
  ['ten trials', heldResult(10)],
  ['violated', violatedResult()],
  ['cut short', cutShortResult()],
  ['without clients', bareResult()],
  ['without a trial', { ...heldResult(), trials: [], summary: {} }],
  ['hostile', hostileResult()],
];

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
    for (const [, value = '', pointer = '', text] of numbers) {
      expect(at(document, pointer), pointer).toBe(Number(value));
      const metric = /\/(\w*Ms)(\/|$)/.exec(pointer)?.[1] ?? (/Ms/.test(pointer) ? 'xMs' : '');
      const threshold = /^\/thresholds\/(\d+)/.exec(pointer)?.[1];
      if (threshold === undefined) expect(text, pointer).toBe(metricText(metric, Number(value)));
    }
  });

  it('needs nothing from anywhere else', () => {
    const bare = page.replace(/<script type="application\/json"[\s\S]*?<\/script>/, '');
    expect(bare).not.toMatch(/<(link|iframe|object|embed|base|img)\b/);
    expect(bare).not.toMatch(/\b(src|href|srcset|action)\s*=\s*["']/);
    expect(bare).not.toMatch(/@import|url\(/);
  });

  it('has each id once', () => {
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((m) => m[1]);
    expect(new Set(ids).size).toBe(ids.length);
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
    const page = failoverHtml(violatedResult());
    const shown = [...page.matchAll(/<article class="trial" id="trial-(\d+)"[^>]*?( hidden)?>/g)].filter(
      (m) => !m[2],
    );
    expect(shown.map((m) => m[1])).toEqual(['3']);
    expect(page).toMatch(/id="tab-3"[^>]* aria-selected="true"/);
  });

  it('where all hold, the slowest is', () => {
    const page = failoverHtml(heldResult(4));
    expect(page).toMatch(/id="tab-1"[^>]* aria-selected="true"/);
  });

  it('one alone needs no tabs and no distribution', () => {
    const page = failoverHtml(heldResult());
    expect(page).not.toContain('role="tablist"');
    expect(page).not.toContain('class="ecdf"');
  });
});
