import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const FILES = ['bin', 'commands', 'src', 'test', 'scripts'].flatMap((top) =>
  readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' }).map((path) => `${top}/${path}`),
);
const TOPS = /^(bin|commands|src|test|scripts|scenarios|docs|bench)\//;
/** Says itself that it has none yet. */
const WITHOUT_FILES = ['src/serve/'];

/** What stands in backquotes and is a path: with an ending of a source file, or below a directory of the repository. */
const namesIn = (text: string): string[] =>
  [...text.matchAll(/`([^`\s]+)`/g)]
    .map(([, name = '']) => name)
    .filter((name) => /\.(ts|mjs|sh)$/.test(name) || TOPS.test(name))
    .filter((name) => !/[A-Z]{2,}|…/.test(name) && !WITHOUT_FILES.includes(name));

/** A path from the root, or the end of one: a table gives the directory once. */
const exists = (name: string): boolean =>
  existsSync(join(ROOT, name)) || FILES.some((path) => path.endsWith(`/${name}`));

describe.each(['docs/architecture.md', 'docs/contributing.md'])('%s', (doc) => {
  const names = namesIn(readFileSync(join(ROOT, doc), 'utf8'));

  it('names files', () => expect(names.length).toBeGreaterThan(10));

  it('names only files that exist', () => expect(names.filter((name) => !exists(name))).toEqual([]));
});

it('finds a file that was moved', () =>
  expect(namesIn('`src/gone/away.ts` and `x.ts`').filter((name) => !exists(name))).toEqual([
    'src/gone/away.ts',
    'x.ts',
  ]));
