import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import type { LiveCluster } from '../../../src/cluster/open.js';
import { chooseMaster } from '../../../src/cluster/up/master.js';
import type { Progress } from '../../../src/model/events.js';
import type { NodePlan } from '../../../src/model/plan.js';
import { DEFAULT_SPEC } from '../../../src/model/spec.js';
import { OPEN_ACCESS } from '../../../src/wire/access.js';
import { type FakeServer, fakeServer, replies } from '../../helpers/fake-server.js';

const servers: FakeServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
/** All of them but one are outside of database 0. */
const keyspace = (n: number): string =>
  `# Keyspace\r\n${n > 1 ? 'db0:keys=1,expires=0,avg_ttl=0\r\n' : ''}db3:keys=${n > 1 ? n - 1 : n},expires=0,avg_ttl=0\r\n`;

/** Data nodes that hold so many keys; the first one writes nothing to disk. */
async function holding(...keys: number[]): Promise<Pick<LiveCluster, 'plan' | 'asking'>> {
  const nodes = await Promise.all(
    keys.map(async (n, i): Promise<NodePlan> => {
      const server = await fakeServer(replies({ INFO: bulk(n === 0 ? '# Keyspace\r\n' : keyspace(n)) }));
      servers.push(server);
      const { address } = server;
      return { id: `redis-${i + 1}`, kind: 'redis', announce: address, endpoint: address, persistent: i > 0 };
    }),
  );
  return {
    plan: { spec: { ...DEFAULT_SPEC, cluster: 'default' }, driver: 'process', nodes },
    asking: { clock: systemClock, access: OPEN_ACCESS, deadlineMs: 30_000 },
  };
}

async function chosen(
  live: Pick<LiveCluster, 'plan' | 'asking'>,
  lastMaster?: string,
  onDisk: string[] = [],
): Promise<{ id: string; said: string[] }> {
  const said: string[] = [];
  const note = (event: Progress) => event.type === 'note' && said.push(event.text);
  const { id } = await chooseMaster(live, note, { lastMaster, onDisk });
  return { id, said };
}

describe('who becomes master of what is on disk', () => {
  it('is who holds the most keys, and what it holds is said', async () => {
    expect(await chosen(await holding(0, 1, 0))).toEqual({
      id: 'redis-2',
      said: [
        'redis-2 becomes the master (no other node that writes to disk has more keys), and the other nodes copy its data; ' +
          'keys on disk: redis-1 0, redis-2 1, redis-3 0',
      ],
    });
    expect((await chosen(await holding(0, 1, 2))).said).toEqual([
      expect.stringMatching(/^redis-3 becomes the master .*keys on disk: redis-1 0, redis-2 1, redis-3 2$/),
    ]);
  });

  it('is the last one before one that holds more', async () => {
    expect(await chosen(await holding(0, 1, 2), 'redis-2')).toMatchObject({
      id: 'redis-2',
      said: [expect.stringContaining('(it was the last master)')],
    });
  });

  it('is the last one also where its files hold no key, and not where its files are gone', async () => {
    expect(await chosen(await holding(8, 0, 0), 'redis-2', ['redis-1', 'redis-2', 'redis-3'])).toMatchObject({
      id: 'redis-2',
      said: [expect.stringMatching(/\(it was the last master\).*redis-1 8, redis-2 0, redis-3 0$/)],
    });
    expect((await chosen(await holding(8, 0, 3), 'redis-2', ['redis-1', 'redis-3'])).id).toBe('redis-3');
    // What keeps nothing on disk says nothing of the last state, also where it was the last master.
    expect((await chosen(await holding(0, 2, 3), 'redis-1', ['redis-1', 'redis-2', 'redis-3'])).id).toBe(
      'redis-3',
    );
  });

  it('is the first one where no node holds keys, without a note', async () => {
    expect(await chosen(await holding(0, 0, 0))).toEqual({ id: 'redis-1', said: [] });
  });
});
