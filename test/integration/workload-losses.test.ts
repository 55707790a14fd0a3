import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { Workload } from '../../src/workload/start.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, type RedisServer, startRawCluster, startRedis } from '../helpers/redis.js';
import {
  accounted,
  ask,
  compiledWorkload,
  idOf,
  story,
  when,
  whenReplaced,
  whenRole,
  writing,
} from '../helpers/workload.js';

const PORT = 9200;
let room: Awaited<ReturnType<typeof compiledWorkload>>;
let cluster: RawCluster;
let restarted: RedisServer | undefined;
const running: Workload[] = [];

const first = (): RedisServer => {
  const [node] = cluster.nodes;
  if (node === undefined) throw new Error('there is no node');
  return node;
};
async function start(prefix: string, policy: string): Promise<Workload> {
  const workload = await writing(room, cluster, prefix, { policy });
  running.push(workload);
  return workload;
}

beforeAll(async () => {
  room = await compiledWorkload();
});
afterEach(async () => {
  await Promise.allSettled(running.splice(0).map((workload) => workload.stop()));
  await Promise.allSettled([restarted?.stop(), cluster?.stop()]);
  restarted = undefined;
});
afterAll(() => room?.remove());

describe('the ledger catches real loss', () => {
  it('by a planned failover: who stays with the old master loses, who leaves it does not', async () => {
    cluster = await startRawCluster({ port: PORT, downAfterMs: QUIET_MS });
    const byDefault = await start('default', 'default');
    const tuned = await start('tuned', 'tuned');
    const confirmed = await start('wait', 'wait:1');
    const [sentinel] = cluster.sentinels;
    const old = first();
    const faultAtMs = systemClock.now();
    if (sentinel) await ask(sentinel, 'SENTINEL', 'FAILOVER', cluster.masterName);
    const { master, atMs } = await whenReplaced(cluster, old);
    const convertedAtMs = await whenRole(old, 'replica', true);
    await when('all are back', () =>
      [byDefault, tuned, confirmed].every((w) => w.recoveredSince(convertedAtMs)),
    );
    const told = story(old, faultAtMs, {
      fault: 'switchover',
      newMaster: idOf(master),
      newWritableAtMs: atMs,
      convertedAtMs,
    });

    const left = await accounted(room, cluster, byDefault, master, told);
    expect(left.ledger.lost).toBeGreaterThan(0);
    expect(left.ledger.causes).toEqual({ 'planned-switchover': left.ledger.lost });
    expect(left.ledger.missingAt.map(({ missing }) => missing)).toEqual(Array(3).fill(left.ledger.lost));
    const onOld = room.zombieWritesOf(left.record, idOf(old), atMs, convertedAtMs);
    expect(onOld).toBeGreaterThan(left.ledger.lost / 2);
    const drawn = left.ledger.lostRuns.reduce((n, run) => n + run.count, 0);
    expect(drawn).toBe(left.ledger.lost);
    expect(left.ledger.lostRuns.every((run) => run.acknowledgedBy === idOf(old))).toBe(true);

    const moved = await accounted(room, cluster, tuned, master, told);
    expect(moved.ledger.lost).toBeLessThan(left.ledger.lost / 2);
    const kept = await accounted(room, cluster, confirmed, master, told);
    expect(kept.ledger.unexpected + moved.ledger.unexpected + left.ledger.unexpected).toBe(0);
    // One replica's word is not enough: the other one still follows the old master when it is asked.
    expect(kept.ledger.lost).toBeLessThan(left.ledger.lost / 2);
  });

  it('by a master that comes back empty before anybody calls it down: all is gone, everywhere', async () => {
    cluster = await startRawCluster({ port: PORT + 10, downAfterMs: QUIET_MS });
    const old = first();
    const workload = await start('empty', 'tuned');
    const faultAtMs = systemClock.now();
    await old.stop();
    restarted = await startRedis({ port: old.address.port });
    const returnedAtMs = systemClock.now();
    await when('all clients are back', () => workload.recoveredSince(returnedAtMs));
    cluster.nodes[0] = restarted;
    for (const replica of cluster.nodes.slice(1)) await whenRole(replica, 'replica', true);
    const told = story(old, faultAtMs, { fault: 'restart', returnedAtMs, cameBackEmpty: true });
    const { ledger, record } = await accounted(room, cluster, workload, restarted, told);
    const before = room.zombieWritesOf(record, idOf(old), record.startedAtMs, faultAtMs);
    expect(before).toBeGreaterThan(0);
    expect(ledger.lost).toBeGreaterThanOrEqual(before);
    expect(ledger.causes).toEqual({ 'empty-restart': ledger.lost });
    expect(ledger.missingAt.map(({ missing }) => missing)).toEqual(Array(3).fill(ledger.lost));
  });

  it('by a frozen master that thaws: who goes back to it loses, a tuned client does not', async () => {
    cluster = await startRawCluster({ port: PORT + 20, downAfterMs: 2000 });
    const old = first();
    const byDefault = await start('default', 'default');
    const tuned = await start('tuned', 'tuned');
    const faultAtMs = systemClock.now();
    old.signal('SIGSTOP');
    const { master, atMs } = await whenReplaced(cluster, old);
    await when('the tuned clients are back', () => tuned.recoveredSince(atMs));
    await when('12 s have passed', () => systemClock.now() > faultAtMs + 12_000);
    const returnedAtMs = systemClock.now();
    old.signal('SIGCONT');
    const convertedAtMs = await whenRole(old, 'replica', true);
    await when('all are back', () => [byDefault, tuned].every((w) => w.recoveredSince(convertedAtMs)));
    const told = story(old, faultAtMs, {
      fault: 'freeze',
      newMaster: idOf(master),
      newWritableAtMs: atMs,
      returnedAtMs,
      convertedAtMs,
    });

    const back = await accounted(room, cluster, byDefault, master, told);
    const left = await accounted(room, cluster, tuned, master, told);
    expect(back.ledger.lost).toBeGreaterThan(0);
    expect(back.ledger.causes.zombie).toBeGreaterThan(0);
    expect(back.summary.outageMs).toBeGreaterThan(11_000);
    expect(left.ledger.causes.zombie ?? 0).toBe(0);
    expect(left.ledger.lost).toBe(left.ledger.causes.unreplicated ?? 0);
    expect(left.summary.outageMs).toBeLessThan(back.summary.outageMs ?? 0);
    expect(left.ledger.unexpected + back.ledger.unexpected).toBe(0);
    expect(room.zombieWritesOf(left.record, idOf(old), returnedAtMs, convertedAtMs)).toBe(0);
  });
});
