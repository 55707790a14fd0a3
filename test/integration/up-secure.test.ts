import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openCluster } from '../../src/api.js';
import { systemClock } from '../../src/clock.js';
import { PLAIN, setDialled } from '../../src/model/hints.js';
import { OPEN, setLogins } from '../../src/model/secrets.js';
import { until } from '../../src/until.js';
import { openConnection } from '../../src/wire/client.js';
import { connect } from '../../src/wire/connect.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { dirOf, nodesOf } from '../helpers/inside.js';
import { healthyStatus, statusOf } from '../helpers/main-road.js';

const MASTER = /^redis-\d$/;
let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
  const words = ['--driver', 'process', '--port', 'auto', '--secure', '--down-after', '2s'];
  const up = await cli.run(['up', ...words]);
  expect(up.code, up.stderr).toBe(0);
});
afterAll(() => cli?.close());

const run = promisify(execFile);

/** A command at one node, as sentinelctl's own user. */
async function atOperator(id: string, ...words: string[]): Promise<unknown> {
  const node = (await nodesOf(cli)).find((n) => n.id === id);
  const [ca, password] = await Promise.all(
    ['tls/ca.crt', 'passwords/operator'].map((name) => readFile(join(dirOf(cli), name), 'utf8')),
  );
  const connection = await openConnection(node?.endpoint ?? { host: '', port: 0 }, {
    ...{ clock: systemClock, deadlineMs: 30_000 },
    credentials: { username: 'operator', password, tls: { ca } },
  });
  return connection.call(...words).finally(() => connection.close());
}

/** The printed commands of a finding, once `doctor` has it. */
async function fixOf(id: string): Promise<string> {
  const fix = await until(
    async () => {
      const { findings } = (await cli.run(['doctor', '--json'])).json() as {
        findings: { id: string; fix: string[] }[];
      };
      return findings.find((finding) => finding.id === id)?.fix;
    },
    { clock: systemClock, everyMs: 200, deadlineMs: 60_000 },
  );
  return (fix ?? expect.fail(`doctor never found ${id}`)).join('\n');
}

/** Runs what is printed for a finding exactly as it is, and waits until the finding is gone. */
async function cured(id: string): Promise<void> {
  const { stdout } = await run('bash', ['-c', await fixOf(id)]);
  expect(stdout.replaceAll('OK\n', '')).toBe('');
  const gone = await until(
    async () => {
      const { findings } = (await cli.run(['doctor', '--json'])).json() as { findings: { id: string }[] };
      return findings.every((finding) => finding.id !== id) ? true : undefined;
    },
    { clock: systemClock, everyMs: 200, deadlineMs: 60_000 },
  );
  expect([id, gone]).toEqual([id, true]);
}

describe('a cluster with TLS and users', () => {
  it('is healthy, and its application is let in', async () => {
    expect(await healthyStatus(cli)).toMatchObject({ healthy: true, problems: [] });
    const { natMap: _, needsPassword, ...variables } = (await cli.run(['env', '--json'])).json();
    expect(needsPassword).toBe(true);
    const client = await connect(variables);
    expect(await client.set('k', '1')).toBe('OK');
    client.disconnect();
  });

  it('prints commands for redis-cli that a shell can run as they are', async () => {
    const doctor = await cli.run(['doctor', '--all', '--json']);
    const lines = (doctor.json().findings as { id: string; fix: string[] }[])
      .find(({ id }) => id === 'min-replicas')
      ?.fix.join('\n');
    expect(lines).toMatch(
      /^export REDISCLI_AUTH="\$\(cat \S*\/passwords\/operator\)"\nredis-cli .* --user operator /m,
    );
    expect(lines).toMatch(/ --tls --cacert \S*\/tls\/ca\.crt /);
    const { stdout } = await run('bash', ['-c', `${lines}`]);
    expect(
      stdout
        .trim()
        .split('\n')
        .filter((line) => line !== 'OK'),
    ).toEqual([]);
    const left = (await cli.run(['doctor', '--json'])).json().findings as { id: string }[];
    expect(left.map(({ id }) => id)).not.toContain('min-replicas');
  });

  it('repairs what its servers log in with by the printed commands, which name no default user', async () => {
    await atOperator('redis-2', 'CONFIG', 'SET', 'masterauth', 'wrong');
    await cured('masterauth-missing');
    await atOperator('redis-3', 'ACL', 'SETUSER', 'replication', 'resetpass', '>other');
    await cured('masterauth-missing');
    await atOperator('sentinel-1', 'SENTINEL', 'CONFIG', 'SET', 'sentinel-pass', 'wrong');
    for (const one of ['sentinel-2', 'sentinel-3'])
      await atOperator(one, 'CLIENT', 'KILL', 'TYPE', 'normal', 'USER', 'sentinel');
    await cured('sentinel-pass');
  });

  it('names the user that a server rejects', async () => {
    await atOperator('redis-2', 'ACL', 'SETUSER', 'admin', 'on', '>admin', '+@all', '~*', '&*');
    await atOperator('redis-2', 'ACL', 'SETUSER', 'operator', 'resetpass', '>other');
    const { code, stdout } = await cli.run(['status']);
    expect([code, stdout]).toEqual([
      2,
      expect.stringContaining('redis-2 rejects the user operator of the cluster'),
    ]);
    const fix = await fixOf('auth');
    expect(fix).not.toContain('requirepass');
    const typed = fix.replaceAll('ADMIN', 'admin').replace('$(cat FILE)', 'admin');
    expect((await run('bash', ['-c', typed])).stdout).toBe('OK\n');
    await atOperator('redis-2', 'ACL', 'DELUSER', 'admin');
    expect(await healthyStatus(cli)).toMatchObject({ healthy: true });
  });

  it('plays a fault with its rollback, a scenario, and a master that is killed and started', async () => {
    const inject = await cli.run(['inject', 'freeze', 'redis-2', '--for', '1s']);
    expect(inject.code, inject.stderr).toBe(0);
    const chaos = await cli.run(['chaos', 'run', 'replica-kill', '--cluster', 'default', '--json']);
    expect(chaos.code, chaos.stderr + chaos.stdout).toBe(0);
    const restarted = await cli.run(['restart', 'master']);
    expect(restarted.code, restarted.stderr).toBe(0);
    expect((await cli.run(['recover'])).code).toBe(0);
    expect(await healthyStatus(cli)).toMatchObject({ healthy: true });
  });

  it('is opened by the library by its name', async () => {
    // The next file of this worker prints commands for another cluster.
    onTestFinished(() => {
      setDialled(PLAIN);
      setLogins({ redis: OPEN, sentinel: OPEN });
    });
    const cluster = await openCluster('default', { home: cli.home });
    const { masters } = await cluster.status();
    expect(masters[0]?.master?.id).toMatch(MASTER);
    expect((await statusOf(cli)).status.masters[0]?.master?.id).toMatch(MASTER);
  });

  it('is removed with its secrets', async () => {
    const down = await cli.run(['down', '--yes', '--json']);
    expect(down.json().removed.processes).toBe(6);
    expect((await cli.run(['list', '--json'])).stdout).not.toContain('default');
  });
});
