import { describe, expect, it } from 'vitest';
import { documents, headingsOf } from './helpers/documents.js';

/** A page that does not fit on two screens. */
const LONG_LINES = 100;

const pages = documents()
  .filter(({ path }) => path.startsWith('docs/'))
  .filter(({ text }) => text.split('\n').length > LONG_LINES);

/** The list items with links before the first section: what a reader sees of the page at once. */
const contentsOf = (text: string): string[] =>
  (text.split(/^## /m)[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('- '))
    .flatMap((line) => [...line.matchAll(/\]\(#([^)]+)\)/g)].map((m) => m[1] ?? ''));

describe('the table of contents of a long page', () => {
  it('finds the pages at all', () => {
    expect(pages.length).toBeGreaterThan(10);
  });

  it.each(pages.map(({ path, text }) => [path, text] as const))('%s links each section', (_, text) => {
    const headings = headingsOf(text);
    const contents = contentsOf(text);
    const sections = headings.filter(({ level }) => level === 2).map(({ anchor }) => anchor);
    expect(sections.filter((anchor) => !contents.includes(anchor))).toEqual([]);
    expect(contents.filter((anchor) => !headings.some((heading) => heading.anchor === anchor))).toEqual([]);
  });
});
