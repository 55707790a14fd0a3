import { describe, expect, it } from 'vitest';
import { impactOf, lossOfMaster, nodeIn, type Seen } from '../../../src/cluster/impact.js';
import type { ClusterPlan } from '../../../src/model/plan.js';
import type { Snapshot } from '../../../src/model/snapshot.js';
import { completeSpec } from '../../../src/model/spec.js';
import {
  altered,
  answerOf,
  healthy,
  plan as nodes,
  silenceNode,
  silenceSentinel,
  viewsIn,
} from '../../helpers/snapshots.js';

const plan: ClusterPlan = { spec: completeSpec({ cluster: 'default' }), driver: 'process', nodes: nodes() };
const seen = (snapshot: Snapshot = healthy()): Seen => ({ plan, snapshot });
const impact = (id: string, action: 'kill' | 'stop' | 'pause' = 'kill', at = seen()): string =>
  impactOf(at, nodeIn(at, id), action);

describe('what an action on one node means', () => {
  it('of the master: for how long writes stop, by the settings in effect', () => {
    expect(impact('redis-1')).toBe('kills redis-1, the master: writes stop for about 6 s');
    expect(impact('master', 'pause')).toBe('pauses redis-1, the master: writes stop for about 6 s');
    const slow = seen(
      altered((s) => {
        for (const view of viewsIn(s)) view.downAfterMs = 30_000;
      }),
    );
    expect(impact('redis-1', 'stop', slow)).toBe('stops redis-1, the master: writes stop for about 31 s');
  });

  it('of a master without a successor: that no failover ends it', () => {
    const alone = seen(
      altered((s) => {
        silenceNode(s, 2);
        answerOf(s, 3).linkStatus = 'down';
      }),
    );
    const deaf = seen(
      altered((s) => {
        for (const view of viewsIn(s)) view.ckquorum = { ok: false, usable: 1, message: 'NOQUORUM' };
      }),
    );
    for (const at of [alone, deaf])
      expect(lossOfMaster(at)).toBe(
        'writes stop, and no replica can be promoted: they continue only after it is started again',
      );
  });

  it('of a replica: which redundancy stays', () => {
    expect(impact('redis-3')).toBe(
      'kills redis-3, a replica: writes continue, and 1 replica stays linked to redis-1',
    );
    const last = seen(altered((s) => silenceNode(s, 2)));
    expect(impact('redis-3', 'kill', last)).toBe(
      'kills redis-3, a replica: writes continue, and no replica is left that could replace redis-1',
    );
    expect(impact('redis-2', 'kill', last)).toContain('1 replica stays linked');
  });

  it('of a sentinel: whether a failover stays possible', () => {
    expect(impact('sentinel-1')).toBe(
      'kills sentinel-1: 2 of 3 sentinels stay, and 2 are needed for a failover',
    );
    const few = seen(altered((s) => silenceSentinel(s, 2)));
    expect(impact('sentinel-1', 'stop', few)).toBe(
      'stops sentinel-1: 1 of 3 sentinels stays, 2 are needed: no failover is possible until it runs again',
    );
  });

  it('where the sentinels name no master: that it is not known', () => {
    const silent = seen(
      altered((s) => {
        for (const n of [1, 2]) silenceSentinel(s, n);
      }),
    );
    expect(impact('redis-1', 'kill', silent)).toMatch(/what it means to clients is not known$/);
    expect(() => nodeIn(silent, 'master')).toThrow(
      'default: 1 of 3 sentinels answers, 2 are needed to know the master',
    );
    expect(() => nodeIn(silent, 'redis-9')).toThrow(/has no node "redis-9"/);
  });
});
