import { describe, expect, it } from 'vitest';
import { convergence } from '../../../src/model/convergence.js';
import type { Snapshot } from '../../../src/model/snapshot.js';
import {
  altered,
  answerOf,
  healthy,
  MASTER_NAME,
  plan,
  redisAddress,
  sentinelOf,
  silenceNode,
  silenceSentinel,
  viewOf,
  viewsIn,
  zombie,
} from '../../helpers/snapshots.js';

const missing = (snapshot: Snapshot): string[] =>
  convergence(snapshot, { masterName: MASTER_NAME, nodes: plan() });

const CASES: [what: string, alter: (s: Snapshot) => void][] = [
  ['sentinel-2 does not answer: connection refused', (s) => silenceSentinel(s, 2)],
  ['sentinel-2 is in TILT', (s) => Object.assign(sentinelOf(s, 2).answer ?? {}, { tilt: true })],
  [
    `sentinel-2 has the id ${'9'.repeat(40)}, not ${'2'.repeat(40)}`,
    (s) => Object.assign(sentinelOf(s, 2).answer ?? {}, { sentinelId: '9'.repeat(40) }),
  ],
  [
    'sentinel-2 does not monitor mymaster yet',
    (s) => Object.assign(sentinelOf(s, 2).answer ?? {}, { masters: [] }),
  ],
  ['sentinel-2 sees the master redis-1 as disconnected', (s) => viewOf(s, 2).flags.push('disconnected')],
  [
    'sentinel-2 is in a failover (wait_promotion)',
    (s) => Object.assign(viewOf(s, 2), { failoverState: 'wait_promotion' }),
  ],
  ['sentinel-2 does not know the run id of redis-1 yet', (s) => Object.assign(viewOf(s, 2), { runId: '' })],
  ['sentinel-2 does not see redis-3 yet', (s) => viewOf(s, 2).replicas.pop()],
  [
    'sentinel-2 sees redis-2 as s_down, disconnected',
    (s) => viewOf(s, 2).replicas[0]?.flags.push('s_down', 'disconnected'),
  ],
  [
    'sentinel-2 sees the link of redis-2 as down',
    (s) => Object.assign(viewOf(s, 2).replicas[0] ?? {}, { linkStatus: 'down' }),
  ],
  [
    'sentinel-2 does not know the run id of redis-2 yet',
    (s) => Object.assign(viewOf(s, 2).replicas[0] ?? {}, { runId: '' }),
  ],
  [
    `sentinel-2 knows redis-2 by the run id stale, which is really ${'2a'.repeat(20)}`,
    (s) => Object.assign(viewOf(s, 2).replicas[0] ?? {}, { runId: 'stale' }),
  ],
  ['sentinel-2 does not see sentinel-3 yet', (s) => viewOf(s, 2).sentinels.pop()],
  [
    'sentinel-2 sees sentinel-3 as disconnected',
    (s) => viewOf(s, 2).sentinels[1]?.flags.push('disconnected'),
  ],
  [
    `sentinel-2 knows sentinel-3 by the id (none), not ${'3'.repeat(40)}`,
    (s) => Object.assign(viewOf(s, 2).sentinels[1] ?? {}, { sentinelId: '' }),
  ],
  [
    'sentinel-2: CKQUORUM says NOQUORUM 1 usable',
    (s) => Object.assign(viewOf(s, 2), { ckquorum: { ok: false, usable: 1, message: 'NOQUORUM 1 usable' } }),
  ],
  ['sentinel-2 counts 2 usable sentinels, not 3', (s) => Object.assign(viewOf(s, 2).ckquorum, { usable: 2 })],
  [
    'sentinel-2 is at configuration epoch 3, sentinel-1 at 0',
    (s) => Object.assign(viewOf(s, 2), { configEpoch: 3 }),
  ],
  ['redis-3 does not answer', (s) => silenceNode(s, 3)],
  ['redis-3 is loading its data', (s) => Object.assign(answerOf(s, 3), { loading: true })],
  ['redis-1 does not report the role master', (s) => Object.assign(answerOf(s, 1), { role: 'replica' })],
  [
    'redis-3 does not report the role replica',
    (s) => Object.assign(answerOf(s, 3), { role: 'master', follows: null }),
  ],
  [
    'redis-3 follows 127.0.0.1:6380, not redis-1',
    (s) => Object.assign(answerOf(s, 3), { follows: redisAddress(2) }),
  ],
  ['redis-3 has no link to redis-1 yet', (s) => Object.assign(answerOf(s, 3), { linkStatus: 'down' })],
  [
    'redis-1 lists as wait_bgsave redis-3',
    (s) => Object.assign(answerOf(s, 1).attached[1] ?? {}, { state: 'wait_bgsave' }),
  ],
  ['redis-1 does not list redis-3', (s) => answerOf(s, 1).attached.pop()],
];

describe('convergence', () => {
  it('is proved when nothing is missing', () => {
    expect(missing(healthy())).toEqual([]);
  });

  it.each(CASES)('is not proved while %s', (what, alter) => {
    expect(missing(altered(alter))).toEqual([what]);
  });

  it('names a sentinel that takes another node for the master', () => {
    const words = missing(altered((s) => Object.assign(viewOf(s, 3), { address: redisAddress(2) })));
    expect(words).toContain('sentinel-3 names 127.0.0.1:6380 as the master, sentinel-1 127.0.0.1:6379');
  });

  it('names a master that is not a node of the cluster', () => {
    const foreign = altered((s) => {
      for (const v of viewsIn(s)) v.address = redisAddress(9);
    });
    expect(missing(foreign)).toContain(
      'sentinel-1 names 127.0.0.1:6387 as the master, which is not a node of this cluster',
    );
  });

  it('may be proved with another master than the first node, but not with two', () => {
    const words = missing(zombie());
    expect(words).toContain('redis-1 does not report the role replica');
    expect(words).not.toContain('redis-2 does not report the role replica');
  });

  it('is not proved where no server was asked', () => {
    expect(missing({ takenAtMs: 0, sentinels: [], groups: [] })).toEqual([
      'sentinel-1 does not answer: it was not asked',
      'sentinel-2 does not answer: it was not asked',
      'sentinel-3 does not answer: it was not asked',
      'redis-1 does not answer',
      'redis-2 does not answer',
      'redis-3 does not answer',
    ]);
  });
});

describe('after a repair', () => {
  const since = (snapshot: Snapshot, heardWithinMs: number): string[] =>
    convergence(snapshot, { masterName: MASTER_NAME, nodes: plan(), heardWithinMs });

  it('an answer from before it proves nothing: the node may yet be called down for it', () => {
    const old = altered((s) => {
      viewOf(s, 2).answeredMsAgo = 900;
      Object.assign(viewOf(s, 3).replicas[0] ?? {}, { answeredMsAgo: 901 });
    });
    expect(since(old, 500)).toEqual([
      'sentinel-2 has had no new answer from redis-1 yet',
      'sentinel-3 has had no new answer from redis-2 yet',
    ]);
    expect(since(old, 900)).toEqual(['sentinel-3 has had no new answer from redis-2 yet']);
    expect(since(old, 901)).toEqual([]);
    expect(missing(old)).toEqual([]);
  });
});
