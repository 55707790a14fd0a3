import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.js';
import { documents, headingsOf } from '../helpers/documents.js';

/** The checks of the documents that type nothing. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const all = documents();

describe('the documents', () => {
  it('show command lines of sentinelctl only where a test runs them', () => {
    const elsewhere = all.flatMap(({ path, fences }) =>
      fences
        .filter(({ language }) => language !== 'console')
        .flatMap(({ language, line, lines }) =>
          lines
            .filter((text) => (language === '' ? /^\$ sentinelctl / : /^\s*(\$ )?sentinelctl /).test(text))
            .map((text) => `${path}:${line} ${text}`),
        ),
    );
    // A block without a language is a file, or what something prints. typed-examples.ts types what the reference takes from the commands.
    expect(elsewhere.filter((line) => !line.startsWith('docs/reference.md:'))).toEqual([]);
  });

  it('README.md lists every command', () => {
    const [, after = ''] = (all.find(({ path }) => path === 'README.md')?.text ?? '').split(
      '\n## Commands\n',
    );
    const [section = ''] = after.split('\n## ');
    const listed = Object.entries(commands).filter(([, entry]) => entry.hidden !== true);
    const rows = section.split('\n').filter((line) => line.startsWith('| '));
    const named = rows.flatMap((row) =>
      [...(row.split(' | ')[0] ?? '').matchAll(/[a-z][a-z-]+/g)].map(([name]) => name),
    );
    const missing = listed.filter(([name]) => !named.includes(name));
    expect(missing.map(([name]) => name)).toEqual([]);
  });

  it('name no file and no heading that is not there', () => {
    const broken = all.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !/^https?:/.test(target) && !reaches(path, target))
        .map((target) => `${path}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('docs/reference.md is what the commands say (npm run docs:reference writes it)', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/reference.mjs'], { cwd: ROOT });
    expect(readFileSync(`${ROOT}/docs/reference.md`, 'utf8')).toBe(stdout);
  });
});

/** Whether a link from one document leads somewhere: a file, and in Markdown a heading by its anchor. */
function reaches(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : fileURLToPath(new URL(file, new URL(from, `file://${ROOT}`)));
  const full = file === '' ? `${ROOT}/${from}` : path;
  if (!existsSync(full)) return false;
  if (anchor === undefined) return true;
  return headingsOf(readFileSync(full, 'utf8')).some((heading) => heading.anchor === anchor);
}
