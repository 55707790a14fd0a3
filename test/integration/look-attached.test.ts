import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';
import { ask } from '../helpers/inside.js';
import { statusOf } from '../helpers/main-road.js';
import { QUIET, QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';
import { leftBehind, refusal } from '../helpers/refusal.js';

/** A cluster that sentinelctl did not start. */
let cluster: RawCluster;
let cli: Cli;
const PORT = 8800;
const ONE = `127.0.0.1:${PORT + 50}`;
const DEAD = '127.0.0.1:1';
/** For addresses that were not typed, where no cluster of our own is known and where one is. */
const FORGOTTEN = /these addresses come from REDIS_SENTINEL_ADDRS in this shell: unset it(, then: |$)/m;
const FORGOTTEN_BESIDE =
  /these addresses come from REDIS_SENTINEL_ADDRS in this shell: unset it, or name a cluster: --cluster default(, then: |$)/m;
const at = (...words: string[]): string[] => [...words, '--sentinel-addrs', ONE];

beforeAll(async () => {
  cli = await openCli();
  cluster = await startRawCluster({ port: PORT, masterName: 'orders', downAfterMs: QUIET_MS });
});
afterAll(async () => {
  await cluster?.stop();
  await cli?.close();
});

describe('an attached cluster', () => {
  it('is found whole through one of its sentinels', async () => {
    const { code, status } = await statusOf(cli, '--sentinel-addrs', ONE);
    expect(status.problems).toEqual([]);
    expect(code).toBe(0);
    expect(status).toMatchObject({ driver: 'attached', healthy: true });
    expect(status.sentinels.map((s) => s.port).sort()).toEqual([PORT + 50, PORT + 51, PORT + 52]);
    expect(status.masters.map((m) => m.name)).toEqual(['orders']);
    expect(status.masters[0]?.nodes.map((n) => [n.port, n.role]).sort()).toEqual([
      [PORT, 'master'],
      [PORT + 1, 'replica'],
      [PORT + 2, 'replica'],
    ]);
  });

  it.each(['status', 'masters', 'replicas', 'sentinels', 'master-addr', 'env'])(
    '%s reads it',
    async (command) => {
      const ran = await cli.run(at(command));
      expect(ran).toMatchObject({ code: 0, stderr: '' });
      expect((await cli.run(at(command, '--json'))).code).toBe(0);
      expect((await cli.run(at(command, '--master-name', 'orders'))).code).toBe(0);
    },
  );

  it('is meant by the application’s own variables too, where no cluster is named', async () => {
    const env = { REDIS_SENTINEL_ADDRS: ONE, REDIS_MASTER_NAME: 'orders' };
    const ran = await cli.run(['master-addr'], { env });
    expect(ran).toMatchObject({ code: 0, stdout: `127.0.0.1:${PORT}\n` });
    const named = { exit: 3, code: 'cluster-unknown', says: 'cluster "mine" does not exist' };
    await refusal(cli, ['master-addr', '--cluster', 'mine'], named, { env });
  });

  it('is found although the first address is dead, which is shown', async () => {
    const { code, status } = await statusOf(cli, '--sentinel-addrs', `${DEAD},${ONE}`);
    // Whether it is a sentinel of this cluster is not known.
    expect(code).toBe(2);
    expect(status.sentinels.map((s) => s.reachable).sort()).toEqual([false, true, true, true]);
    const ran = await cli.run(['master-addr', '--sentinel-addrs', `${DEAD},${ONE}`]);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(`127.0.0.1:${PORT}`) });
  });

  it('knows no master of another name, and says which it has', async () => {
    for (const command of ['masters', 'replicas', 'sentinels', 'master-addr', 'env']) {
      const expected = { exit: 64, code: 'unknown-master-name', says: '--master-name orders' };
      await refusal(cli, at(command, '--master-name', 'other'), expected);
    }
    const { code, status } = await statusOf(cli, '--sentinel-addrs', ONE, '--master-name', 'other');
    // The name may be the slip: nothing is said of the cluster.
    expect(code).toBe(2);
    expect(JSON.stringify(status.problems)).toContain('orders');
  });

  it('is not acted on', async () => {
    for (const words of [
      ['kill', 'master'],
      ['stop', 'redis-1'],
      ['start', 'redis-1'],
      ['restart', 'redis-1'],
      ['pause', 'redis-1'],
      ['resume', 'redis-1'],
      ['failover-test'],
      ['down'],
      ['logs'],
      ['config'],
    ])
      await refusal(cli, at(...words), { exit: 3, code: 'attached', says: 'did not create' });
    const env = { REDIS_SENTINEL_ADDRS: ONE };
    await refusal(cli, ['kill', 'master'], { exit: 3, code: 'attached' }, { env });
    const down = await refusal(cli, ['down'], { exit: 3, code: 'attached' }, { env });
    expect(down.plain.stderr).not.toContain('attach NAME');
    const forgotten = { exit: 3, code: 'attached', says: FORGOTTEN };
    await refusal(cli, ['failover-test'], forgotten, { env });
    expect((await cli.run(at('kill', 'master'))).stderr).not.toContain('REDIS_SENTINEL_ADDRS');
    await refusal(cli, at('up'), { exit: 64, code: 'not-for-up', says: 'sentinelctl status' });
    expect((await statusOf(cli, '--sentinel-addrs', ONE)).code).toBe(0);
  });

  it('is asked for by a variable that outlived it: each command says where the addresses come from', async () => {
    const env = { REDIS_SENTINEL_ADDRS: DEAD };
    for (const command of ['masters', 'replicas', 'sentinels', 'master-addr', 'env'])
      await refusal(cli, [command], { exit: 5, code: 'no-sentinel', says: FORGOTTEN }, { env });
    const status = await cli.run(['status', '--json'], { env });
    expect(status.code).toBe(5);
    expect(status.json().problems[0]).toMatchObject({
      id: 'no-sentinel',
      why: expect.stringMatching(FORGOTTEN),
    });
    expect((await cli.run(['masters', '--sentinel-addrs', DEAD])).stderr).not.toContain(
      'REDIS_SENTINEL_ADDRS',
    );
  });

  it('is not confused with a cluster created by sentinelctl beside it', async () => {
    const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', ...QUIET]);
    expect(up.code, up.stderr).toBe(0);
    await refusal(cli, at('down'), { exit: 3, code: 'attached' });
    const forgotten = { exit: 5, code: 'no-sentinel', says: FORGOTTEN_BESIDE };
    await refusal(cli, ['masters'], forgotten, { env: { REDIS_SENTINEL_ADDRS: DEAD } });
    const own = (await cli.run(['env', '--json'])).json().REDIS_SENTINEL_ADDRS as string;
    const env = { REDIS_SENTINEL_ADDRS: own };
    expect((await cli.run(['kill', 'redis-2', '--quiet'], { env })).code).toBe(0);
    expect((await cli.run(['down', '--quiet'], { env })).code).toBe(0);
    expect(await leftBehind(cli.home)).toEqual([]);
    expect((await statusOf(cli, '--sentinel-addrs', ONE)).code).toBe(0);
  });

  it('with many masters: counts and a screen of the worst, all with --all, and a named one asks about no other', async () => {
    const NAMES = 40;
    const sentinel = { endpoint: { host: '127.0.0.1', port: PORT + 50 } };
    for (let n = 1; n <= NAMES; n++)
      await ask(sentinel, ['SENTINEL', 'MONITOR', `shard-${n}`, '127.0.0.1', 1, 2]);
    try {
      const short = await cli.run(at('status'));
      expect(short.code, short.stderr).toBe(1);
      expect(short.stdout).toMatch(/^\S.*1 of 41 masters healthy/);
      expect(short.stdout).toMatch(/^(DOWN|AT RISK|DEGRADED|UNKNOWN) \d+.*, HEALTHY 1$/m);
      expect(short.stdout).toMatch(/^not shown: 34 masters that are not healthy and \d+ problems; --all/m);
      expect(short.stdout.match(/^SENTINEL /gm)).toHaveLength(6);
      const whole = await cli.run(at('status', '--all'));
      expect(whole.stdout.match(/^SENTINEL /gm)).toHaveLength(41);
      expect(whole.stdout).not.toContain('not shown');
      const { status } = await statusOf(cli, '--sentinel-addrs', ONE);
      expect(status.masters.map((m) => m.name)).toEqual([
        'orders',
        ...Array.from({ length: NAMES }, (_, i) => `shard-${i + 1}`),
      ]);

      const heard = await hearing(PORT + 50, async (relay) => {
        const { status: one } = await statusOf(cli, '--sentinel-addrs', relay, '--master-name', 'orders');
        expect(one.masters.map((m) => m.name)).toEqual(['orders']);
      });
      expect(heard).toMatch(/replicas\r\n\$6\r\norders/i);
      expect(heard).not.toMatch(/shard-|\$7\r\nmasters\r\n/i);
    } finally {
      for (let n = 1; n <= NAMES; n++) await ask(sentinel, ['SENTINEL', 'REMOVE', `shard-${n}`]);
    }
  });
});

/** What is sent to a server through a relay in front of it, while `work` has the relay's address. */
async function hearing(port: number, work: (relay: string) => Promise<void>): Promise<string> {
  const heard: Buffer[] = [];
  const relay = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    client.on('data', (chunk) => heard.push(chunk));
    client.on('error', () => server.destroy());
    server.on('error', () => client.destroy());
    client.pipe(server).pipe(client);
  });
  await once(relay.listen(0, '127.0.0.1'), 'listening');
  const address = relay.address();
  try {
    await work(`127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  } finally {
    relay.close();
  }
  return Buffer.concat(heard).toString();
}
