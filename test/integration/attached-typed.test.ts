import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cli, openCli, type Ran } from '../helpers/cli.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';

/** A cluster that runs already, one sentinel of which is typed by another address than its peers have. */
const PORT = 12_200;
let cluster: RawCluster;
let cli: Cli;
const run = (...words: string[]): Promise<Ran> => cli.run([...words, '--cluster', 'shop']);

beforeAll(async () => {
  cli = await openCli();
  cluster = await startRawCluster({ port: PORT, masterName: 'shop', replicas: 1, downAfterMs: QUIET_MS });
});
afterAll(async () => {
  await cluster?.stop();
  await cli?.close();
});

it('a sentinel that is typed by a name of its host has the address of the cluster', async () => {
  const host = 'localhost';
  const typed = { host, port: PORT + 51 };
  const attach = ['attach', 'shop', '--sentinel-addrs', `${host}:${typed.port}`, '--local', '--json'];
  const attached = await cli.run(attach);
  expect(attached.code, attached.stdout).toBe(0);
  const { servers, notHere, unreached } = attached.json();
  expect({ notHere, unreached }).toEqual({ notHere: [], unreached: [] });
  expect(servers.map(({ id, announce }: { id: string; announce: unknown }) => [id, announce])).toEqual(
    [
      ['redis-1', PORT],
      ['redis-2', PORT + 1],
      ['sentinel-1', PORT + 50],
      ['sentinel-2', PORT + 51],
      ['sentinel-3', PORT + 52],
    ].map(([id, port]) => [id, { host: '127.0.0.1', port }]),
  );
  // Steady only where every sentinel sees every other one.
  const ran = await run(
    'inject',
    'priority-zero',
    'redis-2',
    '--for',
    '100ms',
    '--confirm',
    'shop',
    '--json',
  );
  expect(ran.json(), ran.stderr).toMatchObject({ healed: true, converged: true });
  const again = await cli.run(['attach', 'shop', '--json']);
  expect(again.json().servers, again.stderr).toEqual(servers);
  expect((await cli.run(['detach', 'shop'])).code).toBe(0);
});
