import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cli } from '../helpers/cli.js';
import { ask, askNode, nodesOf } from '../helpers/inside.js';
import { healthyStatus, openWithCluster } from '../helpers/main-road.js';
import { when } from '../helpers/own-cluster.js';
import { refusal } from '../helpers/refusal.js';

/** How each precondition is broken for real, and how that is undone. */
interface Broken {
  id: string;
  says: RegExp;
  to?: string;
  commands: [node: string, ...words: string[]][];
  undo: [node: string, ...words: string[]][];
}

const ALL_SENTINELS = ['sentinel-1', 'sentinel-2', 'sentinel-3'];
const atSentinels = (...words: string[]): Broken['commands'] =>
  ALL_SENTINELS.map((id) => [id, 'SENTINEL', 'SET', 'mymaster', ...words]);

const BROKEN: Broken[] = [
  {
    id: 'min-replicas',
    says: /min-replicas: redis-2 needs 3 replicas for a write, and 2 of 2 would follow it/,
    commands: [['redis-2', 'CONFIG', 'SET', 'min-replicas-to-write', '3']],
    undo: [['redis-2', 'CONFIG', 'SET', 'min-replicas-to-write', '0']],
  },
  {
    id: 'target-memory',
    says: /target-memory: the master uses .*, redis-2 may use 1 bytes \(maxmemory\)/,
    commands: [['redis-2', 'CONFIG', 'SET', 'maxmemory', '1']],
    undo: [['redis-2', 'CONFIG', 'SET', 'maxmemory', '0']],
  },
  {
    id: 'pause-fits',
    says: /pause-fits: down-after is 500 ms: half of it leaves 150 ms for a pause, and 200 ms are needed/,
    commands: atSentinels('down-after-milliseconds', '500'),
    undo: atSentinels('down-after-milliseconds', '60000'),
  },
  {
    id: 'target-linked',
    says: /target-linked: redis-2 follows 127.0.0.1:1, not redis-1/,
    commands: [['redis-2', 'REPLICAOF', '127.0.0.1', '1']],
    undo: [['redis-2', 'REPLICAOF', '127.0.0.1', 'MASTER']],
  },
  {
    id: 'not-paused',
    says: /not-paused: redis-1 holds clients back/,
    commands: [['redis-1', 'CLIENT', 'PAUSE', '600000', 'WRITE']],
    undo: [['redis-1', 'CLIENT', 'UNPAUSE']],
  },
  {
    id: 'target-linked',
    says: /target-linked: redis-1 is the master already/,
    to: 'redis-1',
    commands: [],
    undo: [],
  },
];

describe('switchover is refused, and changes nothing', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await openWithCluster('60s');
  });
  afterAll(() => cli.close());

  const send = async (commands: Broken['commands']): Promise<void> => {
    const nodes = await nodesOf(cli);
    const portOf = (id: string): string => String(nodes.find((node) => node.id === id)?.announce.port);
    for (const [id, ...words] of commands) {
      const node = nodes.find((one) => one.id === id);
      if (node === undefined) throw new Error(`there is no ${id}`);
      await ask(
        node,
        words.map((word) => (word === 'MASTER' ? portOf('redis-1') : word)),
      );
    }
  };
  const isUntouched = async (): Promise<void> => {
    const { masters } = await healthyStatus(cli);
    expect(masters[0]?.master?.id).toBe('redis-1');
    expect(masters[0]?.views.map(({ configEpoch }) => configEpoch)).toEqual([0, 0, 0]);
  };

  it.each(BROKEN)('$id ($says)', async ({ id, says, to = 'redis-2', commands, undo }) => {
    await send(commands);
    // A pause shows once a sentinel waits in it, which tells its peers of itself every 2 s.
    if (id === 'not-paused')
      await when('a sentinel waits', async () =>
        /blocked_clients:[1-9]/.test(String(await askNode(cli, 'redis-1', 'INFO'))),
      );
    try {
      await refusal(cli, ['switchover', '--to', to, '--yes'], { exit: 3, code: 'switchover-refused', says });
      const dry = await cli.run(['switchover', '--to', to, '--dry-run', '--json']);
      expect(dry.code, dry.stderr).toBe(3);
      expect(dry.json()).toMatchObject({ outcome: 'violated', dryRun: true, rehearsal: [] });
    } finally {
      await send(undo);
    }
    await isUntouched();
  });

  it('names the sentinel that does not answer, and goes on without it', async () => {
    // The others count it until they call it down.
    await send(atSentinels('down-after-milliseconds', '2000'));
    expect((await cli.run(['kill', 'sentinel-3', '--yes'])).code).toBe(0);
    const words = ['switchover', '--to', 'redis-2', '--yes', '--clients', '0', '--max-gap', '30s'];
    await refusal(cli, words, {
      exit: 3,
      code: 'switchover-refused',
      says: /sentinels-reachable: sentinel-3 does not answer[\s\S]*--without sentinel-3/,
    });
    const ran = await cli.run([...words, '--without', 'sentinel-3', '--json']);
    expect(ran.code, ran.stderr + ran.stdout).toBe(0);
    expect((await cli.run(['start', 'sentinel-3'])).code).toBe(0);
    // It hears of the new master from the others.
    const { masters } = await healthyStatus(cli);
    expect(masters[0]?.master?.id).toBe('redis-2');
    expect(masters[0]?.views.map(({ configEpoch }) => configEpoch)).toEqual([1, 1, 1]);
  });

  it('takes no sentinel for a target', async () => {
    await refusal(cli, ['switchover', '--to', 'sentinel-1', '--yes'], { exit: 64, code: 'node-unknown' });
  });
});
