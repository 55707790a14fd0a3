import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readSecret } from '../../../src/config/secret.js';
import { tempDir } from '../../helpers/temp-dir.js';

async function file(content: string | Buffer): Promise<string> {
  const path = join(await tempDir(), 'password');
  await writeFile(path, content);
  return path;
}

describe('readSecret', () => {
  it.each([
    ['s3cret\n', 's3cret'],
    ['s3cret\r\n', 's3cret'],
    ['s3cret', 's3cret'],
    [' with spaces \n', ' with spaces '],
  ])('%j is the password %j', async (content, secret) =>
    expect(await readSecret(await file(content))).toBe(secret),
  );

  it('- reads standard input, in pieces or at once', async () => {
    expect(await readSecret('-', Readable.from(['s3', 'cret\n']))).toBe('s3cret');
    expect(await readSecret('-', Readable.from([Buffer.from('s3cret')]))).toBe('s3cret');
  });

  it.each(['', '\n', 's3cret\nother\n', 's3cret\n\n', 's3c\0ret', 's3cret'.repeat(20_000)])(
    'what holds no password is a usage error without a word of the file (case %#)',
    async (content) => {
      const error = readSecret(await file(content));
      await expect(error).rejects.toMatchObject({ exitCode: 64, code: 'password-file' });
      await expect(error).rejects.not.toThrow(/s3cret/);
    },
  );

  it('a missing file and a directory are named with the reason', async () => {
    const dir = await tempDir();
    await expect(readSecret(join(dir, 'nope'))).rejects.toMatchObject({
      why: 'file not found',
      exitCode: 64,
    });
    await expect(readSecret(dir)).rejects.toMatchObject({ why: 'it is a directory', exitCode: 64 });
  });

  it.skipIf(process.getuid?.() === 0)('a file without permission is named with the reason', async () => {
    const path = await file('s3cret');
    await chmod(path, 0);
    await expect(readSecret(path)).rejects.toMatchObject({ why: 'permission denied', exitCode: 64 });
  });

  it('a terminal is refused, since it would show what is typed', async () => {
    const terminal = Object.assign(Readable.from(['s3cret']), { isTTY: true });
    await expect(readSecret('-', terminal)).rejects.toMatchObject({ exitCode: 64 });
  });
});
