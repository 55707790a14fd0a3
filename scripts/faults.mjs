// Writes the catalogue in docs/faults.md from the faults themselves, between its marks.
import { readFile, writeFile } from 'node:fs/promises';
import { fromSource } from './bundle.mjs';

const { catalogue } = await fromSource('src/faults/catalogue/index.ts');
const { faultsPage } = await fromSource('src/report/markdown/faults-page.ts');

const PAGE = new URL('../docs/faults.md', import.meta.url);
const MARKED = /(<!-- catalogue[^>]*-->\n\n)[\s\S]*?(\n\n<!-- \/catalogue -->)/;

const page = await readFile(PAGE, 'utf8');
if (!MARKED.test(page)) throw new Error('docs/faults.md has lost its marks');
await writeFile(
  PAGE,
  page.replace(MARKED, (_, begin, end) => `${begin}${faultsPage(catalogue)}${end}`),
);
