import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';
import {
  ask,
  asking,
  compiledWorkload,
  idOf,
  nodesOf,
  quiesced,
  settings,
  targetOf,
  when,
  whenReplaced,
} from '../helpers/workload.js';

const PORT = 9000;
let room: Awaited<ReturnType<typeof compiledWorkload>>;
let cluster: RawCluster;
beforeAll(async () => {
  room = await compiledWorkload();
  cluster = await startRawCluster({ port: PORT, downAfterMs: QUIET_MS });
});
afterAll(async () => {
  await Promise.allSettled([cluster?.stop(), room?.remove()]);
});

const setbits = async (): Promise<number> =>
  Number(/cmdstat_setbit:calls=(\d+)/.exec(String(await ask(master(), 'INFO', 'commandstats')))?.[1] ?? 0);
const master = () => {
  const [first] = cluster.nodes;
  if (first === undefined) throw new Error('there is no node');
  return first;
};

describe('clients that write', () => {
  it('lose nothing when nothing happens, and count what redis counted', async () => {
    const before = await setbits();
    const workload = await room.startWorkload(targetOf(cluster), {
      settings: settings({ pipeline: 16, ratePerS: 0 }),
      keyPrefix: 'quiet',
      clock: systemClock,
    });
    await when('enough is written', () => workload.counts().acknowledged > 20_000);
    const record = await workload.stop();
    expect(await workload.stop()).toBe(record);
    await quiesced(cluster, master());
    const finals = await room.readBack(record, nodesOf(cluster), asking);
    const ledger = room.ledgerOf(record, finals, idOf(master()), {
      fault: 'none',
      oldMaster: idOf(master()),
      newMaster: null,
      faultAtMs: record.startedAtMs,
      newWritableAtMs: null,
      returnedAtMs: null,
      convertedAtMs: null,
      cameBackEmpty: false,
    });
    const attempted = (await setbits()) - before;
    expect(ledger).toMatchObject({
      attempted,
      acknowledged: attempted,
      indeterminate: 0,
      failed: 0,
      lost: 0,
    });
    expect(ledger).toMatchObject({ recovered: 0, unexpected: 0, staleReads: null, causes: {}, lostRuns: [] });
    expect(ledger.missingAt.map(({ missing }) => missing)).toEqual([0, 0, 0]);
    expect(workload.counts()).toEqual({ attempted, acknowledged: attempted, failed: 0, indeterminate: 0 });
    await room.cleanUp(record, { endpoint: master().address }, asking);
    expect(await ask(master(), 'DBSIZE')).toBe(0);
  });

  it('go on at the new master when theirs is killed, and what is lost was not replicated', async () => {
    const workload = await room.startWorkload(targetOf(cluster), {
      settings: settings(),
      keyPrefix: 'killed',
      clock: systemClock,
    });
    await when('some is written', () => workload.counts().acknowledged > 500);
    const old = master();
    await cluster.setDownAfter(1500);
    const faultAtMs = systemClock.now();
    old.signal('SIGKILL');
    const replaced = await whenReplaced(cluster, old);
    await when('all clients are back', () => workload.recoveredSince(replaced.atMs));
    const record = await workload.stop();
    await quiesced(cluster, replaced.master, [old]);
    const finals = await room.readBack(record, nodesOf(cluster), asking);
    const ledger = room.ledgerOf(record, finals, idOf(replaced.master), {
      fault: 'kill',
      oldMaster: idOf(old),
      newMaster: idOf(replaced.master),
      faultAtMs,
      newWritableAtMs: replaced.atMs,
      returnedAtMs: null,
      convertedAtMs: null,
      cameBackEmpty: false,
    });
    const summary = room.clientSummary(record, faultAtMs);
    expect(ledger.attempted).toBe(ledger.acknowledged + ledger.failed + ledger.indeterminate);
    expect(ledger.unexpected).toBe(0);
    expect(ledger.lost).toBe(ledger.causes.unreplicated ?? 0);
    expect(ledger.missingAt[0]).toEqual({ id: idOf(old), missing: null });
    expect(ledger.missingAt[2]?.missing).toBe(ledger.missingAt[1]?.missing);
    expect(summary.firstRecoveredMs).toBeGreaterThan(1000);
    expect(summary.lastRecoveredMs).toBeGreaterThanOrEqual(summary.firstRecoveredMs ?? 0);
    expect(summary.clients.map(({ id }) => id)).toEqual(['c1', 'c2', 'c3', 'c4']);
    const drawn = summary.clients.flatMap(({ ok }) => ok).reduce((a, b) => a + b, 0);
    expect(drawn).toBe(ledger.acknowledged);
  });
});
