import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { FailoverResult } from '../../src/observe/result.js';
import { until } from '../../src/until.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { engineRequired, hasEngine, hasImage } from '../helpers/docker.js';
import { refusal } from '../helpers/refusal.js';

const IMAGE = 'sentinelctl-test/redis:8';
const NAME = `attached-${process.pid}`;
const SUBNET = '172.29.71';
const SENTINEL = `${SUBNET}.21:26379`;
const LONG_MS = 600_000;

it.runIf(engineRequired && !hasEngine)('a Docker Engine is required and answers', () => {
  expect(hasEngine).toBe(true);
});

const docker = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)('docker', args)).stdout.trim();

/** Containers as a compose file makes them: fixed addresses, a configuration each, and a restart policy. */
describe.skipIf(!hasEngine || !hasImage(IMAGE))('containers that sentinelctl did not create', () => {
  let cli: Cli;
  const made: string[] = [];

  async function container(name: string, address: string, conf: string[], ...more: string[]): Promise<void> {
    const id = await docker(
      ...['create', '--name', `${NAME}-${name}`, '--network', NAME, '--ip', address],
      ...['--label', `com.docker.compose.project=${NAME}`, '--label', `com.docker.compose.service=${name}`],
      ...(name === 'secondary' ? ['--label', 'app.kubernetes.io/managed-by=Helm'] : []),
      ...['--restart', 'unless-stopped', '--user', '0:0', IMAGE, 'redis-server', '/etc/redis.conf', ...more],
    );
    made.push(id);
    const file = join(cli.home, `${name}.conf`);
    await writeFile(file, `${conf.join('\n')}\n`);
    await docker('cp', file, `${id}:/etc/redis.conf`);
    await docker('start', id);
  }

  beforeAll(async () => {
    cli = await openCli();
    await docker('network', 'create', '--subnet', `${SUBNET}.0/24`, NAME);
    const data = [
      'port 6379',
      'dir /data',
      'protected-mode no',
      'appendonly yes',
      'repl-diskless-sync-delay 0',
    ];
    await container('primary', `${SUBNET}.11`, data);
    await container('secondary', `${SUBNET}.12`, [...data, `replicaof ${SUBNET}.11 6379`]);
    const watch = ['port 26379', 'dir /tmp', 'protected-mode no', `sentinel monitor app ${SUBNET}.11 6379 1`];
    await container(
      'guard',
      `${SUBNET}.21`,
      [...watch, 'sentinel down-after-milliseconds app 10000'],
      '--sentinel',
    );
    const attached = await until(
      async () => {
        const ran = await cli.run(['attach', 'app', '--sentinel-addrs', SENTINEL, '--docker']);
        return /3 of 3 servers found as containers/.test(ran.stdout) || undefined;
      },
      { clock: systemClock, everyMs: 500, deadlineMs: 60_000 },
    );
    expect(attached).toBe(true);
    await healthy();
  }, LONG_MS);
  afterAll(async () => {
    if (made.length > 0) await docker('rm', '-f', '-v', ...made);
    await docker('network', 'rm', NAME);
    await cli?.close();
  }, LONG_MS);

  /** A single sentinel is a risk of this cluster, which no waiting cures: the link and the roles are what is waited for. */
  const healthy = async (): Promise<void> => {
    const seen = await until(
      async () => {
        const ran = await cli.run(['replicas', '--cluster', 'app', '--output', 'json']);
        return /"linkStatus": *"(up|ok)"/.test(ran.stdout) && ran.code === 0 ? true : undefined;
      },
      { clock: systemClock, everyMs: 500, deadlineMs: 60_000 },
    );
    expect(seen).toBe(true);
  };

  it('are found by their compose project', async () => {
    const ran = await cli.run(['attach', 'by-project', '--compose-project', NAME, '--json']);
    expect(ran.code, ran.stderr).toBe(0);
    const { way, masters, servers, notHere } = ran.json();
    expect({ way, masters, notHere }).toEqual({ way: 'docker', masters: ['app'], notHere: [] });
    expect(servers.map(({ id }: { id: string }) => id)).toEqual(['redis-1', 'redis-2', 'sentinel-1']);
    expect((await cli.run(['detach', 'by-project'])).code).toBe(0);
    await refusal(cli, ['attach', 'x', '--compose-project', 'no-such-project'], {
      exit: 3,
      code: 'no-such-project',
      says: NAME,
    });
  });

  it('are ended only by name, and started again as what they must be', async () => {
    await refusal(cli, ['kill', 'redis-2', '--cluster', 'app', '--yes'], { exit: 3, code: 'not-confirmed' });
    const killed = await cli.run(['kill', 'redis-2', '--confirm', 'app', '--cluster', 'app']);
    expect(killed.stderr).toContain(
      'Docker starts a container again that ends by itself (restart policy unless-stopped): redis-1, redis-2 and sentinel-1',
    );
    expect(killed.stderr).toContain(
      'Helm manages it (by its label), and may set its configuration again: redis-2',
    );
    await refusal(
      cli,
      ['call', 'SENTINEL', 'RESET', 'app', '--on', 'sentinel-1', '--confirm', 'app', '--cluster', 'app'],
      {
        exit: 3,
        code: 'others-act',
        says: 'restart policy unless-stopped',
      },
    );
    expect(killed.stdout, killed.stderr).toMatch(/kill redis-2: running → exited[\s\S]*exit code 137/);
    const status = await cli.run(['status', '--cluster', 'app']);
    expect(status.stdout).toContain('sentinelctl start redis-2 --confirm app --cluster app');
    const started = await cli.run(['start', 'redis-2', '--confirm', 'app', '--cluster', 'app']);
    expect(started.stdout, started.stderr).toMatch(/start redis-2: exited → running/);
    expect((await cli.run(['logs', 'redis-2', '--cluster', 'app'])).stdout).toContain('Redis is starting');
    expect((await cli.run(['config', 'redis-2', '--cluster', 'app'])).stdout).toContain('appendonly yes');
    await healthy();
  });

  it('are failed over, and the old master comes back as a replica', async () => {
    const test = [
      'failover-test',
      '--cluster',
      'app',
      '--confirm',
      'app',
      '--rejoin',
      'guarded',
      '--budget',
      '60s',
    ];
    const ran = await cli.run([...test, '--json']);
    const result = ran.json() as FailoverResult;
    expect(result.driver).toBe('attached');
    const [trial] = result.trials;
    expect(trial?.newMaster?.id, ran.stderr).toBe('redis-2');
    const claim = trial?.invariants.find(({ id }) => id === 'old-master-rejoined');
    expect(claim).toMatchObject({ verdict: 'holds' });
    const primary = await docker('exec', `${NAME}-primary`, 'redis-cli', 'role');
    expect(primary.split('\n')[0]).toBe('slave');
  });
});
