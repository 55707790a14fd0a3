import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commands } from '../commands/index.js';
import { EXIT } from '../src/errors.js';
import { type Silence, silentExitCode } from '../src/model/snapshot.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TEXT = readFileSync(`${ROOT}docs/exit-codes.md`, 'utf8');

/** The exit code of each maker of errors in src/errors.ts. */
const MAKERS: Record<string, number> = {
  usageError: EXIT.usage,
  refused: EXIT.refused,
  unreachable: EXIT.unreachable,
  failed: EXIT.violated,
  unknownOutcome: EXIT.unknown,
  notRestored: EXIT.notRestored,
};

/** `CODE EXIT` of every error that the sources can make; the exit code of one that follows its cause is `cause`. */
function made(): string[] {
  const found = new Set<string>();
  for (const code of sources()) {
    const makers = new RegExp(`(?<![.\\w$])(${Object.keys(MAKERS).join('|')})\\(\\s*'([^']+)'`, 'g');
    for (const [, maker = '', id = ''] of code.matchAll(makers)) found.add(`${id} ${MAKERS[maker]}`);
    const literals = /\bcode: (?:'([a-z-]+)'|`([^`]+)`)[^}]*?(?:\$\{[^}]*\}[^}]*?)*\bexitCode: ([\w.]+)/g;
    for (const [, id, template, exit = ''] of code.matchAll(literals)) {
      if (exit !== 'silentExitCode') {
        for (const name of id === undefined ? kinds(template ?? '') : [id])
          found.add(`${name} ${exitOf(exit)}`);
      } else {
        for (const kind of silenceKinds())
          found.add(
            `${id ?? template?.replace(/\$\{silence\.kind\}/, kind)} ${silentExitCode([{ kind, message: '' }])}`,
          );
      }
    }
  }
  return [...found].sort();
}

function sources(): string[] {
  return ['bin', 'commands', 'src'].flatMap((top) =>
    readdirSync(`${ROOT}${top}`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8')),
  );
}

/** Each way in which a server can be silent. */
function silenceKinds(): Silence['kind'][] {
  const silence = readFileSync(`${ROOT}src/model/snapshot.ts`, 'utf8');
  const [, union = ''] = /interface Silence \{[\s\S]*?kind: ([^;]+);/.exec(silence) ?? [];
  return [...union.matchAll(/'([a-z]+)'/g)].map(([, kind = '']) => kind as Silence['kind']);
}

/** `wire-${silence.kind}`: one for each of them. */
const kinds = (template: string): string[] =>
  silenceKinds().map((kind) => template.replace(/\$\{silence\.kind\}/, kind));

const exitOf = (written: string): string =>
  written.startsWith('EXIT.')
    ? String(EXIT[written.slice('EXIT.'.length) as keyof typeof EXIT])
    : /^\d+$/.test(written)
      ? written
      : 'cause';

const sectionOf = (heading: string, text = TEXT): string =>
  (text.split(`\n${heading}\n`)[1] ?? '').split(/\n## /)[0] ?? '';

/** The names in the first column of a table. */
const named = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));

/** `CODE EXIT` of every row below "Error codes". */
function documented(): string[] {
  const parts = sectionOf('## Error codes').split(/^### /m).slice(1);
  return parts
    .flatMap((part) => {
      const [heading = ''] = part.split('\n');
      return named(part).map((code) => `${code} ${/^\d+$/.test(heading) ? heading : 'cause'}`);
    })
    .sort();
}

describe('docs/exit-codes.md', () => {
  it('names every error code of the sources with its exit code, and no other', () => {
    expect(made().length).toBeGreaterThan(100);
    expect(documented()).toEqual(made());
  });

  it('gives every exit code its meaning', () => {
    const [head = ''] = TEXT.split('\n## By command\n');
    const rows = [...head.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(rows).toEqual(Object.values(EXIT));
  });

  it('says for every command what its exit codes mean', () => {
    const listed = Object.entries(commands).flatMap(([name, entry]) => (entry.hidden === true ? [] : [name]));
    expect(named(sectionOf('## By command')).sort()).toEqual(listed.sort());
  });
});
