import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../src/api.js';
import { connect } from '../../src/wire/connect.js';
import { type Cli, openCli } from '../helpers/cli.js';
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

  it('plays a fault with its rollback, a scenario, and a master that is killed and started', async () => {
    const inject = await cli.run(['inject', 'freeze', 'redis-2', '--for', '1s']);
    expect(inject.code, inject.stderr).toBe(0);
    const chaos = await cli.run(['chaos', 'run', 'replica-kill', '--cluster', 'default', '--json']);
    expect(chaos.code, chaos.stderr).toBe(0);
    const restarted = await cli.run(['restart', 'master']);
    expect(restarted.code, restarted.stderr).toBe(0);
    expect((await cli.run(['recover'])).code).toBe(0);
    expect(await healthyStatus(cli)).toMatchObject({ healthy: true });
  });

  it('is opened by the library by its name', async () => {
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
