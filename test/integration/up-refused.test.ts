import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { canConnect } from '../../src/host/ports.js';
import { until } from '../../src/until.js';
import { type Cli, openCli, type Ran } from '../helpers/cli.js';
import { ask, dirOf, nodesOf, pidsOf } from '../helpers/inside.js';
import { startRedis } from '../helpers/redis.js';
import { expectNoStack, leftBehind, refusal } from '../helpers/refusal.js';

const UP = ['up', '--driver', 'process', '--port', 'auto'];

let cli: Cli;
beforeEach(async () => {
  cli = await openCli();
});
afterEach(() => cli?.close());

/** Never converges: the master waits a minute for more replicas before it serves the first. */
const UP_FOR_EVER = [...UP, '--redis-conf', 'repl-diskless-sync-delay=60'];

interface Running {
  pid: number;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a command and does something to it while its servers run; answers how it ended. */
async function meanwhile(words: string[], then: (child: Running) => Promise<void> | void): Promise<Ran> {
  let said: (child: Running) => void = () => {};
  const first = new Promise<Running>((resolve) => {
    said = resolve;
  });
  const ended = cli.run(words, { onStderr: (_, child) => said(child) });
  const child = await first;
  await until(async () => ((await serversOf(cli)).length >= 3 ? true : undefined), {
    clock: systemClock,
    everyMs: 20,
    deadlineMs: 20_000,
  });
  await then(child);
  return ended;
}

const serversOf = async (of: Cli): Promise<string[]> =>
  (await leftBehind(of.home)).filter((left) => /^pid .*\.conf/.test(left));

describe('up that fails', () => {
  it('half-way takes down what it made, and shows the end of the failing node’s log', async () => {
    const words = [...UP, '--redis-conf', 'bogus-directive=1'];
    const { plain } = await refusal(cli, words, { exit: 1, code: 'start-failed', says: 'did not start' });
    expect(plain.stderr).toMatch(/the end of redis-\d's log:/);
    expect(plain.stderr).toContain('bogus-directive 1');
    expect(await leftBehind(cli.home)).toEqual([]);
  });

  it('since a value is one that Redis does not take', async () => {
    const words = [...UP, '--redis-conf', 'maxmemory-policy=whatever'];
    await refusal(cli, words, { exit: 1, code: 'start-failed', says: 'maxmemory-policy' });
    expect(await leftBehind(cli.home)).toEqual([]);
  });

  it('since its time is over', async () => {
    const ran = await cli.run([...UP_FOR_EVER, '--timeout', '1s']);
    expectNoStack(ran);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: not finished after 1s$/m) });
    expect(await leftBehind(cli.home)).toEqual([]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('since it got %s: undoes and exits %d', async (signal, code) => {
    const ran = await meanwhile(UP_FOR_EVER, ({ kill }) => kill(signal));
    expectNoStack(ran);
    expect(ran.code, ran.stderr).toBe(code);
    expect(await leftBehind(cli.home)).toEqual([]);
  });

  it('since it was killed outright: the next one starts over', async () => {
    const cut = await meanwhile(UP_FOR_EVER, ({ kill }) => kill('SIGKILL'));
    expect(cut.signal).toBe('SIGKILL');
    expect(await serversOf(cli)).not.toEqual([]);
    expect((await cli.run(['list', '--json'])).json().clusters).toMatchObject([{ state: 'not finished' }]);
    const again = await cli.run(UP);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain('starting over');
    expect(await serversOf(cli)).toHaveLength(6);
  });
});

describe('two commands at once', () => {
  it('the second says who is at it, and what it does', async () => {
    const ran = await meanwhile(UP_FOR_EVER, async ({ pid, kill }) => {
      for (const words of [UP, ['down'], ['kill', 'redis-1']]) {
        const expected = { exit: 3, code: 'locked', says: `"up --cluster default", pid ${pid}` };
        await refusal(cli, words, expected);
      }
      const other = await cli.run([...UP, '--cluster', 'other']);
      expect(other.code, other.stderr).toBe(0);
      kill('SIGINT');
    });
    expect(ran.code).toBe(130);
    expect(await serversOf(cli)).toHaveLength(6);
  });
});

describe('a port that is taken', () => {
  it('is named with the node that wanted it and its holder, before anything starts', async () => {
    const PORT = 8641;
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(PORT, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const words = ['up', '--driver', 'process', '--port', String(PORT - 1), '--sentinel-port', '8650'];
    const { plain } = await refusal(cli, words, { exit: 3, code: 'port-taken', says: '--port auto' });
    expect(plain.stderr).toContain(`port ${PORT} of redis-2 is in use`);
    expect(plain.stderr).toContain(`in use by pid ${process.pid}`);
    expect(await leftBehind(cli.home)).toEqual([]);
    const sentinel = ['up', '--driver', 'process', '--port', '8650', '--sentinel-port', String(PORT)];
    await refusal(cli, sentinel, { exit: 3, code: 'port-taken', says: 'of sentinel-1 is in use' });
  });
});

describe('down', () => {
  it('says which server was left running at the address of a node', async () => {
    expect((await cli.run(UP)).code).toBe(0);
    expect((await cli.run(['kill', 'redis-3', '--yes'])).code).toBe(0);
    // By a relative path, nothing in its command line says that it is a node.
    const dir = join(dirOf(cli), 'nodes', 'redis-3');
    const byHand = spawn('redis-server', ['redis.conf', '--daemonize', 'no'], { cwd: dir, stdio: 'ignore' });
    onTestFinished(() => void byHand.kill('SIGKILL'));
    const port = (await nodesOf(cli)).find((node) => node.id === 'redis-3')?.endpoint.port ?? 0;
    const listens = async (): Promise<true | undefined> =>
      (await canConnect({ host: '127.0.0.1', port })) ? true : undefined;
    expect(await until(listens, { clock: systemClock, everyMs: 20, deadlineMs: 20_000 })).toBe(true);

    const down = await cli.run(['down', '--yes']);
    expect(down.code, down.stderr).toBe(0);
    expect(down.stdout).toMatch(/^default is down: 5 processes removed, /);
    expect(down.stdout).toContain(
      `! pid ${byHand.pid} (redis-server redis.conf) was left running at 127.0.0.1:${port}, the address of redis-3: it was not started by sentinelctl\n` +
        `  → ps -fp ${byHand.pid} # shows it; kill ${byHand.pid} ends it, or kill -9 ${byHand.pid} where it cannot save because its directory is gone\n`,
    );
    expect(byHand.exitCode).toBeNull();
  });

  it('takes away what is left when half is gone already, and nothing of anybody else', async () => {
    const foreign = await startRedis({ port: 8660 });
    onTestFinished(() => foreign.stop());
    expect((await cli.run(UP)).code).toBe(0);
    expect((await cli.run([...UP, '--cluster', 'other'])).code).toBe(0);
    process.kill((await pidsOf(cli))['redis-3'] ?? 0, 'SIGKILL');
    await rm(join(dirOf(cli), 'nodes', 'redis-2'), { recursive: true });
    expect((await cli.run(['pause', 'sentinel-1'])).code).toBe(0);

    const down = await cli.run(['down', '--json']);
    expect(down.code, down.stderr).toBe(0);
    expect(down.json()).toEqual({
      cluster: 'default',
      removed: { processes: 5, containers: 0, networks: 0, volumes: 0 },
      keptData: false,
      data: {
        nodes: ['redis-3'],
        keys: 0,
        bytes: expect.any(Number),
        places: [join(dirOf(cli), 'nodes')],
        wasKept: false,
        unsaved: null,
      },
      leftRunning: [],
    });
    expect((await serversOf(cli)).every((server) => server.includes('/other/'))).toBe(true);
    expect(await serversOf(cli)).toHaveLength(6);
    expect(await ask({ endpoint: foreign.address }, ['PING'])).toBe('PONG');
    await refusal(cli, ['down', '--cluster', 'default'], {
      exit: 3,
      code: 'cluster-unknown',
      says: 'known clusters: other',
    });
  });

  it('--all takes every cluster, and nothing when there is none', async () => {
    for (const name of ['one', 'two']) {
      const small = ['--replicas', '0', '--sentinels', '1', '--cluster', name];
      expect((await cli.run([...UP, ...small])).code).toBe(0);
    }
    const down = await cli.run(['down', '--all', '--json']);
    expect(down.json()).toMatchObject({
      clusters: [
        { cluster: 'one', removed: { processes: 2 } },
        { cluster: 'two', removed: { processes: 2 } },
      ],
    });
    expect(await leftBehind(cli.home)).toEqual([]);
    expect(await cli.run(['down', '--all'])).toMatchObject({ code: 0, stderr: '' });
  });
});
