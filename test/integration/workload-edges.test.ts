import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { WorkloadSettings } from '../../src/observe/result.js';
import type { Workload } from '../../src/workload/start.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, type RedisServer, startRawCluster } from '../helpers/redis.js';
import {
  accounted,
  ask,
  asking,
  compiledWorkload,
  idOf,
  nodesOf,
  settings,
  story,
  targetOf,
  when,
  writing,
} from '../helpers/workload.js';

const PORT = 9500;
let room: Awaited<ReturnType<typeof compiledWorkload>>;
let cluster: RawCluster;
const running: Workload[] = [];
beforeAll(async () => {
  room = await compiledWorkload();
  cluster = await startRawCluster({ port: PORT, downAfterMs: QUIET_MS });
});
afterEach(async () => {
  await Promise.allSettled(running.splice(0).map((workload) => workload.stop()));
});
afterAll(async () => {
  await Promise.allSettled([cluster?.stop(), room?.remove()]);
});

const master = (): RedisServer => {
  const [first] = cluster.nodes;
  if (first === undefined) throw new Error('there is no node');
  return first;
};
async function start(prefix: string, over: Partial<WorkloadSettings>): Promise<Workload> {
  const workload = await writing(room, cluster, prefix, over);
  running.push(workload);
  return workload;
}
const calls = async (server: RedisServer, command: string): Promise<number> =>
  Number(
    new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(
      String(await ask(server, 'INFO', 'commandstats')),
    )?.[1] ?? 0,
  );
const refusals = async (): Promise<number> =>
  Number(
    /cmdstat_setbit:.*rejected_calls=(\d+)/.exec(String(await ask(master(), 'INFO', 'commandstats')))?.[1] ??
      0,
  );
const calm = () => story(master(), systemClock.now(), { fault: 'none' });

describe('reads', () => {
  it('from the master never miss what was acknowledged to the same client', async () => {
    const workload = await start('read-master', { readRatio: 0.75, pipeline: 8, ratePerS: 0 });
    const { ledger, record } = await accounted(room, cluster, workload, master(), calm());
    expect(record.reads).toBeGreaterThan(300);
    expect(ledger).toMatchObject({ staleReads: 0, lost: 0 });
    const share = record.reads / (record.reads + ledger.attempted);
    expect(share).toBeGreaterThan(0.6);
    expect(share).toBeLessThan(0.8);
  });

  it('from replicas go there and nowhere else, and disturb no writing', async () => {
    const before = await calls(master(), 'getbit');
    const workload = await start('read-replicas', { readRatio: 0.5, readFrom: 'replicas' });
    const { ledger, record } = await accounted(room, cluster, workload, master(), calm());
    expect(record.reads).toBeGreaterThan(100);
    expect(ledger.lost).toBe(0);
    expect(ledger.staleReads).toBeLessThanOrEqual(record.reads);
    expect(await calls(master(), 'getbit')).toBe(before);
  });
});

describe('a rate', () => {
  it('is kept, and what replicas confirm is asked after every batch', async () => {
    const before = await calls(master(), 'wait');
    const workload = await start('waiting', { policy: 'wait:2', ratePerS: 400, pipeline: 4 });
    const { ledger, record, summary } = await accounted(room, cluster, workload, master(), calm());
    expect(ledger).toMatchObject({ acknowledged: ledger.attempted, lost: 0 });
    expect((await calls(master(), 'wait')) - before).toBe(ledger.attempted / 4);
    // No client is ahead of the schedule: at most what was due, and one batch of each client at the start.
    const due = ((record.stoppedAtMs - record.startedAtMs) / 1000) * 400;
    expect(ledger.attempted).toBeLessThanOrEqual(due + 4 * 4);
    expect(summary.latencyMs?.p50).toBeGreaterThan(0);
  });
});

describe('writes that the master refuses', () => {
  it('are failures for certain, counted by their kind, and are not there', async () => {
    const workload = await start('refused', { ratePerS: 400 });
    const faultAtMs = systemClock.now();
    await ask(master(), 'CONFIG', 'SET', 'min-replicas-to-write', '5');
    try {
      await when('some are refused', () => workload.counts().failed > 50);
    } finally {
      await ask(master(), 'CONFIG', 'SET', 'min-replicas-to-write', '0');
    }
    const healedAtMs = systemClock.now();
    await when('all clients are back', () => workload.recoveredSince(healedAtMs));
    const told = story(master(), faultAtMs, { fault: 'none' });
    const { ledger, summary } = await accounted(room, cluster, workload, master(), told);
    expect(summary.errors).toEqual({ NOREPLICAS: ledger.failed });
    expect(ledger).toMatchObject({ indeterminate: 0, lost: 0, recovered: 0, unexpected: 0 });
    expect(ledger.failed).toBeGreaterThan(50);
  });
});

describe('a start', () => {
  const options = (over: Partial<WorkloadSettings> = {}) => ({
    settings: settings(over),
    keyPrefix: 'never',
    clock: systemClock,
  });

  it('is refused before anything is opened where the settings make no sense', async () => {
    const wanted = room.startWorkload(targetOf(cluster), options({ policy: 'wait:3' }));
    await expect(wanted).rejects.toMatchObject({ code: 'bad-workload', exitCode: 64 });
  });

  it('fails with the reason where no server listens', async () => {
    const target = { ...targetOf(cluster), sentinels: [{ host: '127.0.0.1', port: PORT + 99 }] };
    await expect(room.startWorkload(target, options())).rejects.toMatchObject({
      code: 'client-not-connected',
      exitCode: 5,
      why: expect.stringContaining('All sentinels are unreachable'),
    });
  });

  it('ends with the signal, and leaves no key', async () => {
    await ask(master(), 'CONFIG', 'SET', 'min-replicas-to-write', '5');
    try {
      const stop = new AbortController();
      const before = await refusals();
      const wanted = room.startWorkload(targetOf(cluster), { ...options(), signal: stop.signal });
      const ended = expect(wanted).rejects.toThrow('enough');
      await when('it writes in vain', async () => (await refusals()) > before);
      stop.abort(new Error('enough'));
      await ended;
    } finally {
      await ask(master(), 'CONFIG', 'SET', 'min-replicas-to-write', '0');
    }
    expect(await ask(master(), 'KEYS', 'never:*')).toEqual([]);
  });

  it('says so when the worker dies', async () => {
    const broken = await compiledWorkload();
    try {
      await rm(join(broken.dir, 'workload', 'worker.js'));
      await expect(broken.startWorkload(targetOf(cluster), options())).rejects.toMatchObject({
        code: 'workload-lost',
        exitCode: 2,
      });
    } finally {
      await broken.remove();
    }
  });
});

describe('reading back', () => {
  it('says who did not answer, and why; what the others have is known', async () => {
    const workload = await start('partly', {});
    const record = await workload.stop();
    const nobody = { id: 'nobody', endpoint: { host: '127.0.0.1', port: PORT + 99 } };
    const finals = await room.readBack(record, [nobody, ...nodesOf(cluster)], asking);
    expect(finals[0]).toMatchObject({ bits: null, why: expect.stringContaining('refused the connection') });
    expect(finals.slice(1).every(({ bits }) => bits?.length === 4)).toBe(true);
    expect(finals.map(({ id }) => id)).toEqual(['nobody', ...cluster.nodes.map(idOf)]);
  });

  it('finds a bit that was never written', async () => {
    const workload = await start('stranger', {});
    await ask(master(), 'SETBIT', 'stranger:0:0', '60000', '1');
    const { ledger } = await accounted(room, cluster, workload, master(), calm());
    expect(ledger).toMatchObject({ lost: 0, unexpected: 1 });
  });

  it('leaves nothing behind when it is cleaned up', async () => {
    const workload = await start('tidy', {});
    const record = await workload.stop();
    expect(await ask(master(), 'EXISTS', 'tidy:0:0')).toBe(1);
    await room.cleanUp(record, { endpoint: master().address }, asking);
    expect(await ask(master(), 'KEYS', 'tidy:*')).toEqual([]);
  });
});
