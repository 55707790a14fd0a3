import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  canonicalPath,
  makeDirectories,
  makePrivateDirectory,
  readIfThere,
  removeTree,
  writeAtomically,
} from '../../../src/host/files.js';
import { tempDir } from '../../helpers/temp-dir.js';

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

describe('writeAtomically', () => {
  it('replaces text and mode, and leaves nothing beside', async () => {
    const dir = await tempDir();
    const path = join(dir, 'a.conf');
    await writeFile(path, 'old', { mode: 0o644 });
    await writeAtomically(path, 'new', 0o600);
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await modeOf(path)).toBe('600');
    expect(await readdir(dir)).toEqual(['a.conf']);
  });

  it('leaves nothing behind when it fails', async () => {
    const dir = await tempDir();
    await mkdir(join(dir, 'taken'));
    await expect(writeAtomically(join(dir, 'taken'), 'x', 0o600)).rejects.toMatchObject({ code: 'EISDIR' });
    expect(await readdir(dir)).toEqual(['taken']);
  });

  it('shows a reader the old text or the new one, never a part', async () => {
    const path = join(await tempDir(), 'f');
    const texts = ['a', 'b'].map((letter) => letter.repeat(200_000));
    await writeAtomically(path, texts[0] ?? '', 0o600);
    const writes = (async () => {
      for (let i = 0; i < 20; i++) await writeAtomically(path, texts[i % 2] ?? '', 0o600);
      return 'written';
    })();
    let done = false;
    void writes.finally(() => {
      done = true;
    });
    // It reads at once: without a turn of the event loop between two reads nothing would be written.
    while (!done) {
      expect(texts).toContain(await readIfThere(path));
      await turn();
    }
    expect(await writes).toBe('written');
  });
});

describe('makeDirectories', () => {
  it('creates what is missing, and answers the uppermost one of it', async () => {
    const dir = await tempDir();
    expect(await makeDirectories(join(dir, 'a', 'b', 'c'))).toBe(join(dir, 'a'));
    expect(await makeDirectories(join(dir, 'a', 'b', 'd'))).toBe(join(dir, 'a', 'b', 'd'));
    expect(await makeDirectories(join(dir, 'a', 'b'))).toBeUndefined();
    expect((await readdir(join(dir, 'a', 'b'))).sort()).toEqual(['c', 'd']);
  });

  it('two at once have the same directory', async () => {
    const path = join(await tempDir(), 'a', 'b');
    await Promise.all([makeDirectories(path), makeDirectories(path)]);
    expect(await readdir(path)).toEqual([]);
  });

  it('says that a file is in the way', async () => {
    const file = join(await tempDir(), 'file');
    await writeFile(file, '');
    await expect(makeDirectories(file)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeDirectories(join(file, 'a', 'b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it.runIf(process.platform === 'linux')('ends where no directory can be created: below /proc', async () => {
    await expect(makeDirectories('/proc/nope/a')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('readIfThere', () => {
  it('yields undefined for a missing file, and throws for one that cannot be read', async () => {
    const dir = await tempDir();
    await writeFile(join(dir, 'file'), 'x');
    expect(await readIfThere(join(dir, 'none'))).toBeUndefined();
    expect(await readIfThere(join(dir, 'file', 'below'))).toBeUndefined();
    await expect(readIfThere(dir)).rejects.toMatchObject({ code: 'EISDIR' });
  });
});

describe('makePrivateDirectory', () => {
  it('makes what is missing, tightens what is open, and says which it was', async () => {
    const dir = await tempDir();
    expect(await makePrivateDirectory(join(dir, 'a', 'b'))).toBe(true);
    expect([await modeOf(join(dir, 'a')), await modeOf(join(dir, 'a', 'b'))]).toEqual(['700', '700']);
    await chmod(join(dir, 'a', 'b'), 0o755);
    expect(await makePrivateDirectory(join(dir, 'a', 'b'))).toBe(false);
    expect(await modeOf(join(dir, 'a', 'b'))).toBe('700');
  });
});

describe('canonicalPath', () => {
  it('gives one spelling by way of a link or not, whether the end exists or not', async () => {
    const dir = await tempDir();
    await mkdir(join(dir, 'real'));
    await symlink('real', join(dir, 'link'));
    const before = [
      await canonicalPath(join(dir, 'link', 'c', 'd')),
      await canonicalPath(join(dir, 'real', 'c', 'd')),
    ];
    await mkdir(join(dir, 'real', 'c', 'd'), { recursive: true });
    expect([...before, await canonicalPath(join(dir, 'link', 'c', 'd'))]).toEqual(
      Array(3).fill(join(dir, 'real', 'c', 'd')),
    );
  });
});

describe('removeTree', () => {
  it('removes what is there, and nothing where nothing is', async () => {
    const dir = await tempDir();
    await mkdir(join(dir, 'a', 'b'), { recursive: true });
    await writeFile(join(dir, 'a', 'b', 'dump.rdb'), 'x');
    await removeTree(join(dir, 'a'));
    await removeTree(join(dir, 'a'));
    expect(await readdir(dir)).toEqual([]);
  });

  it('goes on while the child of a server that was ended still writes into it', async () => {
    const dir = join(await tempDir(), 'data');
    await mkdir(dir);
    const names = (): Promise<string[]> => readdir(dir).catch(() => []);
    const writing = 'i=0; while : > "$0/$i" && [ $i -lt 200000 ]; do i=$((i+1)); done';
    const child = spawn('sh', ['-c', writing, dir], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    try {
      await expect.poll(names, { interval: 1, timeout: 30_000 }).toContain('500');
      const removed = removeTree(dir);
      // It has read the names: what is written from here on is in its way.
      await expect.poll(names, { interval: 1, timeout: 30_000 }).not.toContain('0');
      child.kill('SIGKILL');
      await ended;
      await removed;
      expect(await names()).toEqual([]);
      await expect(stat(dir)).rejects.toMatchObject({ code: 'ENOENT' });
    } finally {
      child.kill('SIGKILL');
    }
  });
});
