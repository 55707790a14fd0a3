import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'rolldown/utils';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What a reader must parse twice, and what to write instead. */
const BANNED: [pattern: RegExp, instead: string][] = [
  [/\bnobody\b(?!-meant)/i, 'name the process, file or person: "no client", "no sentinel"'],
  [/\bsomebody\b/i, 'name it: "another process", "the user"'],
  [/\bwhoever\b/i, 'name it: "the caller", "the node that …"'],
  [/(?<!\$\{)\bwhom\b/i, 'a process, file or node is "it": "which nodes …"'],
  [/\bcan not\b/i, 'cannot'],
  [/(?<!\bthere )\bis no (?!longer)/i, '"invalid X", "is not a X"'],
  [/\banew\b/i, 'again, or recreated'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fix, repair'],
  [/\bof ours\b/i, '"created by sentinelctl", "a helper container"'],
  [/\bany more\b/i, '"no longer", or leave it out'],
  [
    /\bthere is no (?:such|program|(?:file|server|container) ["$])/i,
    '"file not found", "the cluster does not exist"',
  ],
  [/\bthat there (?:is|are)(?: not)?(?= *(?:[.,;:)\x27"`#]|$))/i, '"that exist", "unknown"'],
  [/\bof one['’]s own\b/i, 'name it: "of the compose file", "private"'],
  [/\bwithout a word\b/i, '"without a message"'],
  [/\bas which\b/i, '"the user X, which the sentinels log in as"'],
  [/\b(?:cannot|can|may|to) be had\b/i, '"not available"'],
];

interface Text {
  path: string;
  line: number;
  text: string;
}

const filesOf = (top: string, ending: string): string[] =>
  readdirSync(join(ROOT, top), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));

const TOKEN = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;

/** The string literals of a source, with the lines on which they begin; comments are left out. */
function literalsOf(path: string): Text[] {
  const code = readFileSync(join(ROOT, path), 'utf8');
  return [...code.matchAll(TOKEN)]
    .filter(([text]) => !text.startsWith('/'))
    .map((m) => ({ path, line: code.slice(0, m.index).split('\n').length, text: m[0] }));
}

/** The comments of a source as its parser finds them; each is one text, without its line breaks. */
function commentsOf(path: string, code = readFileSync(join(ROOT, path), 'utf8')): Text[] {
  return parseSync(path, code).comments.map(({ start, value }) => ({
    path,
    line: code.slice(0, start).split('\n').length,
    text: value.replace(/\s*\n\s*\*?\s*/g, ' '),
  }));
}

const linesOf = (path: string): Text[] =>
  readFileSync(join(ROOT, path), 'utf8')
    .split('\n')
    .map((text, i) => ({ path, line: i + 1, text }));

const SOURCES = ['bin', 'commands', 'src'].flatMap((top) => filesOf(top, '.ts'));
const COMMENTED = [
  ...SOURCES,
  ...['bench', 'scripts', 'test'].flatMap((top) => ['.ts', '.mjs'].flatMap((ending) => filesOf(top, ending))),
];
const TEXTS = [...filesOf('scenarios', '.yaml'), ...filesOf('docs', '.md'), 'README.md'];

describe('plain words', () => {
  const comments = COMMENTED.flatMap((path) => commentsOf(path));
  const texts = [...SOURCES.flatMap(literalsOf), ...comments, ...TEXTS.flatMap(linesOf)];

  it('finds the texts at all', () => {
    expect(texts.filter(({ path }) => path.startsWith('src')).length).toBeGreaterThan(2000);
    expect(texts.filter(({ path }) => path.startsWith('docs')).length).toBeGreaterThan(1000);
    expect(comments.filter(({ path }) => path.startsWith('test')).length).toBeGreaterThan(1000);
  });

  it('reads comments and nothing else as comments', () => {
    const code = "/** One\n * two. */\nconst a = /'/; // three\nconst b = `// no` + /* four */ a;\n";
    expect(commentsOf('some.ts', code)).toEqual([
      { path: 'some.ts', line: 1, text: '* One two. ' },
      { path: 'some.ts', line: 3, text: ' three' },
      { path: 'some.ts', line: 4, text: ' four ' },
    ]);
  });

  it.each(BANNED)('%s is not used (instead: %s)', (pattern) => {
    const used = texts.filter(({ text }) => pattern.test(text));
    expect(used.map(({ path, line, text }) => `${path}:${line} ${text.trim().slice(0, 120)}`)).toEqual([]);
  });

  it.each([
    ['nobody answers', 1],
    ['the node is no master', 1],
    ['a recommendation, amended', 0],
    ['a container of ours', 1],
    ['there is nothing', 0],
    ['there is no such file', 1],
    ['there is no failover', 0],
    ['one of the ports that there are', 1],
    ['says that there is no master', 0],
  ])('"%s" breaks %i rules', (text, count) => {
    expect(BANNED.filter(([pattern]) => pattern.test(text))).toHaveLength(count);
  });
});
