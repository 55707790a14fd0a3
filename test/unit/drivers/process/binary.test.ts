import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examineServer, locateServer, parseVersion } from '../../../../src/drivers/process/binary.js';
import { processDriver } from '../../../../src/drivers/process/index.js';
import { tempDir } from '../../../helpers/temp-dir.js';

const PATH = process.env.PATH ?? '';

/** An executable that prints what it is given. */
async function script(dir: string, name: string, body: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  const path = join(dir, name);
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

describe('parseVersion', () => {
  it.each([
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae4d7c', 'Redis', '7.0.15'],
    ['Valkey server v=8.1.1 sha=00000000:0 malloc=libc bits=64 build=1', 'Valkey', '8.1.1'],
  ])('reads %s', (text, engine, version) => {
    expect(parseVersion(text)).toEqual({ engine, version });
  });

  it('takes nothing else for a server', () => {
    for (const text of ['', 'KeyDB server v=6.3.4', 'redis-cli 7.0.15'])
      expect(parseVersion(text)).toBeUndefined();
  });
});

describe('locateServer', () => {
  it('prefers the setting to the variable, and the variable to PATH', async () => {
    const env = { PATH, SENTINELCTL_REDIS_SERVER: '/b/redis-server' };
    expect(await locateServer({ settings: { redisServer: '/a/redis-server' }, env })).toEqual({
      path: '/a/redis-server',
      from: '--redis-server',
    });
    expect(await locateServer({ settings: {}, env })).toMatchObject({ path: '/b/redis-server' });
  });

  it('looks for redis-server all along PATH before valkey-server', async () => {
    const dir = await tempDir();
    const [first, second] = [join(dir, 'first'), join(dir, 'second')];
    const env = { PATH: `${first}:${second}` };
    expect(await locateServer({ settings: {}, env })).toEqual({
      path: undefined,
      reason: 'no redis-server or valkey-server in PATH',
    });
    const valkey = await script(first, 'valkey-server', 'true');
    expect(await locateServer({ settings: {}, env })).toMatchObject({ path: valkey });
    const redis = await script(second, 'redis-server', 'true');
    expect(await locateServer({ settings: {}, env })).toEqual({ path: redis, from: 'PATH' });
    expect(await locateServer({ settings: { redisServer: 'valkey-server' }, env })).toMatchObject({
      path: valkey,
    });
  });
});

describe('examineServer', () => {
  it.each([
    ['is old', 'echo "Redis server v=6.0.16 sha=0"', /Redis 6\.0\.16, older than 6\.2/],
    ['says something else', 'echo "hello"', /not a Redis or Valkey server/],
    ['fails', 'exit 7', /exit code 7/],
  ])('refuses a program that %s', async (_, body, reason) => {
    const path = await script(await tempDir(), 'redis-server', body);
    expect(await examineServer(path, { PATH })).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });

  it('takes the oldest version that will do', async () => {
    const path = await script(await tempDir(), 'redis-server', 'echo "Redis server v=6.2.0 sha=0"');
    expect(await examineServer(path, { PATH })).toMatchObject({ ok: true });
  });

  it('hands no password on to the program', async () => {
    const dir = await tempDir();
    const path = await script(dir, 'redis-server', `env > ${join(dir, 'env')}; echo "Redis server v=7.0.0"`);
    await examineServer(path, {
      PATH,
      SENTINELCTL_PASSWORD: 'hush',
      REDIS_URL: 'redis://:hush@h',
      REDISCLI_AUTH: 'hush',
    });
    expect(await readFile(join(dir, 'env'), 'utf8')).not.toContain('hush');
  });
});

describe('the driver', () => {
  it('says what it found', async () => {
    const probe = await processDriver.probe({ settings: {}, env: { PATH } });
    expect(probe).toEqual({
      ok: true,
      found: expect.stringMatching(/^(Redis|Valkey) \d+\.\d+\.\d+ at \/.* \(from PATH\)$/),
    });
  });

  it('says what to install where nothing is found', async () => {
    const probe = await processDriver.probe({ settings: {}, env: { PATH: await tempDir() } });
    expect(probe).toEqual({
      ok: false,
      reason: expect.stringContaining('in PATH'),
      install: expect.stringMatching(/apt-get install redis-server.*brew install redis/),
    });
  });

  it.each([
    ['is missing', async (dir: string) => join(dir, 'none'), 'file not found'],
    ['is a directory', async (dir: string) => dir, 'not a file'],
    [
      'is not executable',
      async (dir: string) => {
        await writeFile(join(dir, 'redis-server'), '', { mode: 0o600 });
        return join(dir, 'redis-server');
      },
      'not executable',
    ],
    [
      'is another program',
      (dir: string) => script(dir, 'redis-server', 'echo hello'),
      'not a Redis or Valkey server',
    ],
  ])('opens, but prepares nothing (5), when the binary %s', async (_, make, reason) => {
    const dir = await tempDir();
    const redisServer = await make(dir);
    const driver = await processDriver.open({
      cluster: 'c',
      dir: join(dir, 'c'),
      settings: { redisServer },
      env: { PATH },
    });
    expect(driver.provisioner.settings).toEqual({ redisServer });
    await expect(driver.provisioner.prepare([], () => {})).rejects.toMatchObject({
      exitCode: 5,
      why: expect.stringContaining(reason),
    });
    expect(await driver.host.inspect('redis-1')).toMatchObject({ state: 'absent' });
  });
});
