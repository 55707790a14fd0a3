import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appSource } from '../../commands/shared/app-source.js';
import { gatherApp } from '../../src/checks/gather/app-side.js';
import { nothingGathered } from '../../src/checks/gather/gather.js';
import { CHECKS } from '../../src/checks/index.js';
import { runChecks } from '../../src/checks/run.js';
import { systemClock } from '../../src/clock.js';
import type { GatheredApp } from '../../src/model/gathered.js';
import { until } from '../../src/until.js';
import { OPEN_ACCESS } from '../../src/wire/access.js';
import { engineRequired, hasEngine, hasImage } from '../helpers/docker.js';

const IMAGE = 'sentinelctl-test/redis:8';
const NAME = `sentinelctl-app-${process.pid}`;
const SUBNET = '10.213.199';
const there = hasEngine && hasImage(IMAGE);

const docker = (...args: string[]): string =>
  execFileSync('docker', args, { encoding: 'utf8', timeout: 60_000 });
const run = (name: string, address: string, args: string[], ...command: string[]): void => {
  const network = ['--network', NAME, '--ip', `${SUBNET}.${address}`, '--network-alias', name];
  docker(
    'run',
    '-d',
    '--name',
    `${NAME}-${name}`,
    ...network,
    ...args,
    '--entrypoint',
    'redis-server',
    IMAGE,
    ...command,
  );
};

const MONITOR = ['orders', `${SUBNET}.11`, '6379', '1'];

/** The application's side of the container, and what the checks say of it. */
async function look(): Promise<{ app: GatheredApp; found: string[] }> {
  const source = await appSource({ env: process.env }, { container: `${NAME}-web` }, null);
  expect(Object.keys(source.env).every((name) => name.startsWith('REDIS_'))).toBe(true);
  const app = await gatherApp(source, { clock: systemClock, deadlineMs: 1500, access: OPEN_ACCESS });
  const own = CHECKS.filter((check) => check.group === 'application');
  const { findings } = runChecks({ ...nothingGathered('only the application is looked at'), app }, own);
  return { app, found: findings.map((f) => f.id) };
}

describe.skipIf(!there && !engineRequired)('the settings of an application in a container', () => {
  beforeAll(() => {
    docker('network', 'create', '--subnet', `${SUBNET}.0/24`, NAME);
    run('redis', '11', [], '--port', '6379', '--save', '', '--protected-mode', 'no');
    run('sentinel', '12', [], '/dev/null', '--sentinel', '--port', '26379', '--dir', '/tmp');
    const env = [
      'REDIS_SENTINEL_ADDRS=sentinel:26379',
      'REDIS_MASTER_NAME=orders',
      'PASSWORD_OF_MINE=never-taken',
    ];
    run(
      'web',
      '13',
      env.flatMap((e) => ['-e', e]),
      '--port',
      '1',
    );
    docker('exec', `${NAME}-sentinel`, 'redis-cli', '-p', '26379', 'SENTINEL', 'MONITOR', ...MONITOR);
  });
  afterAll(() => {
    for (const name of ['web', 'sentinel', 'redis']) docker('rm', '-f', '-v', `${NAME}-${name}`);
    docker('network', 'rm', NAME);
  });

  it('are taken from it, and its network’s names lead where they lead it', async () => {
    const ready = await until(
      async () => {
        const seen = await look();
        return seen.app.masterAnswers.ok ? seen : undefined;
      },
      { clock: systemClock, everyMs: 100, deadlineMs: 20_000 },
    );
    expect(ready?.found).toEqual([]);
    expect(ready?.app).toMatchObject({
      where: `container ${NAME}-web`,
      env: { sentinelAddrs: 'sentinel:26379', masterName: 'orders', url: null },
      announced: { ok: true, value: { host: `${SUBNET}.11`, port: 6379 } },
      writable: { ok: true },
    });
    expect(JSON.stringify(ready)).not.toContain('never-taken');
  });

  it('of a container that is not there are refused', async () => {
    await expect(
      appSource({ env: process.env }, { container: `${NAME}-nobody` }, null),
    ).rejects.toMatchObject({
      code: 'no-container',
      exitCode: 3,
    });
  });
});
