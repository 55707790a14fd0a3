import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cli, openCli, runInside } from '../helpers/cli.js';
import { statusOf } from '../helpers/main-road.js';
import { QUIET } from '../helpers/quiet.js';
import { refusal } from '../helpers/refusal.js';
import { hasTmux, openTerminal } from '../helpers/tmux.js';

/** One real cluster, staging; which cluster a command line means is then asked in every way. */
let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
  const up = ['up', '--cluster', 'staging', '--replicas', '1', '--driver', 'process', '--port', 'auto'];
  const ran = await cli.run([...up, '--sentinel-port', 'auto', ...QUIET]);
  expect(ran.code, ran.stderr).toBe(0);
});
afterAll(() => cli?.close());

const run = (args: string[], env: Record<string, string> = {}): ReturnType<typeof runInside> =>
  runInside(cli.home, args, { env });
const status = async (args: string[] = [], env: Record<string, string> = {}): Promise<unknown> =>
  ((await run(['status', '--json', ...args], env)).json() as { cluster: string }).cluster;
const ONLY = 'note: the cluster is "staging", the only one on this machine\n';

it('where only one is known, it is taken, and that is said on standard error', async () => {
  const ran = await run(['status']);
  expect(ran.stdout).toContain('cluster staging');
  expect(ran.stderr).toContain(ONLY);
  expect((await run(['status', '--quiet'])).stderr).toBe('');
  expect((await run(['status', '--cluster', 'staging'])).stderr).toBe('');
  expect((await run(['status', '-c', 'staging'])).stderr).toBe('');
  const start = await cli.run(['start', 'redis-2']);
  expect(start.code, start.stderr).toBe(0);
  expect(start.stderr).toContain(ONLY);
});

it.runIf(process.platform === 'linux')(
  'a port that one of its nodes has is named with the cluster',
  async () => {
    const { status } = await statusOf(cli, '-c', 'staging');
    const port = String(status.masters[0]?.nodes[0]?.port);
    await refusal(cli, ['up', '-c', 'other', '--driver', 'process', '--port', port], {
      exit: 3,
      code: 'port-taken',
      says: /in use by redis-\d of cluster "staging", pid \d+/,
    });
  },
);

it('up says which cluster it creates where no name was given, and which are known', async () => {
  const { status } = await statusOf(cli, '-c', 'staging');
  const line = ['--driver', 'process', '--port', String(status.masters[0]?.nodes[0]?.port)];
  const note =
    'note: up creates the cluster "default", because no name was given; it does not touch staging (--cluster NAME is for one of them)\n';
  expect((await run(['up', ...line])).stderr).toContain(note);
  expect((await run(['up', '-c', 'default', ...line])).stderr).not.toContain('note: up creates');
});

it('a refusal names the variable that a value comes from', async () => {
  const cluster = await run(['status'], { SENTINELCTL_CLUSTER: 'ghost' });
  expect(cluster).toMatchObject({ code: 3 });
  expect(cluster.stderr).toContain('known clusters: staging; --cluster comes from SENTINELCTL_CLUSTER\n');
  const bound = await run(['failover-test', '-c', 'staging'], { SENTINELCTL_FOR: '15s' });
  expect(bound).toMatchObject({ code: 64 });
  expect(bound.stderr).toMatch(/--for comes from SENTINELCTL_FOR\n.*try: unset SENTINELCTL_FOR\b/);
  const typed = await run(['failover-test', '-c', 'staging', '--for', '15s'], { SENTINELCTL_FOR: '9s' });
  expect(typed.stderr).toContain('leave --for out');
  expect(typed.stderr).not.toContain('SENTINELCTL_FOR');
});

it('off a terminal what interrupts clients takes it too, and says so', async () => {
  for (const line of [
    ['kill', 'sentinel-2'],
    ['stop', 'sentinel-2', '--yes', '--output', 'tsv'],
    ['inject', 'kill', '--dry-run', '--force'],
  ]) {
    const ran = await run(line);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toContain(ONLY);
  }
  const up = await run(['up', '-c', 'staging']);
  expect(up.code, up.stderr).toBe(0);
});

it('off a terminal nothing that interrupts clients acts on an attached one that was not named', async () => {
  const { status } = await statusOf(cli, '-c', 'staging');
  const addrs = status.sentinels.map(({ host, port }) => `${host}:${port}`).join();
  const home = join(cli.home, 'other');
  const elsewhere = { ...cli, home };
  await mkdir(home);
  const attach = await runInside(home, ['attach', 'live', '--sentinel-addrs', addrs, '--local']);
  expect(attach.code, attach.stderr).toBe(0);
  expect((await runInside(home, ['status'])).stderr).toContain('the cluster is "live"');
  const expected = {
    exit: 3,
    code: 'cluster-unknown',
    says: /the only one, live, was not started by sentinelctl[\s\S]*try: sentinelctl status --cluster live #/,
  };
  for (const line of [
    ['down'],
    ['down', '--yes'],
    ['kill', 'redis-1'],
    ['failover-test'],
    ['inject', 'kill'],
  ])
    await refusal(elsewhere, line, expected);
  await rm(home, { recursive: true });
});

it.skipIf(!hasTmux)('on a terminal it is asked about, by its name', async () => {
  const terminal = await openTerminal({ home: cli.home });
  try {
    await terminal.run('sentinelctl down');
    await terminal.shows(/removes staging: 2 data nodes and 3 sentinels[\s\S]*Continue\?/);
    await terminal.press('Enter');
    expect(await terminal.exitCode()).toBe(3);
  } finally {
    await terminal.close();
  }
});

it('up creates default beside it; then default is meant, until use chooses', async () => {
  const up = ['up', '--replicas', '0', '--sentinels', '1', '--driver', 'process', '--port', 'auto'];
  const ran = await cli.run([...up, '--sentinel-port', 'auto', '--json']);
  expect(ran.json()).toMatchObject({ cluster: 'default' });
  expect(await status()).toBe('default');
  expect((await run(['use'])).stdout).toBe('cluster default: used because no cluster is named or chosen\n');

  expect((await run(['use', 'staging'])).stdout).toBe('cluster staging: chosen with sentinelctl use\n');
  expect(await status()).toBe('staging');
  expect((await run(['use', '--json'])).json()).toEqual({ used: 'staging', cluster: 'staging', from: 'use' });
});

it('option > environment > file > use', async () => {
  expect(await status(['-c', 'default'])).toBe('default');
  expect(await status([], { SENTINELCTL_CLUSTER: 'default' })).toBe('default');
  const project = join(cli.home, 'sentinelctl.yaml');
  await writeFile(project, 'cluster: default\n');
  expect(await status()).toBe('default');
  const shown = await run(['use', 'staging']);
  expect(shown.stdout).toContain('cluster default: named by a settings file');
  expect(shown.stdout).toContain('staging was chosen, and is used once nothing stronger names a cluster');
  await rm(project);
});

it('a hint names the cluster wherever the line would mean another one without it', async () => {
  const hint = async (args: string[], env: Record<string, string> = {}): Promise<string> =>
    ((await run([...args, '--json'], env)).json() as { error: { hint: string } }).error.hint;
  // redis-1 of default, which has no replica, is the master: nothing may start it.
  expect((await cli.run(['-c', 'default', 'kill', 'redis-1'])).code).toBe(0);
  expect(await hint(['-c', 'default', 'kill', 'redis-1'])).toBe(
    'sentinelctl start redis-1 --cluster default',
  );
  // On the cluster that is used a scenario kills a master: it is not proposed for another one that does not exist.
  expect(await hint(['chaos', 'run', 'kill', '-c', 'nope'])).not.toContain('chaos run');
  expect(await hint(['restart', 'master', '-c', 'nope'])).not.toContain('restart');
  expect((await run(['use', '--clear'])).code).toBe(0);
  expect(await hint(['kill', 'redis-1'])).toBe('sentinelctl start redis-1');
  const env = { SENTINELCTL_CLUSTER: 'staging' };
  expect(await hint(['-c', 'default', 'kill', 'redis-1'], env)).toBe(
    'sentinelctl start redis-1 --cluster default',
  );
});

it('a name that is not known is refused, and completed', async () => {
  await refusal(cli, ['use', 'nope'], {
    exit: 3,
    code: 'cluster-unknown',
    says: 'known clusters: default, staging',
  });
  const near = { exit: 3, code: 'cluster-unknown', says: 'sentinelctl status --cluster staging' };
  await refusal(cli, ['status', '-c', 'stagign'], near);
  await refusal(cli, ['kill', 'redis-1', '-c', 'stagign'], near);
  await refusal(cli, ['status', '-c', 'nope'], { ...near, says: 'sentinelctl list' });
  await refusal(cli, ['use', 'staging', '--clear'], { exit: 64, code: 'contradiction' });
});

it('--clear chooses none, and a cluster that is removed is no longer chosen', async () => {
  expect((await run(['use', '--clear'])).stdout).toBe(
    'cluster default: used because no cluster is named or chosen\n',
  );
  expect((await run(['use', 'default'])).code).toBe(0);
  expect((await cli.run(['down', '--cluster', 'default'])).code).toBe(0);
  expect((await run(['use'])).stdout).toBe('cluster staging: the only one that is known here\n');
  // Of several, none of them default, none is meant.
  await mkdir(join(cli.home, 'clusters', 'zoo'));
  expect((await run(['use'])).stdout).toBe(
    'no cluster is chosen; there are 2: staging and zoo\n→ sentinelctl use staging\n',
  );
  const unnamed = {
    exit: 3,
    code: 'cluster-unknown',
    says: 'no cluster was named; there are 2: staging and zoo',
  };
  await refusal(cli, ['status'], { ...unnamed, says: 'try: sentinelctl status --cluster staging #' });
  for (const line of [['status'], ['down'], ['doctor'], ['topology']]) await refusal(cli, line, unnamed);
  await refusal(cli, ['status', '-c', 'default'], { ...unnamed, says: 'cluster "default" does not exist' });
  await rm(join(cli.home, 'clusters', 'zoo'), { recursive: true });
  expect((await run(['use'])).stdout).toBe('cluster staging: the only one that is known here\n');
  // One that was removed by hand is not meant either.
  await writeFile(join(cli.home, 'use'), 'gone\n');
  expect(await status()).toBe('staging');
  const down = await run(['down']);
  expect(down.code, down.stderr).toBe(0);
  expect(down.stderr).toContain(ONLY);
});
