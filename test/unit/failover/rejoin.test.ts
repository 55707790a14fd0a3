import { expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import type { Fault } from '../../../src/failover/fault.js';
import { rejoin, twoMastersWords } from '../../../src/failover/rejoin.js';
import type { FaultRun } from '../../../src/faults/conduct.js';

const OLD = { id: 'redis-1', kind: 'redis', endpoint: { host: '127.0.0.1', port: 1 } };
const NEW = { id: 'redis-2', announce: { host: '127.0.0.1', port: 2 } };

/** A run whose old master is dead, and what was done to that; `onStart` is called while it starts. */
function deadMaster(stop: AbortController, onStart: () => void): { run: FaultRun; done: string[] } {
  const done: string[] = [];
  const { signal } = stop;
  const run = {
    runtime: { clock: systemClock, signal, onProgress: () => {} },
    live: {
      plan: {},
      host: {
        start: async () => {
          done.push('start');
          onStart();
        },
        kill: async (_: string, how: string) => {
          done.push(how);
        },
      },
      asking: { clock: systemClock, signal, deadlineMs: 1000, access: {} },
      deadlineMs: 1000,
    },
    experiment: { active: () => [], settled: async () => {} },
    roles: { master: OLD },
    observer: { seen: [], expectReturn: () => {} },
  };
  return { run: run as unknown as FaultRun, done };
}

const fault = { thaw: null, atMs: 0 } as Fault;
const stopped = new Error('interrupted');

it('an interrupt before the old master is started leaves the start to the rollback', async () => {
  const stop = new AbortController();
  const { run, done } = deadMaster(stop, () => {});
  stop.abort(stopped);
  await expect(rejoin(run, fault, NEW, 'as-crashed')).rejects.toBe(stopped);
  expect(done).toEqual([]);
});

it('an interrupt while the old master starts as it crashed ends it again', async () => {
  const stop = new AbortController();
  const { run, done } = deadMaster(stop, () => stop.abort(stopped));
  await expect(rejoin(run, fault, NEW, 'as-crashed')).rejects.toBe(stopped);
  expect(done).toEqual(['start', 'SIGKILL']);
});

it('says how long there have been two masters, and when that usually ends', () => {
  expect(twoMastersWords('redis-1', 3400)).toBe(
    'two masters for 3 s: the sentinels demote redis-1, usually within 7 s',
  );
  expect(twoMastersWords('redis-1', 9999)).toMatch(/^two masters for 9 s: .*, usually within 1 s$/);
  expect(twoMastersWords('redis-1', 10_000)).toBe(
    'two masters for 10 s, longer than usual: the sentinels demote redis-1',
  );
});
