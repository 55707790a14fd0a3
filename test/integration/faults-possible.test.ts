import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PossibleFault } from '../../src/faults/possible.js';
import { says } from '../helpers/by-hand.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';
import { refusal } from '../helpers/refusal.js';

/** A cluster that is reached over the network alone. */
const PORT = 8420;
const SHOP = ['--cluster', 'shop'];
const CONFIRM = [...SHOP, '--confirm', 'shop'];

let cluster: RawCluster;
let cli: Cli;

beforeAll(async () => {
  cli = await openCli();
  cluster = await startRawCluster({ port: PORT, downAfterMs: 10_000 });
  const attached = await cli.run(['attach', 'shop', '--sentinel-addrs', `127.0.0.1:${PORT + 50}`]);
  expect(attached.code, attached.stderr).toBe(0);
});
afterAll(async () => {
  await cluster?.stop();
  await cli?.close();
});

async function possible(): Promise<Map<string, PossibleFault>> {
  const ran = await cli.run(['faults', ...SHOP, '--json']);
  expect(ran.code, ran.stderr).toBe(0);
  const { cluster: name, possible: faults } = ran.json();
  expect(name).toBe('shop');
  return new Map(faults.map((fault: PossibleFault) => [fault.name, fault]));
}

it('says which faults go over the network alone, and why the others do not', async () => {
  const faults = await possible();
  const can = [...faults.values()].filter((fault) => fault.can).map(({ name }) => name);
  expect(can).toEqual(['pause-writes', 'pause-all', 'busy-script', 'priority-zero', 'role-lie']);
  expect(faults.get('kill')?.why).toContain('without a way to its processes');
  expect(faults.get('freeze')?.instead).toContain('pause-all');
  expect(faults.get('pause-all')?.acts[0]?.does).toMatch(/^redis-1 .*CLIENT PAUSE \d+ ALL$/);
  const text = await cli.run(['faults', 'freeze', ...SHOP]);
  expect(text.stdout).toMatch(/✗ freeze: .*instead: pause-all/s);
  // Without a cluster it is the list.
  expect((await cli.run(['faults'])).stdout).not.toContain('✗');
});

it('says more where commands reach the servers', async () => {
  const commands = ['--pause-command', 'true {port}', '--resume-command', 'true {port}'];
  expect((await cli.run(['attach', 'shop', ...commands])).code).toBe(0);
  const faults = await possible();
  expect(faults.get('freeze')?.can).toBe(true);
  expect(faults.get('freeze')?.acts[0]?.does).toContain('the pause command at redis-1');
  expect(faults.get('kill')?.can).toBe(false);
});

it('refuses what cannot be done before it does anything', async () => {
  const misconf = ['inject', 'misconf', '--for', '1s', ...CONFIRM];
  await refusal(cli, misconf, { exit: 3, code: 'not-possible-here', says: 'made to fail its saves' });
  expect((await cli.run(['status', ...SHOP])).code).toBe(0);
});

it('freezes a master over the protocol, and it ends by itself', async () => {
  const ran = await cli.run(['inject', 'pause-all', '--for', '2s', ...CONFIRM]);
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stdout).toContain('pause-all was active for 2');
  expect(ran.stdout).toContain('CLIENT PAUSE 2000 ALL');
  await says(PORT, 'INFO replication', /role:master[\s\S]*connected_slaves:2/);
});
