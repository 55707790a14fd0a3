import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FailoverResult, Trial } from '../../src/observe/result.js';
import { failoverHtml } from '../../src/report/html/page.js';
import { failoverJunitXml } from '../../src/report/junit.js';
import { metricText } from '../../src/report/words/metrics.js';
import { ask, CHROMIUM, FLAGS, isRequired, isThere } from '../helpers/chromium.js';
import {
  AT_CURSOR,
  BAD_LABELS,
  CONTRASTS,
  COVERED,
  CROSSED,
  CUT_TEXTS,
  EMBEDDED,
  LINE_CONTRASTS,
  NAMELESS,
  NUMBERS,
  type NumberShown,
  OVERLAPS,
  READ_XML,
  STYLE_OF_BODY,
  STYLE_OF_FOCUSED,
  WIDTHS,
} from '../helpers/in-page.js';
import {
  bareResult,
  cutShortResult,
  HOSTILE,
  heldResult,
  hostileResult,
  violatedResult,
  waitingResult,
} from '../helpers/results.js';

const DESKTOP = { width: 1280, height: 900 };

it.runIf(isRequired && !isThere)('Chromium is required and there', () => {
  expect(isThere, `${CHROMIUM} is not there`).toBe(true);
});

/** The chart of a whole trial; the close-ups follow it. */
const WHOLE = '.trial:not([hidden]) > .chart';
const CLOSE_UP = '.trial:not([hidden]) > .closeup:not([hidden]) .chart';

const results: [string, FailoverResult][] = [
  ['one trial', heldResult()],
  ['ten trials, one violated', violatedResult()],
  ['cut short', cutShortResult()],
  ['interrupted while clients waited', waitingResult()],
  ['without clients', bareResult()],
  ['hostile', hostileResult()],
];

/** The first number on the axis of the close-up would be cut by its edge. */
function besideNumber(): FailoverResult {
  const result = heldResult();
  const later = (phases: Trial['phases']): Trial['phases'] =>
    Object.fromEntries(Object.entries(phases).map(([id, ms]) => [id, (ms ?? 0) + 121])) as Trial['phases'];
  return { ...result, trials: result.trials.map((trial) => ({ ...trial, phases: later(trial.phases) })) };
}

describe.skipIf(!isThere)(`the report in a browser (${CHROMIUM})`, () => {
  let browser: Browser;
  let directory: string;
  // A page of its own for each test costs two processes each: what a test needs is a document, not a page.
  let page: Page;
  let phone: Page;
  let written = 0;
  let complaints: string[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sentinelctl-report-'));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    page = await listenedTo({ viewport: DESKTOP, timezoneId: 'Asia/Tokyo' });
    phone = await listenedTo({ viewport: { width: 420, height: 844 }, isMobile: true, hasTouch: true });
  });
  afterAll(async () => {
    await browser.close();
    await rm(directory, { recursive: true, force: true });
  });
  afterEach(() => {
    // Cleared first: what one test hears is not said of the next one.
    const heard = complaints;
    complaints = [];
    expect(heard).toEqual([]);
  });

  /** A page of which everything is kept that it complains of or asks the network for. */
  async function listenedTo(options: Parameters<Browser['newPage']>[0]): Promise<Page> {
    const opened = await browser.newPage(options);
    opened.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    opened.on('pageerror', (error) => complaints.push(error.message));
    opened.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    opened.on('request', (request) => {
      if (!request.url().startsWith('file:')) complaints.push(`request: ${request.url()}`);
    });
    return opened;
  }

  /** Loads a report as a reader would, from a file, at a width, with the pointer outside of it. */
  async function open(
    result: FailoverResult,
    { width = DESKTOP.width, hash = '', baseline = null as FailoverResult | null } = {},
  ): Promise<void> {
    await page.emulateMedia({ media: null, colorScheme: 'light' });
    await page.setViewportSize({ ...DESKTOP, width });
    await page.mouse.move(0, 0);
    await load(page, result, hash, baseline);
  }

  async function load(
    into: Page,
    result: FailoverResult,
    hash = '',
    baseline: FailoverResult | null = null,
  ): Promise<void> {
    // Another name each time: to the same one with another hash a browser would only scroll.
    const file = join(directory, `report-${++written}.html`);
    await writeFile(file, failoverHtml(result, baseline));
    await into.goto(`${pathToFileURL(file).href}${hash}`);
  }

  describe.each(results)('%s', (_name, result) => {
    beforeAll(() => open(result));

    it('no complaint, and every number is the one of the JSON', async () => {
      const numbers = await ask<NumberShown[]>(page, NUMBERS);
      expect(numbers.length).toBeGreaterThan(5);
      for (const { at, inJson, value, text } of numbers) {
        expect(value, at).toBe(inJson);
        if (/Ms/.test(at)) expect(text, at).toBe(metricText('anyMs', value));
      }
    });

    it('everything that can be used has a name, and one heading leads', async () => {
      expect(await ask<string[]>(page, NAMELESS)).toEqual([]);
      expect(await page.locator('h1').count()).toBe(1);
      expect(await page.getByRole('navigation', { name: 'contents' }).count()).toBe(1);
      // The rows that become lists on a phone are a table all the same.
      await page.setViewportSize({ width: 420, height: 800 });
      expect(await page.getByRole('table', { name: 'Thresholds and invariants' }).count()).toBe(1);
      expect(await page.getByRole('cell').count()).toBeGreaterThan(3);
    });

    it('at 420 pixels nothing is cut, and nothing scrolls sideways', async () => {
      await load(phone, result);
      const widths = await ask<{ page: number; window: number; cut: string[] }>(phone, WIDTHS);
      expect(widths).toEqual({ page: 420, window: 420, cut: [] });
    });

    it('its JUnit is XML that can be parsed', async () => {
      const parsed = await ask<{ error: string | null; cases: number; tests: number }>(
        page,
        READ_XML,
        failoverJunitXml(result),
      );
      expect(parsed.error).toBeNull();
      expect(parsed.cases).toBe(parsed.tests);
    });
  });

  describe('one trial', () => {
    const result = heldResult();
    beforeAll(() => open(result));

    it('has a lane for every node, sentinel and client, with everything that happened in it', async () => {
      const names = await page
        .locator(`${WHOLE} .lane[data-lane]`)
        .evaluateAll((lanes) => lanes.map((lane) => lane.getAttribute('data-lane')));
      const clients = (result.trials[0]?.client?.clients ?? []).map((c) => c.id);
      const nodes = ['redis-1', 'redis-3', 'redis-2'];
      const sentinels = ['sentinel-1', 'sentinel-2', 'sentinel-3'];
      expect(names).toEqual([
        'phases',
        ...nodes,
        ...sentinels,
        'writes/s',
        'latency',
        'lost writes',
        ...clients,
      ]);
      // One lane of all; those of each client are folded below it.
      expect(await page.locator(`${WHOLE} .lane.client`).first().isVisible()).toBe(false);
      const words = await page
        .locator(`${WHOLE} .lane[data-lane=redis-1] button`)
        .evaluateAll((parts) => parts.map((part) => part.getAttribute('aria-label')?.split('\n')[0]));
      expect(words).toEqual([
        'redis-1: master',
        'redis-1: down: kill SIGKILL',
        'redis-1: a second writable master',
        'redis-1: replica of redis-3',
      ]);
      expect(await page.locator(`${WHOLE} .band.fault`).count()).toBe(1);
      expect(await page.locator(`${WHOLE} .band.dual`).count()).toBe(1);
      expect(await page.locator(`${WHOLE} .lane.loss .lost`).count()).toBe(2);
    });

    it('what stands at the same time stands at the same place', async () => {
      const edge = async (selector: string, side: 'left' | 'right'): Promise<number> => {
        const box = await page.locator(`${WHOLE} ${selector}`).first().boundingBox();
        return (box?.x ?? 0) + (side === 'right' ? (box?.width ?? 0) : 0);
      };
      const down = '.lane[data-lane=redis-1] .down';
      expect(await edge('.band.fault', 'left')).toBeCloseTo(await edge(down, 'left'), 0);
      expect(await edge('.band.fault', 'right')).toBeCloseTo(await edge(down, 'right'), 0);
      expect(await edge('.band.dual', 'left')).toBeCloseTo(
        await edge('.lane[data-lane=redis-1] .zombie', 'left'),
        0,
      );
    });

    it('says when it was in UTC, and on the reader’s own clock', async () => {
      const time = page.locator('header time');
      expect(await time.textContent()).toMatch(/^2025-01-02 03:04:00 UTC, 12:04:00 .* here$/);
    });

    it('one cursor shows what every lane was at that moment, in both charts', async () => {
      const track = page.locator(`${CLOSE_UP} .lane[data-lane=redis-1] .track`);
      const box = await track.boundingBox();
      await track.hover({ position: { x: (box?.width ?? 0) / 2, y: 4 }, force: true });
      const at = (await page.locator(`${CLOSE_UP} .cursor b`).textContent()) ?? '';
      expect(at).toMatch(/^3\.\d\d s$/);
      expect(await page.locator(`${WHOLE} .cursor b`).textContent()).toBe(at);
      const close = await ask<[string, string][]>(page, AT_CURSOR, CLOSE_UP);
      expect(close).toEqual([
        ['phases', '! promoted'],
        ['redis-1', 'down'],
        ['redis-3', 'master'],
        ['redis-2', 'replica, no link'],
        ['sentinel-1', '→ redis-1'],
        ['sentinel-2', '→ redis-1'],
        ['sentinel-3', '→ redis-1'],
        ['writes/s', expect.stringMatching(/^0\/s/)],
        ['latency', 'p50 –, p99 –'],
      ]);
      const whole = await ask<[string, string][]>(page, AT_CURSOR, WHOLE);
      expect(whole.filter(([lane]) => lane !== 'lost writes')).toEqual(close);
      await page.mouse.move(0, 0);
      expect(await page.locator('.cursor:visible').count()).toBe(0);
    });

    it('by keyboard the same cursor says the values of all lanes', async () => {
      const scrub = page.locator(`${WHOLE} .scrub`);
      await scrub.focus();
      await page.keyboard.press('End');
      const said = (await scrub.getAttribute('aria-valuetext')) ?? '';
      expect(said).toMatch(/^2\d\.\d\d s: .*redis-1 replica; redis-3 master/);
      await page.keyboard.press('Home');
      expect(await scrub.getAttribute('aria-valuetext')).toMatch(/^−.*redis-1 master; redis-3 replica/);
    });

    it('an axis is linear or logarithmic', async () => {
      const plot = page.locator(`${WHOLE} .lane[data-lane="writes/s"]`);
      expect(await plot.locator('.drawing:visible').getAttribute('data-axis')).toBe('linear');
      await plot.getByRole('button').click();
      expect(await plot.locator('.drawing:visible').getAttribute('data-axis')).toBe('log');
      expect(await plot.locator('.drawing:visible .tick-y').allTextContents()).toEqual(
        ['1,000', '100', '10'].reverse(),
      );
    });

    it('the command is copied by its button', async () => {
      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByRole('button', { name: /^(Copied|Selected)$/ }).waitFor();
    });

    it('the time from sdown to the switch is shown closely at first; another part by a button', async () => {
      const [button, other] = ['from sdown to the switch', 'the return of the old master'].map((name) =>
        page.getByRole('button', { name }),
      );
      expect(await button?.getAttribute('aria-pressed')).toBe('true');
      const marks = page.locator(`${CLOSE_UP} .lane[data-lane=sentinel-3] .mark`);
      const [frame, first] = [await page.locator(CLOSE_UP).boundingBox(), await marks.first().boundingBox()];
      expect(first?.x ?? 0).toBeGreaterThan(frame?.x ?? 0);
      expect(await page.locator(`${CLOSE_UP} .axis i`).count()).toBeGreaterThan(4);
      await other?.click();
      expect(await button?.getAttribute('aria-pressed')).toBe('false');
      expect(await page.locator(CLOSE_UP).count()).toBe(1);
      const lens = await page.locator(`${WHOLE} .lens`).boundingBox();
      const back = await page.locator(`${WHOLE} .lane[data-lane=redis-1] .zombie`).boundingBox();
      expect(
        Math.abs((lens?.x ?? 0) + (lens?.width ?? 0) / 2 - (back?.x ?? 0) - (back?.width ?? 0) / 2),
      ).toBeLessThan(3);
    });
  });

  describe('ten trials', () => {
    beforeAll(() => open(violatedResult()));

    it('the distribution has a step for every trial', async () => {
      for (const kind of ['switched', 'outage']) {
        expect(await page.locator(`.ecdf [data-curve=${kind}] circle`).count()).toBe(10);
      }
    });

    it('by keyboard: trials, lanes and events, each with its words; Escape puts them away', async () => {
      await page.locator('#tab-3').focus();
      await page.keyboard.press('ArrowRight');
      expect(await page.locator('#trial-4').isVisible()).toBe(true);
      expect(await page.locator('#trial-3').isVisible()).toBe(false);
      expect(await page.locator('#tab-4').getAttribute('aria-selected')).toBe('true');
      await page.keyboard.press('Home');
      expect(await page.locator('#trial-1').isVisible()).toBe(true);

      const lane = page.locator('#trial-1 > .chart .lane[data-lane=sentinel-3] .track');
      await lane.locator('[tabindex="0"]').focus();
      await page.keyboard.press('End');
      const focused = page.locator(':focus');
      const words = await focused.getAttribute('aria-label');
      expect(words).toMatch(/^sentinel-3/);
      expect(await page.locator('#tip').isVisible()).toBe(true);
      expect(await page.locator('#tip').textContent()).toBe(words);
      expect(await ask<string>(page, STYLE_OF_FOCUSED, 'outlineStyle')).toBe('solid');
      await page.keyboard.press('Escape');
      expect(await page.locator('#tip').isVisible()).toBe(false);
    });

    it('printed, it is a few pages with all lanes in sight', async () => {
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('.tabs').isVisible()).toBe(false);
      const pdf = await page.pdf({ format: 'A4' });
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      const overflow = await page.locator(WHOLE).evaluate((chart) => {
        const frame = chart.parentElement?.getBoundingClientRect().right ?? 0;
        return chart.getBoundingClientRect().right - frame;
      });
      expect(overflow).toBeLessThanOrEqual(1);
    });
  });

  it('printed from a wide window, what fits is measured at the width of the paper', async () => {
    await open(violatedResult(3), { width: 1400 });
    const dispatch = (name: string) =>
      page.evaluate<void>(`dispatchEvent(new Event(${JSON.stringify(name)}))`);
    await dispatch('beforeprint');
    await page.emulateMedia({ media: 'print' });
    // A4 at 96 points an inch without its margins: the page lays itself out as it was measured.
    await page.setViewportSize({ width: 718, height: 1047 });
    const width = (): Promise<number> =>
      page.locator('main').evaluate((main) => main.getBoundingClientRect().width);
    expect(await width()).toBeCloseTo(680, 0);
    expect(await ask<string[]>(page, OVERLAPS)).toEqual([]);
    expect(await ask<string[]>(page, CUT_TEXTS)).toEqual([]);
    await page.emulateMedia({ media: null });
    await page.setViewportSize({ ...DESKTOP, width: 1400 });
    await dispatch('afterprint');
    expect(await width()).toBeGreaterThan(1000);
  });

  it('headings go down by one, and a name has the text that is seen', async () => {
    await open(violatedResult(3));
    const levels = await page
      .locator('h1, h2, h3, h4')
      .evaluateAll((all) => all.map((heading) => Number(heading.tagName[1])));
    expect(levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1)).toEqual([]);
    expect(await page.locator('article[role]').count()).toBe(0);
    const unnamed = await page
      .locator('button.seg')
      .evaluateAll((all) =>
        all.flatMap((seg) =>
          seg.getAttribute('aria-label')?.includes(seg.textContent ?? '') ? [] : [seg.outerHTML],
        ),
      );
    expect(unnamed).toEqual([]);
  });

  describe('text and lines', () => {
    beforeAll(() => open(violatedResult(3), { baseline: heldResult(3) }));

    it.each(['light', 'dark'] as const)('are readable in %s', async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      const wanted =
        'h1, h2, h3, h4, p, th, td, a, .badge, small, .name, .legend li, .axis i:not(.off), .tick-y, .seg.master, ' +
        '.seg.replica, .phase, .mark em, .server span, .figure b, .closer button, .copy, .axis-kind, summary, code';
      const contrast = await ask<{ what: string; ratio: number }[]>(page, CONTRASTS, wanted);
      expect(contrast.length).toBeGreaterThan(200);
      // WCAG 2.1, success criterion 1.4.3.
      expect(contrast.filter((c) => c.ratio < 4.5)).toEqual([]);
      // 1.4.11: what a line or a border alone shows.
      const lines = {
        ...{ '.drawing .rate': 'stroke', '.drawing .errors': 'stroke', '.drawing .p50': 'stroke' },
        ...{ '.drawing .p99': 'stroke', '.legend .base': 'stroke', '.line.first': 'borderLeftColor' },
        ...{ '.line.budget': 'borderLeftColor', '.copy': 'borderTopColor', '.server': 'borderTopColor' },
        ...{
          '.card.risk': 'borderLeftColor',
          '.card.bad': 'borderLeftColor',
          '.track .lost': 'backgroundColor',
        },
        ...{ '.track .master': 'backgroundColor', '.track .replica': 'backgroundColor' },
      };
      const drawn = await ask<{ what: string; ratio: number }[]>(page, LINE_CONTRASTS, JSON.stringify(lines));
      expect(drawn.filter((c) => !(c.ratio >= 3))).toEqual([]);
      const background = await ask<string>(page, STYLE_OF_BODY, 'backgroundColor');
      expect(background).toBe(colorScheme === 'dark' ? 'rgb(14, 18, 23)' : 'rgb(244, 246, 248)');
    });
  });

  it.each([420, 700, 1400])('at %i pixels marks, texts and lines do not lie on a text', async (width) => {
    // The budget's line among the words of the fault, and a close-up that begins beside a number of its axis.
    for (const result of [
      heldResult(),
      { ...heldResult(), fault: 'freeze', budgetMs: 1500 },
      besideNumber(),
    ]) {
      await open(result, { width });
      for (const part of ['from the fault to the switch', 'from sdown to the switch']) {
        expect(await ask<string[]>(page, OVERLAPS)).toEqual([]);
        expect(await ask<string[]>(page, BAD_LABELS)).toEqual([]);
        expect(await ask<string[]>(page, CROSSED)).toEqual([]);
        expect((await ask<{ cut: string[] }>(page, WIDTHS)).cut).toEqual([]);
        await page.getByRole('button', { name: part }).click();
      }
    }
    expect(await page.locator(`${CLOSE_UP} .mark:not(.minor) em:not(.off)`).count()).toBeGreaterThan(0);
    // In or below its stretch, each phase has its name.
    const named = page.locator(`${CLOSE_UP} .phases`).locator('.seg > span:not(.off), .phase-name:not(.off)');
    const phases = Object.keys(besideNumber().trials[0]?.phases ?? {});
    expect(await named.count()).toBe(phases.length);
  });

  it.each([420, 1400])('at %i pixels the signs of lost writes do not touch', async (width) => {
    const result = violatedResult(1);
    const ledger = result.trials[0]?.ledger;
    const [run] = ledger?.lostRuns ?? [];
    if (run === undefined) throw new Error('no write is lost');
    for (let i = 0; i < 60; i++)
      ledger?.lostRuns.push({ ...run, fromMs: run.fromMs + i * 45, toMs: run.fromMs + i * 45 + 10 });
    await open(result, { width });
    expect(await ask<string[]>(page, OVERLAPS)).toEqual([]);
    const signs = page.locator(`${WHOLE} .loss .lost > span`);
    expect(await signs.count()).toBeGreaterThan(60);
    expect(await signs.filter({ visible: true }).count()).toBeGreaterThan(1);
    // Each is whole: nothing is painted over its middle or its edges.
    expect(await ask<string[]>(page, COVERED, '.loss .lost > span:not(.off)')).toEqual([]);
  });

  it('events at one place are one mark, with their number and the words of all', async () => {
    const result = heldResult();
    const [trial] = result.trials;
    const names = ['+sentinel', '+slave', '+fix-slave-config'];
    for (const [i, name] of names.entries())
      trial?.events.push({ atMs: 1000 + i * 120, source: 'sentinel-1', name, message: 'x' });
    await open(result, { width: 420 });
    const lane = page.locator(`${WHOLE} .lane[data-lane=sentinel-1]`);
    const joined = lane.locator('.mark[data-count]').filter({ visible: true }).first();
    expect(Number(await joined.getAttribute('data-count'))).toBeGreaterThan(1);
    const words = (await joined.getAttribute('aria-label')) ?? '';
    expect(names.filter((name) => words.includes(name)).length).toBeGreaterThan(1);
    expect(words.match(/sentinel-1/g)).toHaveLength(1);
    await page.setViewportSize({ ...DESKTOP, width: 1400 });
    await lane.locator('.mark:not(.joined)[aria-label*="+fix-slave-config"]').first().waitFor();
    expect(await ask<string[]>(page, OVERLAPS)).toEqual([]);
  });

  it('a time where the reader has another day says the date', async () => {
    await open({ ...heldResult(), startedAt: '2026-11-29T18:18:29.000Z' });
    const started = page.locator('time[datetime="2026-11-29T18:18:29.000Z"]').first();
    expect(await started.textContent()).toMatch(
      /^2026-11-29 18:18:29 UTC, 2026-11-30 0?3:18:29 GMT\+9 here$/,
    );
    await open({ ...heldResult(), startedAt: '2026-11-29T08:18:29.000Z' });
    const same = page.locator('time[datetime="2026-11-29T08:18:29.000Z"]').first();
    expect(await same.textContent()).toMatch(/^2026-11-29 08:18:29 UTC, 17:18:29 GMT\+9 here$/);
  });

  describe('three trials', () => {
    beforeAll(() => open(heldResult(3), { hash: '#trial-2' }));

    it('a link to a trial shows that trial', async () => {
      expect(await page.locator('#trial-2').isVisible()).toBe(true);
      expect(await page.locator('.trial:visible').count()).toBe(1);
    });

    it('a row of the table of trials leads to its trial', async () => {
      await page.getByRole('link', { name: '3', exact: true }).click();
      await page.locator('#trial-3').waitFor();
      expect(await page.locator('.trial:visible').count()).toBe(1);
    });
  });

  it('text from a server stays text', async () => {
    await open({ ...hostileResult(), outcome: 'unknown' });
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(2);
    const evidence = await page.locator('.reason').textContent();
    expect(evidence).toContain('</script><img src=x onerror=alert(1)>');
    const { reason } = await ask<FailoverResult>(page, EMBEDDED);
    expect(reason).toBe(HOSTILE);
  });
});
