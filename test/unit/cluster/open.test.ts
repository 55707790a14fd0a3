import { expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { stateNamed, withCluster } from '../../../src/cluster/open.js';
import type { Runtime } from '../../../src/cluster/runtime.js';
import { beginJournal } from '../../../src/cluster/store/journal.js';
import { type ClusterState, openStore } from '../../../src/cluster/store/state.js';
import type { Driver, DriverFactory } from '../../../src/drivers/driver.js';
import { OPEN } from '../../../src/model/secrets.js';
import { DEFAULT_SPEC } from '../../../src/model/spec.js';
import { OPEN_ACCESS } from '../../../src/wire/access.js';
import { tempDir } from '../../helpers/temp-dir.js';

const STATE: ClusterState = {
  version: 1,
  phase: 'up',
  plan: { spec: DEFAULT_SPEC, driver: 'process', nodes: [] },
  settings: {},
  routable: true,
  createdAtMs: 1,
};

/** A driver without nodes. */
const factory = { open: async () => ({ close: () => {} }) as Driver } as unknown as DriverFactory;

async function saved(): Promise<{ runtime: Runtime; known: ClusterState }> {
  const store = openStore(await tempDir());
  const drivers = { process: async () => factory, docker: async () => factory };
  const runtime: Runtime = { clock: systemClock, store, env: {}, drivers, onProgress: () => {} };
  await store.save('default', STATE);
  return { runtime, known: await stateNamed(runtime, 'default') };
}

const createdAt = (runtime: Runtime, known: ClusterState, lock?: string): Promise<number> =>
  withCluster(runtime, known, lock === undefined ? {} : { lock }, async ({ state }) => state.createdAtMs);

it('under a lock, a state that was not replaced is used as it was read', async () => {
  const { runtime, known } = await saved();
  expect(runtime.store.isCurrent(known)).toBe(true);
  const used = await withCluster(runtime, known, { lock: 'test' }, async ({ state }) => state);
  expect(used).toBe(known);
});

it('under a lock, a state that was replaced since it was read is read again', async () => {
  const { runtime, known } = await saved();
  await runtime.store.save('default', { ...STATE, createdAtMs: 2 });
  expect(runtime.store.isCurrent(known)).toBe(false);
  expect(await createdAt(runtime, known, 'test')).toBe(2);
  expect(await createdAt(runtime, known)).toBe(1);
});

it('a state that was altered since it was read counts as replaced', async () => {
  const { runtime, known } = await saved();
  expect(runtime.store.isCurrent({ ...known, createdAtMs: 3 })).toBe(false);
});

it('under a lock, a cluster that was removed since its state was read is unknown', async () => {
  const { runtime, known } = await saved();
  await runtime.store.forget('default');
  await expect(createdAt(runtime, known, 'test')).rejects.toMatchObject({ code: 'cluster-unknown' });
});

it('an open journal of an attached cluster decides which of its masters is meant', async () => {
  const store = openStore(await tempDir());
  const identity = (n: number) => ({ host: '10.0.0.1', port: 6379 + n });
  await store.saveAttached({
    version: 1,
    cluster: 'shop',
    attachedAtMs: 0,
    sentinelAddrs: [],
    masterName: null,
    servers: ['one', 'two'].map((name, n) => ({
      ...{ id: `redis-${n + 1}`, kind: 'redis' as const, announce: identity(n), identity: name },
      masterNames: [name],
    })),
    access: { credentials: { redis: OPEN, sentinel: OPEN }, tls: null, addressMap: [] },
    readonly: false,
    label: null,
  });
  const attached = { masterName: 'one', access: async () => OPEN_ACCESS } as unknown as NonNullable<
    Runtime['attached']
  >;
  const runtime: Runtime = {
    ...{ clock: systemClock, store, env: {}, onProgress: () => {}, attached },
    drivers: { process: async () => factory, docker: async () => factory },
  };
  const named = async () => (await stateNamed(runtime, 'shop')).plan.spec.masterName;
  expect(await named()).toBe('one');
  await beginJournal(store, 'shop', {
    ...{ id: 'abc', what: 'inject freeze', keep: true, atMs: 0, healByMs: null, masterName: 'two' },
    owner: { pid: 1, startTime: 'long ago' },
  });
  expect(await named()).toBe('two');
});

it('the settings in effect are asked for once', async () => {
  const { runtime, known } = await saved();
  await withCluster(runtime, known, {}, async (live) => {
    const first = live.settings();
    expect(live.settings()).toBe(first);
    expect(await first).toMatchObject({ downAfterMs: DEFAULT_SPEC.downAfterMs });
  });
});
