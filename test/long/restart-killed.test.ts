import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RecoverResult } from '../../src/faults/recover.js';
import { type Cli, killedWhenGone, openCli } from '../helpers/cli.js';
import { dirOf, nodesOf, pidsOf, setDownAfter } from '../helpers/inside.js';
import { healthyStatus, statusOf } from '../helpers/main-road.js';
import { refusal } from '../helpers/refusal.js';

const LONG_MS = 600_000;

let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
  const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', '--down-after', '6s']);
  expect(up.code, up.stderr).toBe(0);
}, LONG_MS);
afterAll(() => cli?.close());

const recover = async (): Promise<RecoverResult> => {
  const ran = await cli.run(['recover', '--json']);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.json() as RecoverResult;
};

it('a restart that is killed while its node is down is named by status, and finished by recover', {
  timeout: LONG_MS,
}, async () => {
  // It keeps nothing on disk: the restart waits for a failover before it starts it.
  const { 'redis-1': pid = 0 } = await pidsOf(cli);
  const ran = await cli.run(['restart', 'redis-1'], { onStart: (child) => killedWhenGone(child, pid) });
  expect(ran.signal, ran.stderr).toBe('SIGKILL');

  const { code, status } = await statusOf(cli);
  expect(code).toBe(1);
  expect(status.verdict.text).toMatch(
    /redis-1 \(master\) is down; .*"restart redis-1" was interrupted: recover (waits for the failover and )?finishes the run$/,
  );
  expect(status.verdict.next).toBe('sentinelctl recover');
  await refusal(cli, ['start', 'redis-1'], {
    exit: 3,
    code: 'unfinished-journal',
    says: 'sentinelctl recover',
  });

  expect(await recover()).toMatchObject({
    what: 'restart redis-1',
    undone: [expect.stringMatching(/^redis-1 runs again as a replica of redis-[23]$/)],
    converged: true,
  });
  await healthyStatus(cli);
  expect(await recover()).toMatchObject({ what: null });
});

it('so is one that is killed while its node was frozen before', { timeout: LONG_MS }, async () => {
  expect((await cli.run(['pause', 'redis-1'])).code).toBe(0);
  const { 'redis-1': pid = 0 } = await pidsOf(cli);
  await cli.run(['restart', 'redis-1'], { onStart: (child) => killedWhenGone(child, pid) });
  await recover();
  // Where the restart had ended before, the sentinels may still call the node down.
  await healthyStatus(cli);
});

it('one that ended, or said itself that it failed, leaves no journal behind', {
  timeout: LONG_MS,
}, async () => {
  // No failover may come between, however busy the machine is: an old master is not started in the middle of one.
  await setDownAfter(cli, LONG_MS);
  const { status } = await statusOf(cli);
  const { id = '' } = status.masters[0]?.nodes.find(({ role }) => role === 'replica') ?? {};
  expect((await cli.run(['restart', id])).code).toBe(0);
  expect(await recover()).toMatchObject({ what: null });

  const conf = join(dirOf(cli), 'nodes', id, 'redis.conf');
  const before = await readFile(conf, 'utf8');
  await appendFile(conf, '\nno-such-directive yes\n');
  await refusal(cli, ['restart', id], { exit: 4, code: 'not-restored', says: `start ${id}` });
  await writeFile(conf, before);
  expect(await recover()).toMatchObject({ what: null });
  const started = await cli.run(['start', id]);
  expect(started.code, started.stderr).toBe(0);
  expect((await nodesOf(cli)).length).toBe(6);
});
