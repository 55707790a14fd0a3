import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';
import { type Misbehaviour, misbehaving } from '../helpers/fake-server.js';
import { leftBehind, refusal } from '../helpers/refusal.js';
import { tempDir } from '../helpers/temp-dir.js';

/** Root may write everywhere: without this one capability it is refused what a file's mode refuses its owner. */
const AS_ANYBODY = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override'] : [];
const UP = ['up', '--driver', 'process', '--port', 'auto'];

let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
});
afterAll(() => cli?.close());

describe('no server binary', () => {
  it.each([
    ['/nonexistent/redis-server', 'file not found'],
    ['/', 'it is not a file'],
    ['/etc/passwd', 'it is not executable'],
    [process.execPath, 'is not a Redis or Valkey server'],
  ])('%s', async (path, says) => {
    const expected = { exit: 5, code: 'no-driver', says };
    await refusal(cli, [...UP, '--redis-server', path], expected);
    await refusal(cli, UP, expected, { env: { SENTINELCTL_REDIS_SERVER: path } });
    expect(await leftBehind(cli.home)).toEqual([]);
  });

  it('and none in PATH: says what to install', async () => {
    const env = { PATH: '/nonexistent' };
    await refusal(cli, UP, { exit: 5, code: 'no-driver', says: 'apt-get install redis-server' }, { env });
  });
});

describe('no Docker Engine', () => {
  const DOCKER = ['up', '--driver', 'docker', '--image', 'host', '--port', 'auto'];
  const asked = (says: string) => ({ exit: 5, code: 'no-driver', says });

  it('at a path that does not exist, without a listener, or at an invalid address', async () => {
    const stale = join(await tempDir(), 'docker.sock');
    await writeFile(stale, '');
    for (const [host, says] of [
      ['unix:///nonexistent/docker.sock', 'no Docker Engine listens at unix:///nonexistent/docker.sock'],
      [`unix://${stale}`, stale],
      ['tcp://127.0.0.1:1', 'refuses the connection'],
      ['tcp://127.0.0.1:99999', '99999'],
      ['gopher://x', 'gopher'],
    ] as const) {
      const env = { DOCKER_HOST: host };
      await refusal(cli, DOCKER, asked(says), { env });
    }
  });

  it.each<Misbehaviour>(['http', 'silence', 'garbage', 'closes', 'endless'])(
    'where something else listens: %s',
    async (name) => {
      const server = await misbehaving(name);
      onTestFinished(() => server.close());
      const env = { DOCKER_HOST: `tcp://127.0.0.1:${server.address.port}` };
      await refusal(cli, DOCKER, asked(`127.0.0.1:${server.address.port}`), { env });
    },
  );

  it('that this user may talk to', async () => {
    const path = join(await tempDir(), 'docker.sock');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    await chmod(path, 0);
    const env = { DOCKER_HOST: `unix://${path}` };
    await refusal(cli, DOCKER, asked('permission'), { env, via: AS_ANYBODY });
  });

  it('and no redis-server: both refusals, and what to install for each', async () => {
    const env = { DOCKER_HOST: 'unix:///nonexistent/docker.sock', PATH: '/nonexistent' };
    const { plain } = await refusal(cli, ['up'], asked('no driver can be used on this machine'), { env });
    expect(plain.stderr).toMatch(
      /docker: no Docker Engine[\s\S]*process: no redis-server[\s\S]*apt-get install/,
    );
  });

  it('leaves nothing behind', async () => {
    expect(await leftBehind(cli.home)).toEqual([]);
  });
});

describe('a state directory that cannot be used', () => {
  const CHAOS = ['chaos', 'run', 'kill', '--driver', 'process'];
  const COMMANDS = [
    UP,
    CHAOS,
    ['status'],
    ['down'],
    ['down', '--all'],
    ['list'],
    ['kill', 'redis-1'],
    ['env'],
  ];
  const expected = { exit: 3, code: 'state-directory', says: 'SENTINELCTL_HOME' };

  it('below a file', async () => {
    const file = join(await tempDir(), 'file');
    await writeFile(file, '');
    const env = { SENTINELCTL_HOME: join(file, 'home') };
    for (const words of COMMANDS) await refusal(cli, words, expected, { env });
  });

  it.runIf(process.platform === 'linux')('below /proc', async () => {
    const env = { SENTINELCTL_HOME: '/proc/nope/home' };
    await refusal(cli, UP, expected, { env });
  });

  it('that is read-only: looking works, changing is refused before anything starts', async () => {
    const home = await tempDir();
    await chmod(home, 0o500);
    const options = { env: { SENTINELCTL_HOME: home }, via: AS_ANYBODY };
    await refusal(cli, UP, expected, options);
    await refusal(cli, ['down'], expected, options);
    await refusal(cli, CHAOS, expected, options);
    await refusal(cli, ['status'], { exit: 3, code: 'cluster-unknown' }, options);
    expect(await cli.run(['list'], options)).toMatchObject({ code: 0, stderr: '' });
    expect(await leftBehind(home)).toEqual([]);
  });

  it('that is full of something else', async () => {
    const home = await tempDir();
    await writeFile(join(home, 'clusters'), 'not a directory');
    await refusal(cli, ['list'], expected, { env: { SENTINELCTL_HOME: home } });
    await refusal(cli, UP, expected, { env: { SENTINELCTL_HOME: home } });
    expect((await leftBehind(home)).filter((left) => left.startsWith('pid'))).toEqual([]);
  });
});

describe('a state file that is damaged', () => {
  const NAME = 'hurt';
  const named = (...words: string[]): string[] => [...words, '--cluster', NAME];
  const file = (): string => join(cli.home, 'clusters', NAME, 'cluster.json');

  it('is named by every command, listed, and taken down with all that carries the name', async () => {
    expect((await cli.run([...named('up'), '--driver', 'process', '--port', 'auto'])).code).toBe(0);
    const whole = await cli.run(named('config', 'redis-1'));
    expect(whole.code).toBe(0);
    const state = await readFile(file(), 'utf8');
    const damages: Record<string, string> = {
      empty: '',
      truncated: state.slice(0, state.length / 2),
      garbage: '\u0000\u0001{{{',
      null: 'null',
      'another version': '{"version":2}',
      'parts missing': '{"version":1,"phase":"up"}',
      'another cluster’s': state.replaceAll(NAME, 'other'),
      'an id that is a path': state.replaceAll('redis-1', '../../../tmp'),
    };
    const expected = {
      exit: 3,
      code: 'state-unreadable',
      says: `remove "${NAME}" and create it again (what that removes: sentinelctl down --help)`,
    };
    for (const text of Object.values(damages)) {
      await writeFile(file(), text);
      await refusal(cli, named('status'), expected);
    }
    await rm(file());
    await refusal(cli, named('status'), { ...expected, says: 'it is missing' });
    await writeFile(file(), state.slice(0, 100));
    for (const words of [['up'], ['env'], ['logs'], ['kill', 'redis-1'], ['failover-test']])
      await refusal(cli, named(...words), expected);
    const listed = await cli.run(['list', '--json']);
    expect(listed.json()).toEqual({
      clusters: [expect.objectContaining({ cluster: NAME, state: 'unreadable' })],
    });
    const before = await leftBehind(cli.home);
    expect(before.filter((left) => left.startsWith('pid'))).toHaveLength(6);

    const down = await cli.run([...named('down'), '--json']);
    expect(down.code, down.stderr).toBe(0);
    expect(down.json()).toMatchObject({ removed: { processes: 6 } });
    expect(await leftBehind(cli.home)).toEqual([]);
  });

  it('of an empty directory of that name: nothing to see, and down clears it', async () => {
    await mkdir(join(cli.home, 'clusters', NAME), { recursive: true });
    await refusal(cli, named('status'), { exit: 3, code: 'cluster-unknown' });
    expect((await cli.run(named('down'))).code).toBe(0);
    expect(await leftBehind(cli.home)).toEqual([]);
  });
});
