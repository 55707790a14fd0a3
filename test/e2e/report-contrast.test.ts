import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failoverHtml } from '../../src/report/html/page.js';
import { ask, CHROMIUM, FLAGS, isThere } from '../helpers/chromium.js';
import { ALL_KINDS, SIGN_CONTRASTS, TEXT_CONTRASTS } from '../helpers/contrast-in-page.js';
import { heldResult, violatedResult } from '../helpers/results.js';

/** Every kind of stretch and mark, by the lane in which it is drawn. */
const KINDS = {
  node: ['master', 'replica', 'unlinked', 'zombie', 'down', 'unknown'].map((state) => `seg ${state}`),
  sentinel: [
    ...['seg belief', 'seg belief new', 'seg belief other'],
    ...['mark', 'mark bad', 'mark minor', 'mark dot', 'mark dot bad'],
  ],
  phases: ['seg phase p0', 'seg phase p1', 'seg phase p0 over', 'seg phase p1 over'],
};

interface Measured {
  what: string;
  ratio: number;
}

describe.skipIf(!isThere)(`the colours of the report (${CHROMIUM})`, () => {
  let browser: Browser;
  let directory: string;
  let page: Page;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sentinelctl-contrast-'));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const path = join(directory, 'report.html');
    await writeFile(path, failoverHtml(violatedResult(3), heldResult(3)));
    await page.goto(pathToFileURL(path).href);
    await ask(page, ALL_KINDS, JSON.stringify(KINDS));
  });
  afterAll(async () => {
    await browser.close();
    await rm(directory, { recursive: true, force: true });
  });

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    beforeAll(() => page.emulateMedia({ colorScheme }));

    it('show every text at 4.5 to 1 or more', async () => {
      // WCAG 2.1, success criterion 1.4.3.
      const texts = await ask<Measured[]>(page, TEXT_CONTRASTS);
      expect(texts.length).toBeGreaterThan(400);
      expect(texts.filter(({ what }) => what.startsWith('text.')).length).toBeGreaterThan(5);
      expect(texts.filter(({ ratio }) => !(ratio >= 4.5))).toEqual([]);
    });

    it('show every stretch, line and mark at 3 to 1 or more', async () => {
      // 1.4.11.
      const signs = await ask<Measured[]>(page, SIGN_CONTRASTS);
      for (const kind of Object.values(KINDS).flat()) {
        const name = /^mark (minor|dot)/.test(kind) ? ` in ${kind} ` : `button.${kind} in`;
        if (kind === 'mark' || kind === 'mark bad') continue;
        expect(
          signs.some(({ what }) => what.includes(name)),
          kind,
        ).toBe(true);
      }
      expect(signs.length).toBeGreaterThan(100);
      expect(signs.filter(({ ratio }) => !(ratio >= 3))).toEqual([]);
    });
  });
});
