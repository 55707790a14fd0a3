import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { askingAs } from '../../src/wire/access.js';
import { openConnection } from '../../src/wire/client.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';
import {
  accounted,
  asking,
  compiledWorkload,
  idOf,
  story,
  when,
  whenReplaced,
  whenRole,
  writing,
} from '../helpers/workload.js';

let room: Awaited<ReturnType<typeof compiledWorkload>>;
let cluster: RawCluster | undefined;

beforeAll(async () => {
  room = await compiledWorkload();
});
afterAll(async () => {
  await cluster?.stop();
  await room?.remove();
});

/**
 * A partition without a packet filter: the master refuses every new connection, and ends the
 * connections of its replicas and of the sentinels. Clients that are connected stay on its side.
 */
it('calls what the old master acknowledged on its side of a partition lost to the minority', async () => {
  cluster = await startRawCluster({ port: 9600, downAfterMs: 2000 });
  const [old] = cluster.nodes;
  if (old === undefined) throw new Error('there is no master');
  const workload = await writing(room, cluster, 'minority', { policy: 'default' });
  const inside = await openConnection(old.address, askingAs(asking, 'redis'));
  try {
    const faultAtMs = systemClock.now();
    await inside.call('CONFIG', 'SET', 'requirepass', 'locked-out');
    await inside.call('CLIENT', 'KILL', 'TYPE', 'replica');
    await inside.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    const clients = String(await inside.call('CLIENT', 'LIST'))
      .trimEnd()
      .split('\n');
    for (const line of clients.filter((l) => / name=sentinel-/.test(l))) {
      await inside.call('CLIENT', 'KILL', 'ID', /^id=(\d+)/.exec(line)?.[1] ?? '');
    }
    const { master, atMs } = await whenReplaced(cluster, old);
    // Two masters now, each with its own clients; then the partition heals.
    const before = workload.counts().acknowledged;
    await when('the old master still takes writes', () => workload.counts().acknowledged > before + 200);
    const returnedAtMs = systemClock.now();
    await inside.call('CONFIG', 'SET', 'requirepass', '');
    const convertedAtMs = await whenRole(old, 'replica', true);
    await when('all clients are back', () => workload.recoveredSince(convertedAtMs));

    const told = story(old, faultAtMs, {
      fault: 'partition',
      newMaster: idOf(master),
      newWritableAtMs: atMs,
      returnedAtMs,
      convertedAtMs,
    });
    const { ledger } = await accounted(room, cluster, workload, master, told);
    expect(ledger.causes.minority).toBeGreaterThan(200);
    expect(ledger.causes.zombie).toBeGreaterThan(0);
    expect(ledger.lost).toBe(Object.values(ledger.causes).reduce((sum, n) => sum + n, 0));
    expect(ledger.causes.unknown ?? 0).toBe(0);
    expect(ledger.unexpected).toBe(0);
  } finally {
    inside.close();
    await workload.stop();
  }
});
