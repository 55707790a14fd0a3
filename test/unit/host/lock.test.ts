import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { withLock } from '../../../src/host/lock.js';
import { type Compiled, compile } from '../../helpers/compiled.js';
import { tempDir } from '../../helpers/temp-dir.js';

/** The record of a killed command: its pid may even belong to another process by now. */
function recordOfTheDead(nonce: string, pid = process.pid): string {
  const dead = { pid, startTime: 'long ago', what: 'up', since: '2025-01-01T00:00:00.000Z', nonce };
  return `${JSON.stringify(dead)}\n`;
}

const claimOf = (path: string, record: string): string =>
  `${path}.claim.${createHash('sha256').update(record).digest('hex').slice(0, 32)}`;

describe('withLock', () => {
  it('gives back what fn yields, and leaves nothing behind, whether fn succeeds or throws', async () => {
    const dir = await tempDir();
    const path = join(dir, 'c.lock');
    expect(await withLock(path, 'up', async () => (await readdir(dir)).length)).toBe(1);
    await expect(withLock(path, 'up', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await readdir(dir)).toEqual([]);
  });

  it('refuses while it is held, and says which command, pid and since when', async () => {
    const path = join(await tempDir(), 'c.lock');
    await withLock(path, 'up --cluster a', async () => {
      const second = withLock(path, 'down', async () => 'never');
      await expect(second).rejects.toMatchObject({
        code: 'locked',
        exitCode: 3,
        message: expect.stringContaining(`"up --cluster a", pid ${process.pid}`),
        why: expect.stringMatching(/\d{4}-\d\d-\d\dT/),
      });
    });
    expect(await withLock(path, 'down', async () => 'free again')).toBe('free again');
  });

  it('stays held when its holder gives itself another name', async () => {
    const path = join(await tempDir(), 'c.lock');
    const title = process.title;
    onTestFinished(() => {
      process.title = title;
    });
    await withLock(path, 'up', async () => {
      process.title = 'other';
      await expect(withLock(path, 'down', async () => 'never')).rejects.toMatchObject({ code: 'locked' });
    });
  });

  it.each([
    ['of a dead holder whose pid lives on', () => recordOfTheDead('a')],
    ['of an unused pid', () => recordOfTheDead('a', 2 ** 31 - 2)],
    ['that is empty', () => ''],
    ['that is garbage', () => '{"pid":'],
  ])('takes over a lock %s', async (_, record) => {
    const dir = await tempDir();
    const path = join(dir, 'c.lock');
    await writeFile(path, record());
    expect(
      await withLock(path, 'up', async () => (await readFile(path, 'utf8')).includes(`${process.pid}`)),
    ).toBe(true);
    expect(await readdir(dir)).toEqual([]);
  });

  it('takes over from processes that died half-way, one after the other', async () => {
    const dir = await tempDir();
    const path = join(dir, 'c.lock');
    const [first, second, third] = [recordOfTheDead('1'), recordOfTheDead('2'), recordOfTheDead('3')];
    await writeFile(path, first);
    await writeFile(claimOf(path, first), second);
    await writeFile(claimOf(path, second), third);
    expect(await withLock(path, 'up', async () => 'inherited')).toBe('inherited');
    expect(await readdir(dir)).toEqual([]);
  });

  it('does not mistake a living process that took an older lock over for the holder', async () => {
    const dir = await tempDir();
    const path = join(dir, 'c.lock');
    const dead = recordOfTheDead('1');
    await withLock(join(dir, 'other.lock'), 'up', async () => {
      await writeFile(path, dead);
      await writeFile(claimOf(path, dead), await readFile(join(dir, 'other.lock'), 'utf8'));
      await expect(withLock(path, 'down', async () => 'never')).rejects.toMatchObject({ code: 'locked' });
    });
  });

  it('says so when the directory cannot be used', async () => {
    const dir = await tempDir();
    await writeFile(join(dir, 'file'), '');
    await expect(withLock(join(dir, 'file', 'c.lock'), 'up', async () => 1)).rejects.toMatchObject({
      code: 'state-directory',
    });
  });
});

describe('many processes', () => {
  const PROCESSES = 10;
  const TURNS = 4;
  let compiled: Compiled;
  beforeAll(async () => {
    compiled = await compile('host/lock.ts');
    await writeFile(join(compiled.dir, 'contender.mjs'), CONTENDER);
  });
  afterAll(() => compiled.remove());

  it('hold a lock one at a time, each dying with it in the end', async () => {
    const dir = await tempDir();
    await writeFile(join(dir, 'c.lock'), recordOfTheDead('a'));
    const children = Array.from({ length: PROCESSES }, () => {
      const args = [join(compiled.dir, 'contender.mjs'), dir, String(TURNS)];
      const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      onTestFinished(() => void child.kill('SIGKILL'));
      return { child, ended: once(child, 'exit'), ready: once(child.stdout, 'data') };
    });
    await Promise.all(children.map(({ ready }) => ready));
    for (const { child } of children) child.stdin.write('go\n');
    const ends = await Promise.all(children.map(({ ended }) => ended));
    expect(ends).toEqual(Array(PROCESSES).fill([null, 'SIGKILL']));
    const said = await readFile(join(dir, 'journal'), 'utf8');
    expect(said).not.toContain('two at once');
    expect(said.trim().split('\n')).toHaveLength(PROCESSES * TURNS);
    expect(await withLock(join(dir, 'c.lock'), 'up', async () => 'free')).toBe('free');
  });
});

/**
 * Takes the lock TURNS times and is killed while it holds it for the last time. Inside, it makes a file that must not
 * exist and removes it: the file system itself proves that no other process is inside.
 */
const CONTENDER = `
import { once } from 'node:events';
import { appendFileSync, openSync, closeSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './host/lock.js';

const [, , dir, turns] = process.argv;
const say = (text) => appendFileSync(join(dir, 'journal'), process.pid + ' ' + text + '\\n');
process.stdout.write('ready\\n');
await once(process.stdin, 'data');
process.stdin.destroy();
let left = Number(turns);
for (let attempt = 0; left > 0 && attempt < 100000; attempt++) {
  try {
    await withLock(join(dir, 'c.lock'), 'contender', async () => {
      try {
        closeSync(openSync(join(dir, 'inside'), 'wx'));
      } catch {
        say('two at once');
      }
      for (let i = 0; i < 5; i++) await new Promise(setImmediate);
      unlinkSync(join(dir, 'inside'));
      say('was inside');
      left -= 1;
      if (left === 0) {
        process.kill(process.pid, 'SIGKILL');
        await new Promise(() => {});
      }
    });
  } catch (error) {
    if (error.code !== 'locked') {
      say(error.stack);
      process.exit(1);
    }
  }
}
`;
