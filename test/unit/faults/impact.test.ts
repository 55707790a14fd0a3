import { describe, expect, it } from 'vitest';
import { catalogue, faultOf } from '../../../src/faults/catalogue/index.js';
import { impactOfActs } from '../../../src/faults/impact.js';
import type { Kept } from '../../../src/faults/kept.js';
import type { ClusterPlan } from '../../../src/model/plan.js';
import type { Snapshot } from '../../../src/model/snapshot.js';
import { completeSpec } from '../../../src/model/spec.js';
import { rolesIn } from '../../../src/observe/roles.js';
import {
  altered,
  answerOf,
  healthy,
  plan as nodes,
  silenceNode,
  silenceSentinel,
} from '../../helpers/snapshots.js';

const plan: ClusterPlan = { spec: completeSpec({ cluster: 'default' }), driver: 'process', nodes: nodes() };
/** redis-1 is the master and keeps nothing on disk; down-after is 5 s. */
const impact = (
  name: string,
  {
    forMs = null,
    on = [],
    at = healthy(),
    by = plan,
  }: { forMs?: number | null; on?: string[]; at?: Snapshot; by?: ClusterPlan } = {},
): string => {
  const params = { tag: 't1', ...(forMs !== null && { forMs }) };
  const acts = faultOf(name).acts(rolesIn(by, at), on, params);
  return impactOfActs({ plan: by, snapshot: at }, acts, forMs, keptBy(by));
};
/** What each node's disk keeps where nothing was set at run time. */
const keptBy = ({ nodes: all }: ClusterPlan): Kept => {
  const changes = new Set(all.filter((n) => n.persistent).map(({ id }) => id));
  return { changes, some: changes };
};
const MASTER = 'redis-1 is the master: ';
const RETURNS = 'rolled back, it returns as a replica of the new master';
const persistent: ClusterPlan = { ...plan, nodes: plan.nodes.map((node) => ({ ...node, persistent: true })) };

describe('what a fault means, before it is injected', () => {
  it('every fault says whether writes stop', () => {
    for (const { name } of catalogue) expect(impact(name), name).toMatch(/writes (continue|stop)/);
  });

  it.each([
    ['freeze', 1000, 'writes stop for about 1 s, and no failover follows'],
    ['freeze-short', 2500, 'writes stop for about 2.5 s, and no failover follows'],
    ['pause-writes', 800, 'writes stop for about 800 ms, and no failover follows'],
    ['pause-all', 800, 'writes stop for about 800 ms, and no failover follows'],
    [
      'pause-all',
      15_000,
      'writes stop for about 6 s; it thaws as the master that it was: for about 10 s a second master, whose writes are lost',
    ],
    ['misconf', 2000, 'writes stop for about 2 s, and no failover follows'],
    ['freeze', 4000, `writes stop for about 6 s; ${RETURNS}`],
    ['freeze', 3900, 'writes stop for about 3.9 s, and no failover follows'],
    ['freeze', 5500, `writes stop for about 6 s; ${RETURNS}`],
    ['freeze', 20_000, `writes stop for about 6 s; ${RETURNS}`],
    ['freeze', null, `writes stop for about 6 s; ${RETURNS}`],
    ['pause-writes', 15_000, 'writes stop for 6 to 15 s, until the sentinels replace it'],
    ['pause-writes', 9000, 'writes stop for 6 to 9 s, until the sentinels replace it or the pause ends'],
    ['pause-writes', 5500, 'writes stop for about 5.5 s, and a failover may follow'],
    ['misconf', null, 'writes stop for about 6 s'],
    ['busy-script', null, 'writes stop for about 6 s'],
    ['kill', 1000, 'writes stop for about 6 s'],
    ['stop', null, 'writes stop for about 6 s'],
    [
      'role-lie',
      null,
      'it takes no writes as a replica: writes stop for 26 to 37 s, until the sentinels replace it',
    ],
    [
      'role-lie',
      30_000,
      'it takes no writes as a replica: writes stop for 26 to 30 s, until the sentinels replace it or the fault ends',
    ],
    [
      'fast-restart',
      0,
      'writes stop for about 1 s, until it runs again, and no failover follows; it writes no append-only file, so it starts empty or with old data, and its replicas copy that',
    ],
    ['partition', null, 'those to redis-1 are lost, a second master until this is rolled back'],
    [
      'leader-crash-after-election',
      null,
      'writes stop until this is rolled back, since each sentinel that leads a failover crashes',
    ],
  ])('%s of the master for %s ms', (name, forMs, words) => {
    const said = impact(name, { forMs });
    expect(said).toMatch(/^redis-1 is the master/);
    expect(said.endsWith(words), said).toBe(true);
  });

  it('a priority of 0: whether a replica is left that can be promoted', () => {
    const none = /^writes continue, and no replica can be promoted: if the master fails, writes stop until/;
    expect(impact('priority-zero', {})).toMatch(none);
    expect(impact('priority-zero', { on: ['redis-2', 'redis-3'] })).toMatch(none);
    expect(impact('priority-zero', { on: ['redis-2'] })).toBe(
      'writes continue: redis-2 cannot be promoted until this is rolled back',
    );
  });

  it('a master with its data on disk comes back with it, and before a failover where there is time', () => {
    expect(impact('fast-restart', { forMs: 0, by: persistent })).toBe(
      `${MASTER}writes stop for about 1 s, until it runs again, and no failover follows`,
    );
    expect(impact('kill', { forMs: 1000, by: persistent })).toBe(
      `${MASTER}writes stop for about 1 s: it is started again before down-after has passed, so no failover follows`,
    );
  });

  it('where no replica can be promoted: that no failover ends it', () => {
    const alone = altered((s) => {
      silenceNode(s, 2);
      answerOf(s, 3).linkStatus = 'down';
    });
    expect(impact('freeze', { forMs: 20_000, at: alone })).toBe(
      `${MASTER}writes stop for about 20 s: no replica can be promoted`,
    );
    expect(impact('kill', { on: ['redis-1', 'redis-2', 'redis-3'] })).toBe(
      'no data node answers: reads and writes stop until the nodes run again',
    );
  });

  it('of replicas and sentinels: what is less, and whether a failover is possible', () => {
    expect(impact('replica-kill', { on: ['redis-3'] })).toBe(
      'redis-3 is a replica: writes continue, and 1 replica stays linked to redis-1',
    );
    expect(impact('all-replicas-down')).toMatch(
      /^redis-\d and redis-\d are replicas: writes continue, and no replica is left that could replace redis-1$/,
    );
    expect(impact('sentinel-down')).toBe(
      'writes continue: 2 of 3 sentinels stay, and 2 are needed for a failover',
    );
    expect(impact('sentinel-majority-down')).toBe(
      'writes continue: 1 of 3 sentinels stays, 2 are needed: no failover is possible until they run again',
    );
    expect(impact('sentinel-freeze', { forMs: 3000 })).toBe(
      'writes continue: 2 of 3 sentinels stay, and 2 are needed for a failover; after its thaw a sentinel is in TILT for 30 s and does not act',
    );
    expect(impact('cold-start')).toBe(
      'no data node answers: reads and writes stop until the nodes run again',
    );
  });

  it('of cut links: who is on which side', () => {
    expect(impact('partition', { forMs: 1000 })).toBe(
      'redis-1 is the master, cut off from 3 of 3 sentinels: writes continue, and no failover follows',
    );
    expect(impact('partition', { on: ['replication-link', 'redis-2'] })).toBe(
      `${MASTER}writes continue; redis-2 gets none of them`,
    );
    expect(impact('partition', { on: ['sentinel-3'] })).toBe(
      `${MASTER}writes continue; 2 of 3 sentinels still reach redis-1, and 2 are needed for a failover`,
    );
    expect(impact('partition', { on: ['redis-2,redis-3|sentinel-1,sentinel-2,sentinel-3'] })).toBe(
      `${MASTER}writes continue`,
    );
    expect(impact('slow-network')).toBe(
      `${MASTER}writes continue, and reach its replicas 100ms later: those are lost if redis-1 fails`,
    );
  });

  it('where the sentinels name no master: that it is not known', () => {
    const silent = altered((s) => {
      for (const n of [1, 2]) silenceSentinel(s, n);
    });
    const acts = [{ act: 'pause', node: 'redis-1' } as const];
    expect(impactOfActs({ plan, snapshot: silent }, acts, null, keptBy(plan))).toMatch(
      /what it means to clients is not known$/,
    );
  });
});
