import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';

let cli: Cli;
let cache: string;
beforeAll(async () => {
  cli = await openCli();
});
afterAll(() => cli?.close());
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'sentinelctl-test-'));
  return () => rm(cache, { recursive: true, force: true });
});

/** `explain` in a process of its own, with the directory for compiled code. */
const explain = (env: Record<string, string> = {}) =>
  cli.run(['explain', 'node-down'], { via: [], env: { NODE_COMPILE_CACHE: cache, ...env } });

/** Every file below the directory, with its content. */
async function contents(): Promise<Map<string, string>> {
  const found = await readdir(cache, { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(paths.sort().map(async (path) => [path, await readFile(path, 'base64')] as const)),
  );
}

/** The names of the files that a command loads, without what tells one build from another. */
async function loadedBy(command: string): Promise<string[]> {
  const coverage = join(cache, command);
  const ran = await cli.run([command, '--sentinel-addrs', '127.0.0.1:1'], {
    via: [],
    env: { NODE_V8_COVERAGE: coverage },
  });
  expect(ran.code, ran.stderr).toBe(5);
  const files = await readdir(coverage);
  const texts = await Promise.all(files.map((file) => readFile(join(coverage, file), 'utf8')));
  const scripts = texts.flatMap((text) => (JSON.parse(text) as { result: { url: string }[] }).result);
  return scripts.map(({ url }) => basename(url).split('-')[0] ?? '');
}

it('status loads nothing of doctor', async () => {
  expect(await loadedBy('doctor')).toContain('doctor');
  const names = await loadedBy('status');
  expect(names).toContain('cluster');
  expect(names).not.toContain('doctor');
});

describe('compiled code', () => {
  it('is kept between runs, and changes nothing of what they print', async () => {
    const first = await explain();
    expect(first.code, first.stderr).toBe(0);
    const kept = await contents();
    expect(kept.size).toBeGreaterThan(0);
    const second = await explain();
    expect(second).toMatchObject({ code: 0, stdout: first.stdout, stderr: '' });
    expect(await contents()).toEqual(kept);
  });

  it('is made again where a file of it was cut off', async () => {
    const first = await explain();
    const kept = await contents();
    for (const [path, content] of kept) {
      await writeFile(path, Buffer.from(content, 'base64').subarray(0, content.length / 3));
    }
    expect(await explain()).toMatchObject({ code: 0, stdout: first.stdout, stderr: '' });
    for (const [path, content] of await contents()) {
      expect(content.length, path).toBeGreaterThan((kept.get(path)?.length ?? 0) / 2);
    }
  });

  it('is not kept where NODE_DISABLE_COMPILE_CACHE says so', async () => {
    expect((await explain({ NODE_DISABLE_COMPILE_CACHE: '1' })).code).toBe(0);
    expect(await contents()).toEqual(new Map());
  });

  it('is not kept where the directory cannot be made, and nothing is said of it', async () => {
    const file = join(cache, 'file');
    await writeFile(file, '');
    expect(await explain({ NODE_COMPILE_CACHE: file })).toMatchObject({ code: 0, stderr: '' });
  });

  // Newer Nodes keep compiled code by themselves, wherever the directory is.
  it.skipIf('enableCompileCache' in module)(
    'is neither read nor written where others may write',
    async () => {
      await explain();
      for (const path of (await contents()).keys()) await writeFile(path, 'planted');
      const planted = await contents();
      await chmod(join(cache, `${process.version}-${process.arch}`), 0o777);
      expect(await explain()).toMatchObject({ code: 0, stderr: '' });
      expect(await contents()).toEqual(planted);
    },
  );
});
