import { describe, expect, it } from 'vitest';
import { sentinelViewsOf } from '../../../src/model/facts.js';
import { hellosFor } from '../../../src/model/hello.js';
import type { ClusterPlan } from '../../../src/model/plan.js';
import type { NodeAnswer, Snapshot } from '../../../src/model/snapshot.js';
import { completeSpec } from '../../../src/model/spec.js';
import { rolesIn } from '../../../src/observe/roles.js';
import type { Look } from '../../../src/switchover/look.js';
import { preconditionsOf, requireMet } from '../../../src/switchover/preconditions/index.js';
import {
  altered,
  answerOf,
  healthy,
  MASTER_NAME,
  plan as nodes,
  redisAddress,
  sentinelIdOf,
  sentinelOf,
  silenceSentinel,
  viewOf,
} from '../../helpers/snapshots.js';

const PLAN: ClusterPlan = {
  spec: completeSpec({ cluster: 'default', masterName: MASTER_NAME, sentinels: 3, replicas: 2 }),
  driver: 'process',
  nodes: nodes(),
};

/** What is read of a cluster, redis-2 being the target. */
function lookOf(snapshot: Snapshot, over: Partial<Look> = {}): Look {
  const roles = rolesIn(PLAN, snapshot);
  const byId = new Map(snapshot.groups.flatMap((g) => g.nodes.map((n) => [n.id, n.answer] as const)));
  const [, target, other] = roles.nodes;
  if (target === undefined || other === undefined) throw new Error('the plan has three data nodes');
  return {
    method: 'direct',
    methodWhy: null,
    snapshot,
    roles,
    target,
    isNamed: false,
    others: [other],
    views: sentinelViewsOf(snapshot, MASTER_NAME),
    pauseMs: 1000,
    budgetMs: 500,
    epoch: 0,
    catchUp: { ms: 0, lagBytes: 0 },
    guard: { guardMs: 10_000, waitMs: 0, unread: [] },
    rights: [],
    unseen: [],
    answerOf: ({ id }): NodeAnswer | null => byId.get(id) ?? null,
    ...over,
  };
}

const brokenIn = (look: Look): string[] =>
  preconditionsOf(look)
    .filter(({ verdict }) => verdict === 'broken')
    .map(({ id, evidence }) => `${id}: ${evidence}`);

describe('the preconditions of a switchover', () => {
  it('hold for a healthy cluster', () => {
    expect(brokenIn(lookOf(healthy()))).toEqual([]);
  });

  it.each<[string, (snapshot: Snapshot) => void, Partial<Look>]>([
    ['no-tilt: sentinel-2 in TILT', (s) => Object.assign(sentinelOf(s, 2).answer ?? {}, { tilt: true }), {}],
    [
      'no-failover: sentinel-1: wait_promotion',
      (s) => Object.assign(viewOf(s, 1), { failoverState: 'wait_promotion' }),
      {},
    ],
    [
      'sentinels-agree: sentinel-1: 127.0.0.1:6379 at epoch 0; sentinel-2',
      (s) => Object.assign(viewOf(s, 3), { configEpoch: 7 }),
      {},
    ],
    ['sentinels-reachable: sentinel-3 does not answer', (s) => silenceSentinel(s, 3), {}],
    [
      'past-failover-guard: a failover failed less than 10.00 s ago',
      () => {},
      { guard: { guardMs: 10_000, waitMs: 4000, unread: [] } },
    ],
    ['target-version: redis-2 runs redis', (s) => Object.assign(answerOf(s, 2), { version: '99.0.0' }), {}],
    [
      'disks: redis-3: its last aof-write failed',
      (s) => Object.assign(answerOf(s, 3), { diskFaults: ['aof-write'] }),
      {},
    ],
    [
      'no-save-running: redis-1 saves an RDB file',
      (s) => Object.assign(answerOf(s, 1), { raw: { info: { rdb_bgsave_in_progress: '1' } } }),
      {},
    ],
    [
      'target-catches-up: redis-2: it is slow, 2 KiB behind',
      () => {},
      { catchUp: { ms: null, lagBytes: 2048, why: 'it is slow' } },
    ],
    [
      'rights: redis-2: client pause (User guest has no permissions)',
      () => {},
      { rights: [{ id: 'redis-2', lacks: ['client pause'], why: 'User guest has no permissions.' }] },
    ],
    ['pause-fits: down-after is', () => {}, { pauseMs: 150 }],
  ])('%s', (says, alter, over) => {
    const look = lookOf(altered(alter), over);
    expect(brokenIn(look).filter((one) => one.startsWith(says))).toHaveLength(1);
    expect(() => requireMet(look, preconditionsOf(look))).toThrow(
      expect.objectContaining({ code: 'switchover-refused', exitCode: 3 }),
    );
  });

  it('what cannot be read does not refuse it, and is not called good', () => {
    const look = lookOf(healthy(), { guard: { guardMs: 10_000, waitMs: 0, unread: ['sentinel-1'] } });
    const guard = preconditionsOf(look).find(({ id }) => id === 'past-failover-guard');
    expect(guard?.verdict).toBe('unknown');
    expect(() => requireMet(look, preconditionsOf(look))).not.toThrow();
  });

  it.each([
    ['9.1.0', false],
    ['9.0.9', false],
    ['9.1.1', true],
    ['9.2.0', true],
    ['10.0.0', true],
  ])('the coordinated method with Valkey %s: %s', (version, is) => {
    const snapshot = altered((s) => {
      for (const n of [1, 2, 3]) {
        Object.assign(answerOf(s, n), { engine: 'valkey', version });
        Object.assign(sentinelOf(s, n).answer ?? {}, { version });
      }
    });
    const found = preconditionsOf(lookOf(snapshot, { method: 'coordinated' }));
    expect(found.find(({ id }) => id === 'coordinated-version')?.verdict).toBe(is ? 'holds' : 'broken');
  });
});

describe('the hello for each sentinel', () => {
  it('is in the name of another one that it knows, with the new master and its epoch', () => {
    const hellos = hellosFor(healthy(), MASTER_NAME, { to: redisAddress(2), epoch: 8 });
    expect(hellos.map(({ sentinel }) => sentinel)).toEqual(['sentinel-1', 'sentinel-2', 'sentinel-3']);
    hellos.forEach(({ message }, i) => {
      const [, , id, current, name, host, port, epoch] = message.split(',');
      expect(id).not.toBe(sentinelIdOf(i + 1));
      expect([1, 2, 3].map(sentinelIdOf)).toContain(id);
      expect([current, name, host, port, epoch]).toEqual(['8', MASTER_NAME, '127.0.0.1', '6380', '8']);
    });
  });

  it('without an epoch says what that sentinel has already', () => {
    const snapshot = altered((s) => Object.assign(viewOf(s, 2), { configEpoch: 5 }));
    const message = hellosFor(snapshot, MASTER_NAME).find(
      ({ sentinel }) => sentinel === 'sentinel-2',
    )?.message;
    expect(message?.split(',').slice(3)).toEqual(['5', MASTER_NAME, '127.0.0.1', '6379', '5']);
  });

  it('is never in the name of one that does not answer, or is down', () => {
    const alone = altered((s) => {
      silenceSentinel(s, 2);
      silenceSentinel(s, 3);
    });
    expect(hellosFor(alone, MASTER_NAME)).toEqual([]);
    const down = altered((s) => {
      for (const peer of viewOf(s, 1).sentinels) peer.flags = ['s_down', 'sentinel'];
    });
    expect(hellosFor(down, MASTER_NAME).map(({ sentinel }) => sentinel)).toEqual([
      'sentinel-2',
      'sentinel-3',
    ]);
  });
});
