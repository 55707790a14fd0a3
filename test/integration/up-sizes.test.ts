import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { UpResult } from '../../src/cluster/up/result.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { ask, nodesOf } from '../helpers/inside.js';
import { statusOf } from '../helpers/main-road.js';
import { QUIET } from '../helpers/quiet.js';
import { leftBehind } from '../helpers/refusal.js';

let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
});
afterAll(() => cli?.close());

/** Clusters side by side, each with ports of its own; all of them stay up until the end. */
const SIZES: [
  name: string,
  words: string[],
  size: { replicas: number; sentinels: number; quorum: number },
][] = [
  ['usual', [], { replicas: 2, sentinels: 3, quorum: 2 }],
  ['lonely', ['--replicas', '0', '--sentinels', '1'], { replicas: 0, sentinels: 1, quorum: 1 }],
  [
    'pair',
    ['--replicas', '1', '--sentinels', '2', '--quorum', '1'],
    { replicas: 1, sentinels: 2, quorum: 1 },
  ],
  ['large', ['--replicas', '5', '--sentinels', '5'], { replicas: 5, sentinels: 5, quorum: 3 }],
];

describe('clusters of any size, side by side', () => {
  it.each(SIZES)('%s', async (name, words, { replicas, sentinels, quorum }) => {
    const named = ['--cluster', name];
    const ran = await cli.run([
      'up',
      '--driver',
      'process',
      '--port',
      'auto',
      '--json',
      ...QUIET,
      ...named,
      ...words,
    ]);
    expect(ran.code, ran.stderr).toBe(0);
    const result = ran.json() as UpResult;
    expect(result.replicas).toHaveLength(replicas);
    expect(result.sentinels).toHaveLength(sentinels);

    const { status } = await statusOf(cli, ...named);
    expect(
      status.masters[0]?.views.map((v) => [v.replicas, v.otherSentinels, v.quorum, v.ckquorum.ok]),
    ).toEqual(Array.from({ length: sentinels }, () => [replicas, sentinels - 1, quorum, true]));
    expect(status.problems.filter((p) => p.severity === 'critical')).toEqual([]);
  });

  it('of which a node is down hold its port, also against another state directory', async () => {
    const port = (await nodesOf(cli, 'pair')).find(({ id }) => id === 'redis-2')?.endpoint.port;
    expect((await cli.run(['kill', 'redis-2', '--cluster', 'pair'])).code).toBe(0);
    const other = await openCli();
    onTestFinished(() => other.close());
    const ran = await other.run([
      'up',
      '--driver',
      'process',
      '--port',
      String(port),
      '--sentinel-port',
      'auto',
      '--json',
    ]);
    expect(ran.code, ran.stdout + ran.stderr).toBe(3);
    expect(ran.json().error).toMatchObject({
      code: 'port-taken',
      message: `port ${port} of redis-1 is that of a node that is down`,
      why: expect.stringContaining(
        `redis-2 of cluster "pair" (state directory ${cli.home}) comes back there`,
      ),
    });
    expect((await cli.run(['start', 'redis-2', '--cluster', 'pair'])).code).toBe(0);
  });

  it('have ports of their own, below those that the system hands out', async () => {
    const nodes = (await Promise.all(SIZES.map(([name]) => nodesOf(cli, name)))).flat();
    const ports = nodes.map((n) => n.endpoint.port);
    expect(new Set(ports).size).toBe(6 + 2 + 4 + 11);
    expect(Math.max(...ports)).toBeLessThan(32_768);
    for (const node of nodes) expect(await ask(node, ['PING'])).toBe('PONG');
  });

  it('are listed, and taken down one by one', async () => {
    const listed = (await cli.run(['list', '--json'])).json().clusters;
    expect(listed.map((c: { cluster: string; state: string }) => [c.cluster, c.state])).toEqual([
      ['large', 'running'],
      ['lonely', 'running'],
      ['pair', 'running'],
      ['usual', 'running'],
    ]);
    expect((await cli.run(['down', '--cluster', 'large', '--json'])).json()).toMatchObject({
      removed: { processes: 11 },
    });
    expect((await leftBehind(cli.home)).filter((left) => left.startsWith('pid'))).toHaveLength(12);
    expect((await statusOf(cli, '--cluster', 'usual')).code).toBe(0);
  });
});

describe('what a cluster is made of', () => {
  const PORT = 8700;

  it('is as it was asked for', async () => {
    const ran = await cli.run(
      [
        ['up', '--cluster', 'special', '--driver', 'process', '--master-name', 'orders.db-1'],
        ['--port', String(PORT), '--sentinel-port', String(PORT + 50), '--replicas', '1', '--sentinels', '2'],
        ['--quorum', '2', '--down-after', '2500ms', '--failover-timeout', '1m', '--parallel-syncs', '2'],
        ['--persistence', 'none', '--redis-conf', 'maxmemory=64mb', '--redis-conf', 'save=900 1'],
      ].flat(),
    );
    expect(ran.code, ran.stderr).toBe(0);
    const nodes = await nodesOf(cli, 'special');
    expect(nodes.map((n) => n.endpoint.port)).toEqual([PORT, PORT + 1, PORT + 50, PORT + 51]);
    const [data, , sentinel] = nodes;
    if (data === undefined || sentinel === undefined) throw new Error('no nodes');
    const setting = async (name: string): Promise<unknown> =>
      ((await ask(data, ['CONFIG', 'GET', name])) as unknown[])[1];
    expect(await setting('maxmemory')).toBe(String(64 * 1024 * 1024));
    expect(await setting('save')).toBe('900 1');
    expect(await setting('appendonly')).toBe('no');
    const view = (await ask(sentinel, ['SENTINEL', 'MASTER', 'orders.db-1'])) as string[];
    const of = (field: string): string | undefined => view[view.indexOf(field) + 1];
    expect([
      of('quorum'),
      of('down-after-milliseconds'),
      of('failover-timeout'),
      of('parallel-syncs'),
    ]).toEqual(['2', '2500', '60000', '2']);
  });
});
