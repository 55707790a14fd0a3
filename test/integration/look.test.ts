import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Clock, systemClock } from '../../src/clock.js';
import { accessOf } from '../../src/cluster/ask.js';
import { requireSteady } from '../../src/faults/preflight.js';
import type { NodePlan } from '../../src/model/plan.js';
import { NO_SECRETS } from '../../src/model/users.js';
import type { MastersResult } from '../../src/model/views.js';
import type { Asked, MasterAddrResult } from '../../src/model/which-master.js';
import { until } from '../../src/until.js';
import { BIN, type Cli, openCli, type Ran, runInside } from '../helpers/cli.js';
import { ask, askNode, nodesOf, planOf } from '../helpers/inside.js';
import { statusOf } from '../helpers/main-road.js';
import { QUIET } from '../helpers/quiet.js';

/** One cluster, looked at from all sides. */
let cli: Cli;
let nodes: NodePlan[];
beforeAll(async () => {
  cli = await openCli();
  const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', ...QUIET]);
  expect(up.code, up.stderr).toBe(0);
  nodes = await nodesOf(cli);
});
afterAll(() => cli?.close());

async function ok(...words: string[]): Promise<Ran> {
  const ran = await cli.run(words);
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr).toBe('');
  return ran;
}
const addressOf = (id: string): string => {
  const node = nodes.find((n) => n.id === id);
  return `${node?.endpoint.host}:${node?.endpoint.port}`;
};

describe('every way to look', () => {
  const WITH_ROWS = [
    ...['masters', 'replicas', 'sentinels', 'master-addr', 'list', 'status', 'env', 'config'],
  ];
  // They change nothing of a cluster that runs; `up` says how long it took, and inject what it would do.
  const MORE_ROWS = [
    ...['up', 'wait', 'inject replica-kill --dry-run', 'use', 'heal'],
    ...['start redis-1', 'resume redis-2'],
  ];

  it.each(WITH_ROWS)('%s: as text, as one JSON document, the same as YAML', async (command) => {
    expect((await ok(command)).stdout).not.toBe('');
    const json = (await ok(command, '--json')).json() as Record<string, unknown>;
    const yaml = parse((await ok(command, '--output', 'yaml')).stdout) as Record<string, unknown>;
    expect(Object.keys(yaml)).toEqual(Object.keys(json));
    // Offsets go on between the two.
    const still = (value: unknown): string =>
      JSON.stringify(value).replace(/"(offset|lagBytes)":\d+/g, '"$1":0');
    if (command !== 'status') expect(still(yaml)).toBe(still(json));
  });

  it.each([...WITH_ROWS, ...MORE_ROWS])('%s: as tsv, a header and rows of as many cells', async (line) => {
    const ran = await cli.run([...line.split(' '), '--output', 'tsv']);
    expect(ran.code, ran.stderr).toBe(0);
    const [header = '', ...rows] = ran.stdout.replace(/\n$/, '').split('\n');
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.split('\t')).toHaveLength(header.split('\t').length);
  });

  it.each(['tsv', 'yaml', 'json'])('logs as %s: each line is a record', async (output) => {
    const { stdout } = await ok('logs', 'redis-1', '--tail', '3', '--output', output);
    const lines = stdout.trimEnd().split('\n');
    const records: Record<string, unknown>[] =
      output === 'yaml'
        ? (parse(stdout) as Record<string, unknown>[])
        : output === 'json'
          ? lines.map((line) => JSON.parse(line) as Record<string, unknown>)
          : lines.slice(1).map((line) => ({ node: line.split('\t')[0] }));
    if (output === 'tsv') expect(lines[0]).toBe('node\tatMs\ttext');
    expect(records.map((r) => r.node)).toEqual(['redis-1', 'redis-1', 'redis-1']);
  });

  it('the names alone, and the columns that are wanted', async () => {
    expect((await ok('status', '--output', 'name')).stdout.trimEnd().split('\n')).toEqual(
      nodes.map(({ id }) => id),
    );
    expect((await ok('status', '--columns', 'role,id')).stdout.split('\n').slice(0, 2)).toEqual([
      'role\tid',
      'master\tredis-1',
    ]);
  });

  it('status shows everyone, by id and address', async () => {
    const { stdout } = await ok('status');
    expect(stdout).toMatch(/^HEALTHY /);
    for (const { id } of nodes) expect(stdout).toMatch(new RegExp(`^${id} .*${addressOf(id)}`, 'm'));
  });

  it('master-addr, by name and without, is the address that an application connects to', async () => {
    expect((await ok('master-addr')).stdout).toBe(`${addressOf('redis-1')}\n`);
    expect((await ok('master-addr', 'mymaster')).stdout).toBe(`${addressOf('redis-1')}\n`);
    const wrong = await cli.run(['master-addr', 'other', '--json']);
    expect(wrong.code).toBe(3);
    expect(wrong.json().error).toMatchObject({
      code: 'master-unknown',
      hint: 'sentinelctl master-addr --json --master-name mymaster',
    });
  });

  it('env can be evaluated by a shell, and then means the same cluster', async () => {
    const line = `eval "$($ctl env --export)"; $ctl master-addr; $ctl kill nobody; echo "$REDIS_URL"`;
    const child = spawn('bash', ['-c', `ctl="${process.execPath} ${BIN}"; ${line}`], {
      env: { ...process.env, SENTINELCTL_HOME: cli.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let all = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (all += text));
    await once(child, 'close');
    expect(all).toContain(`${addressOf('redis-1')}\n`);
    expect(all).toContain('cluster "default" has no node "nobody"');
    expect(all).toContain(`redis://${addressOf('redis-1')}\n`);
    expect((await ok('env')).stdout).toContain(
      `REDIS_SENTINEL_ADDRS=${[1, 2, 3].map((n) => addressOf(`sentinel-${n}`)).join(',')}\n`,
    );
  });

  it('logs of some nodes, merged by time, cut, and as a document a line', async () => {
    const parsed = ({ stdout }: Ran): { node: string; atMs: number | null; text: string }[] =>
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    const all = parsed(await ok('logs', '--json'));
    expect(new Set(all.map((line) => line.node))).toEqual(new Set(nodes.map((n) => n.id)));
    const times = all.flatMap((line) => line.atMs ?? []);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const two = parsed(await ok('logs', 'redis-1', 'sentinel-2', '--json'));
    expect(new Set(two.map((line) => line.node))).toEqual(new Set(['redis-1', 'sentinel-2']));
    expect(parsed(await ok('logs', '--tail', '3', '--json'))).toHaveLength(3);
    expect((await ok('logs', '--tail', '0')).stdout).toBe('');
    expect((await ok('logs', '--since', '1ms')).stdout).toBe('');
    expect(parsed(await ok('logs', '--since', '1h', '--json')).length).toBeGreaterThan(20);
  });

  it('logs -f shows what comes, until Ctrl-C', async () => {
    const child = spawn(process.execPath, [BIN, 'logs', 'redis-1', '-f', '--tail', '0'], {
      env: { ...process.env, SENTINELCTL_HOME: cli.home },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    child.stdout.on('data', (more: Buffer) => (text += more));
    const ended = once(child, 'exit');
    const shown = await until(
      async () => {
        await askNode(cli, 'redis-1', 'BGSAVE').catch(() => {});
        return text.includes('Background saving') ? true : undefined;
      },
      { clock: systemClock, everyMs: 100, deadlineMs: 20_000 },
    );
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(shown).toBe(true);
  });
});

describe('before a fault', () => {
  it('a replica that is late once is asked again; one that stays silent refuses it, and a dead one at once', async () => {
    const plan = await planOf(cli);
    let pauses = 0;
    let afterALook = async (): Promise<void> => {};
    const clock: Clock = {
      ...systemClock,
      async sleep(ms, signal) {
        // Deadlines sleep by the same clock, for seconds.
        if (ms < 1000) {
          pauses += 1;
          await afterALook();
        }
        await systemClock.sleep(ms, signal);
      },
    };
    const look = () => requireSteady(plan, { clock, access: accessOf(plan, NO_SECRETS), deadlineMs: 3000 });

    await ok('pause', 'redis-3', '--quiet');
    afterALook = async () => {
      afterALook = async () => {};
      await ok('resume', 'redis-3', '--quiet');
    };
    expect((await look()).groups[0]?.nodes.every((n) => n.answer !== null)).toBe(true);
    expect(pauses).toBeGreaterThan(0);

    await ok('pause', 'redis-3', '--quiet');
    pauses = 0;
    await expect(look()).rejects.toMatchObject({ code: 'not-steady' });
    expect(pauses).toBe(1);
    await ok('resume', 'redis-3', '--quiet');

    await ok('kill', 'redis-3', '--quiet');
    pauses = 0;
    await expect(look()).rejects.toMatchObject({ code: 'not-steady' });
    expect(pauses).toBe(0);
    await ok('start', 'redis-3', '--quiet');
  });
});

describe('sentinels that differ', () => {
  const sentinel = (...words: (string | number)[]) => askNode(cli, 'sentinel-3', 'SENTINEL', ...words);
  const monitor = async (id: string): Promise<void> => {
    const node = nodes.find((n) => n.id === id);
    await sentinel('REMOVE', 'mymaster');
    await sentinel('MONITOR', 'mymaster', '127.0.0.1', node?.endpoint.port ?? 0, 2);
  };

  it('in a setting are shown with what each of them says', async () => {
    await sentinel('SET', 'mymaster', 'quorum', 3);
    const ran = await cli.run(['masters', '--json']);
    const [master] = (ran.json() as MastersResult).masters;
    expect(master?.differences).toEqual(['quorum']);
    expect(master?.claims.map((c) => c.values.quorum)).toEqual([2, 2, 3]);
    expect((await cli.run(['masters'])).stdout).toMatch(/differ/i);
    await sentinel('SET', 'mymaster', 'quorum', 2);
  });

  it('in the master’s address: disagreement in each command, and exit code 1', async () => {
    await monitor('redis-2');
    const addr = await cli.run(['master-addr', '--json']);
    expect(addr.code).toBe(1);
    const { agreed, answers, port } = addr.json() as MasterAddrResult;
    expect(agreed).toBe(false);
    expect(port).toBe(nodes.find((n) => n.id === 'redis-1')?.endpoint.port);
    expect(new Set(answers.map((a) => a.port)).size).toBe(2);
    expect((await cli.run(['masters'])).code).toBe(1);

    const { code, status } = await statusOf(cli);
    expect(code).toBe(1);
    expect(status.masters[0]).toMatchObject({ agreement: 'majority', master: { id: 'redis-1' } });
    expect(status.masters[0]?.views.map((v) => [v.sentinel, v.master.id, v.differs])).toEqual([
      ['sentinel-1', 'redis-1', false],
      ['sentinel-2', 'redis-1', false],
      ['sentinel-3', 'redis-2', true],
    ]);
    const { stdout } = await cli.run(['status']);
    expect(stdout).toMatch(/^AT RISK {2}mymaster: /);
    expect(stdout).toMatch(/sentinel-3 .*redis-2/);
    await monitor('redis-1');
  });
});

describe('what does not answer', () => {
  it('is shown as silent by every command, and none waits for ever', async () => {
    await ok('pause', 'sentinel-2', '--quiet');
    await ok('kill', 'sentinel-3', '--quiet');
    const { code, status } = await statusOf(cli);
    expect(code).toBe(1);
    expect(status.sentinels.map((s) => [s.id, s.reachable])).toEqual([
      ['sentinel-1', true],
      ['sentinel-2', false],
      ['sentinel-3', false],
    ]);
    expect(status.problems.map((p) => p.fix)).toContain('sentinelctl resume sentinel-2');
    expect(status.problems.map((p) => p.fix)).toContain('sentinelctl start sentinel-3');
    // Half of --timeout is waited for the frozen one; together, so that it is waited once.
    await Promise.all(
      ['masters', 'replicas', 'sentinels', 'master-addr'].map(async (command) => {
        const look = (...words: string[]): Promise<Ran> =>
          runInside(cli.home, [command, '--timeout', '10s', ...words]);
        const [document, { stdout }] = await Promise.all([look('--json'), look()]);
        const { sentinels } = document.json() as { sentinels: Asked[] };
        expect(sentinels.map((s) => s.error === null)).toEqual([true, false, false]);
        expect(stdout).toContain(command === 'master-addr' ? addressOf('redis-1') : 'sentinel-2');
      }),
    );
  });

  it('no server at all: status exits 5, and env still knows the addresses', async () => {
    await ok('kill', 'sentinel-1', '--quiet');
    for (const n of [1, 2, 3]) await ok('kill', `redis-${n}`, '--quiet');
    expect((await statusOf(cli, '--timeout', '10s')).code).toBe(5);
    expect((await ok('env', '--json', '--timeout', '10s')).json()).toMatchObject({
      REDIS_SENTINEL_ADDRS: expect.stringContaining(addressOf('sentinel-3')),
      REDIS_URL: null,
    });
    expect((await ok('list', '--json')).json().clusters).toMatchObject([{ state: 'stopped' }]);
    await expect(ask(nodes[0] ?? { endpoint: { host: '127.0.0.1', port: 1 } }, ['PING'])).rejects.toThrow();
  });
});
