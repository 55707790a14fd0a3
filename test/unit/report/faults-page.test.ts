import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { catalogue } from '../../../src/faults/catalogue/index.js';
import { faultsPage } from '../../../src/report/markdown/faults-page.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');

it('the catalogue in docs/faults.md is what the faults say (scripts/faults.mjs writes it)', () => {
  const [, shown] =
    /<!-- catalogue[^>]*-->\n\n([\s\S]*?)\n\n<!-- \/catalogue -->/.exec(read('docs/faults.md')) ?? [];
  expect(shown).toBe(faultsPage(catalogue));
});

it('docs/weaknesses.md names every scenario that shows one', () => {
  const scenarios = readdirSync(`${ROOT}scenarios`).filter((file) =>
    /^weakness:/m.test(read(`scenarios/${file}`)),
  );
  const page = read('docs/weaknesses.md');
  const missing = scenarios
    .map((file) => file.replace(/\.yaml$/, ''))
    .filter((name) => !page.includes(`\`sentinelctl chaos run ${name}\``));
  expect(scenarios.length).toBeGreaterThan(0);
  expect(missing).toEqual([]);
});
