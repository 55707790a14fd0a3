import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CHECKS } from '../../../src/checks/index.js';
import { checksPage } from '../../../src/report/markdown/checks-page.js';

it('docs/checks.md is what the checks say (sentinelctl explain --markdown > docs/checks.md writes it)', () => {
  const path = fileURLToPath(new URL('../../../docs/checks.md', import.meta.url));
  expect(readFileSync(path, 'utf8')).toBe(`${checksPage(CHECKS)}\n`);
});
