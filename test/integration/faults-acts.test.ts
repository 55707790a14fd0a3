import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { readJournal } from '../../src/cluster/store/journal.js';
import type { Act } from '../../src/faults/act.js';
import { handlerOf } from '../../src/faults/acts/index.js';
import { recover } from '../../src/faults/recover.js';
import { dataNodes } from '../../src/model/plan.js';
import { openConnection } from '../../src/wire/client.js';
import { type FaultCluster, openFaultCluster } from '../helpers/faults.js';

const LONG_MS = 600_000;
const CLUSTER = 'acts';

let opened: FaultCluster;
beforeAll(async () => {
  opened = await openFaultCluster(CLUSTER, 'process');
}, LONG_MS);
afterAll(() => opened?.close(), LONG_MS);

const config = async (id: string, name: string): Promise<unknown> =>
  ((await opened.ask(id, 'CONFIG', 'GET', name)) as unknown[])[1];
const confFile = (id: string): Promise<string> =>
  readFile(join(opened.runtime.store.dirOf(CLUSTER), 'nodes', id, 'redis.conf'), 'utf8');
const info = async (id: string, section: string, field: string): Promise<string | undefined> =>
  new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(String(await opened.ask(id, 'INFO', section)))?.[1];
const stateOf = async (id: string): Promise<string> => (await opened.live.host.inspect(id)).state;

/** What a node answers within 300 ms: `silent` where that is nothing. */
async function soon(id: string, ...words: string[]): Promise<string> {
  const options = { clock: systemClock, deadlineMs: 300 };
  const connection = await openConnection(opened.node(id).endpoint, options);
  try {
    return await connection
      .call(...words)
      .then(String, (e: Error) => (/within/.test(e.message) ? 'silent' : e.message));
  } finally {
    connection.close();
  }
}

const follow: Act = { act: 'follow', node: 'redis-3', master: null };

const logOf = (id: string): Promise<string> =>
  readFile(join(opened.runtime.store.dirOf(CLUSTER), 'nodes', id, 'server.log'), 'utf8');

/** Each act, how it shows, and how it shows that it is gone. */
const CASES: { act: Act; shows: () => Promise<void>; gone: () => Promise<void> }[] = [
  {
    act: { act: 'end', node: 'redis-3', signal: 'SIGKILL' },
    shows: async () => expect(await stateOf('redis-3')).toBe('exited'),
    gone: async () => expect(await stateOf('redis-3')).toBe('running'),
  },
  {
    act: { act: 'end', node: 'sentinel-3', signal: 'SIGTERM' },
    shows: async () => expect(await stateOf('sentinel-3')).toBe('exited'),
    gone: async () => expect(await stateOf('sentinel-3')).toBe('running'),
  },
  {
    act: { act: 'end', node: 'sentinel-2', signal: 'SIGKILL', restart: true },
    shows: async () =>
      expect(Number(await info('sentinel-2', 'server', 'uptime_in_seconds'))).toBeLessThan(5),
    gone: async () => expect(await stateOf('sentinel-2')).toBe('running'),
  },
  {
    act: { act: 'pause', node: 'redis-2' },
    shows: async () => expect(await stateOf('redis-2')).toBe('paused'),
    gone: async () => expect(await stateOf('redis-2')).toBe('running'),
  },
  {
    act: { act: 'config', node: 'redis-1', set: { 'replica-priority': '7', save: '100 1' } },
    async shows() {
      expect(await config('redis-1', 'replica-priority')).toBe('7');
      // As Sentinel does to a node that it reconfigures.
      await opened.ask('redis-1', 'CONFIG', 'REWRITE');
      expect(await confFile('redis-1')).toMatch(/^replica-priority 7$/m);
    },
    async gone() {
      expect(await config('redis-1', 'replica-priority')).toBe('100');
      expect(await config('redis-1', 'save')).toBe('');
      expect(await confFile('redis-1')).not.toMatch(/^replica-priority 7$/m);
    },
  },
  {
    act: { act: 'sentinel-set', node: 'sentinel-1', set: { 'down-after-milliseconds': '2500' } },
    shows: async () =>
      expect(await opened.ask('sentinel-1', 'SENTINEL', 'MASTER', 'mymaster')).toContain('2500'),
    gone: async () =>
      expect(await opened.ask('sentinel-1', 'SENTINEL', 'MASTER', 'mymaster')).not.toContain('2500'),
  },
  {
    act: { act: 'sentinel-debug', node: 'sentinel-2', set: { 'info-period': '9000' } },
    shows: async () => expect(String(await opened.ask('sentinel-2', 'SENTINEL', 'DEBUG'))).toMatch(/9000/),
    gone: async () => expect(String(await opened.ask('sentinel-2', 'SENTINEL', 'DEBUG'))).not.toMatch(/9000/),
  },
  {
    act: { act: 'reset', node: 'sentinel-2', masterName: 'mymaster' },
    shows: async () => expect(await logOf('sentinel-2')).toMatch(/\+reset-master master mymaster/),
    async gone() {
      expect(await info('sentinel-2', 'sentinel', 'master0')).toMatch(/status=ok.*slaves=2,sentinels=3/);
    },
  },
  {
    act: { act: 'client-pause', node: 'redis-1', mode: 'WRITE', forMs: 60_000 },
    async shows() {
      expect(await soon('redis-1', 'SET', 'k', 'v')).toBe('silent');
      expect(await soon('redis-1', 'GET', 'k')).not.toBe('silent');
    },
    gone: async () => expect(await soon('redis-1', 'SET', 'k', 'v')).toBe('OK'),
  },
  {
    act: { act: 'client-pause', node: 'redis-3', mode: 'ALL', forMs: 1000 },
    shows: async () => expect(await soon('redis-3', 'PING')).toBe('silent'),
    gone: async () => expect(await soon('redis-3', 'PING')).toBe('PONG'),
  },
  {
    act: follow,
    shows: async () => expect(await info('redis-3', 'replication', 'role')).toBe('master'),
    gone: async () => expect(await info('redis-3', 'replication', 'role')).toBe('slave'),
  },
  {
    act: { act: 'busy', node: 'redis-2' },
    shows: async () => expect(await soon('redis-2', 'PING')).toBe('silent'),
    gone: async () => expect(await soon('redis-2', 'PING')).toBe('PONG'),
  },
  {
    act: { act: 'simulate', node: 'sentinel-3', at: 'crash-after-election' },
    shows: async () =>
      expect(await info('sentinel-3', 'sentinel', 'sentinel_simulate_failure_flags')).toBe('1'),
    gone: async () =>
      expect(await info('sentinel-3', 'sentinel', 'sentinel_simulate_failure_flags')).toBe('0'),
  },
  {
    act: { act: 'fail-saves', node: 'redis-1' },
    async shows() {
      expect(await soon('redis-1', 'SET', 'k', 'v')).toMatch(/MISCONF/);
      expect(await soon('redis-1', 'PING')).toMatch(/MISCONF/);
      // Else it would end at the first write that it gets as a replica.
      expect(await config('redis-1', 'replica-ignore-disk-write-errors')).not.toBe('no');
    },
    async gone() {
      expect(await soon('redis-1', 'SET', 'k', 'v')).toBe('OK');
      expect(await config('redis-1', 'save')).toBe('');
      expect(await config('redis-1', 'stop-writes-on-bgsave-error')).toBe('yes');
      expect(await config('redis-1', 'replica-ignore-disk-write-errors')).not.toBe('yes');
    },
  },
];

describe.each(CASES.map((one) => [`${one.act.act} ${'node' in one.act ? one.act.node : ''}`, one] as const))(
  '%s',
  (_name, { act, shows, gone }) => {
    it('is done, shows, is rolled back, and leaves a whole cluster and a closed journal', {
      timeout: LONG_MS,
    }, async () => {
      const experiment = await opened.open();
      const [injected] = await experiment.inject([act]);
      expect(injected?.act).toMatchObject(act);
      await shows();
      await experiment.heal();
      await gone();
      expect(experiment.active()).toEqual([]);
      await experiment.close();
      const journal = await readJournal(opened.runtime.store, CLUSTER);
      expect(journal).toMatchObject({ closed: true, steps: [{ state: 'undone' }] });
      // Again, where nothing is left: a run may be killed between the act and its mark.
      if (injected === undefined) throw new Error('nothing was injected');
      await handlerOf(injected.act).undo(opened, injected.act);
      expect(await handlerOf(injected.act).verify(opened, injected.act)).toBeNull();
    });
  },
);

it('knows its cases: every kind of act but those of the network, which have tests of their own', () => {
  const kinds = new Set(CASES.map(({ act }) => act.act));
  expect([...kinds].sort()).toEqual([
    'busy',
    'client-pause',
    'config',
    'end',
    'fail-saves',
    'follow',
    'pause',
    'reset',
    'sentinel-debug',
    'sentinel-set',
    'simulate',
  ]);
});

describe('an act that cannot be done', () => {
  it.each<[string, Act, RegExp]>([
    ['on an unknown node', { act: 'pause', node: 'redis-9' }, /has no node "redis-9"/],
    [
      'with a setting that there is not',
      { act: 'config', node: 'redis-1', set: { nonsense: '1' } },
      /no setting nonsense/,
    ],
    [
      'with a period that there is not',
      { act: 'sentinel-debug', node: 'sentinel-1', set: { nonsense: '1' } },
      /no nonsense/,
    ],
    [
      'with what cannot be read',
      { act: 'sentinel-set', node: 'sentinel-1', set: { nonsense: '1' } },
      /cannot be read/,
    ],
    [
      'between parties that share one address',
      { act: 'block', links: [], tag: 'sentinelctl:acts:x' },
      /cannot be cut/,
    ],
  ])('%s is refused before any of its company is done', async (_name, act, words) => {
    const experiment = await opened.open();
    const acts: Act[] = [{ act: 'pause', node: 'redis-3' }, act];
    await expect(experiment.inject(acts)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(words),
    });
    expect(experiment.active()).toEqual([]);
    expect(await stateOf('redis-3')).toBe('running');
    await experiment.close();
  });
});

describe('several acts', () => {
  it('are rolled back with the data nodes last, in whatever order they were killed', {
    timeout: LONG_MS,
  }, async () => {
    const experiment = await opened.open();
    const ends = ['sentinel-1', 'sentinel-2', 'redis-2', 'redis-3'];
    await experiment.inject(ends.map((node) => ({ act: 'end', node, signal: 'SIGKILL' })));
    for (const id of ends) expect(await stateOf(id)).toBe('exited');
    await experiment.heal();
    await experiment.close();
    for (const { id } of opened.live.plan.nodes) expect(await stateOf(id)).toBe('running');
  });

  it('can be rolled back one by one', { timeout: LONG_MS }, async () => {
    const experiment = await opened.open();
    const [first] = await experiment.inject([{ act: 'pause', node: 'redis-2' }]);
    await experiment.inject([{ act: 'pause', node: 'sentinel-1' }]);
    if (first === undefined) throw new Error('nothing was injected');
    await experiment.heal({ only: [first] });
    expect([await stateOf('redis-2'), await stateOf('sentinel-1')]).toEqual(['running', 'paused']);
    await experiment.close();
    expect((await readJournal(opened.runtime.store, CLUSTER))?.closed).toBe(false);
    await experiment.heal();
    await experiment.close();
    expect((await readJournal(opened.runtime.store, CLUSTER))?.closed).toBe(true);
  });
});

describe('what cannot be rolled back', () => {
  it('is reported in full, with what to type, and recovered once it is fixed', {
    timeout: LONG_MS,
  }, async () => {
    const experiment = await opened.open();
    await experiment.inject([
      { act: 'end', node: 'redis-3', signal: 'SIGKILL' },
      { act: 'pause', node: 'redis-2' },
    ]);
    const conf = join(opened.runtime.store.dirOf(CLUSTER), 'nodes', 'redis-3', 'redis.conf');
    await rename(conf, `${conf}.away`);
    await expect(experiment.heal()).rejects.toMatchObject({
      code: 'not-healed',
      exitCode: 4,
      why: expect.stringMatching(
        /^SIGKILL to redis-3 .*: not rolled back: redis-3 has no files: it was never created, or was removed/,
      ),
      hint: expect.stringMatching(
        /^sentinelctl logs redis-3 --tail 20 --cluster acts\nthen sentinelctl recover --cluster acts$/,
      ),
    });
    // What could be rolled back was.
    expect(await stateOf('redis-2')).toBe('running');
    await experiment.close();
    await expect(opened.open()).rejects.toMatchObject({ code: 'unfinished-journal' });
    await rename(`${conf}.away`, conf);
    const recovered = await recover(opened.runtime, opened.live.state, 'recover');
    expect(recovered).toMatchObject({
      what: 'a test',
      undone: [expect.stringContaining('redis-3')],
      started: [],
    });
    expect(await stateOf('redis-3')).toBe('running');
  });
});

describe('recover', () => {
  it('starts everything where the whole machine went down in the middle', { timeout: LONG_MS }, async () => {
    const experiment = await opened.open();
    await opened.ask('redis-1', 'SET', 'kept', 'yes');
    await opened.ask('redis-1', 'WAIT', 2, 5000);
    await experiment.inject([{ act: 'pause', node: 'redis-1' }]);
    for (const { id } of opened.live.plan.nodes) await opened.live.host.kill(id, 'SIGKILL');
    const recovered = await recover(opened.runtime, opened.live.state, 'recover');
    expect(recovered.master).not.toBeNull();
    for (const { id } of opened.live.plan.nodes) expect(await stateOf(id)).toBe('running');
    for (const { id } of dataNodes(opened.live.plan)) expect(await opened.ask(id, 'GET', 'kept')).toBe('yes');
  });

  it('only proves where everything was repaired by hand', { timeout: LONG_MS }, async () => {
    const experiment = await opened.open();
    await experiment.inject([{ act: 'pause', node: 'sentinel-2' }]);
    await opened.live.host.resume('sentinel-2');
    await recover(opened.runtime, opened.live.state, 'recover');
    expect((await readJournal(opened.runtime.store, CLUSTER))?.closed).toBe(true);
    expect(await recover(opened.runtime, opened.live.state, 'recover')).toMatchObject({
      what: null,
      undone: [],
    });
  });
});
