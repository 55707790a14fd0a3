import { describe, expect, it } from 'vitest';
import { assess } from '../../../src/checks/assess.js';
import { agreementOf, majorityMaster, statusExitCode } from '../../../src/model/agreement.js';
import type { Silence } from '../../../src/model/snapshot.js';
import {
  altered,
  answerOf,
  attached,
  discovered,
  healthy,
  MASTER_NAME,
  nodeOf,
  ours,
  redisAddress,
  silenceNode,
  silenceSentinel,
  TIMEOUT,
  view,
  viewOf,
  viewsIn,
  zombie,
} from '../../helpers/snapshots.js';

describe('a healthy cluster', () => {
  it('has no problem, whether it is ours or found', () => {
    expect(assess(healthy(), ours()).problems).toEqual([]);
    expect(assess(discovered(), attached()).problems).toEqual([]);
  });

  it('is described by the contract’s document', () => {
    const status = assess(healthy(), ours());
    expect(status).toMatchObject({ cluster: 'default', driver: 'process', healthy: true });
    expect(status.sentinels[0]).toEqual({
      id: 'sentinel-1',
      host: '127.0.0.1',
      port: 26379,
      reachable: true,
      version: '7.0.15',
      tilt: false,
      error: null,
    });
    const [master] = status.masters;
    expect(master).toMatchObject({
      name: 'mymaster',
      healthy: true,
      master: { id: 'redis-1', host: '127.0.0.1', port: 6379 },
      agreement: 'all',
      problems: [],
    });
    expect(master?.nodes[2]).toMatchObject({
      id: 'redis-3',
      role: 'replica',
      reachable: true,
      linkStatus: 'up',
      offset: 14_063,
      lagBytes: 140,
    });
    expect(master?.views[1]).toMatchObject({
      sentinel: 'sentinel-2',
      master: { id: 'redis-1', host: '127.0.0.1', port: 6379 },
      configEpoch: 0,
      flags: ['master'],
      replicas: 2,
      otherSentinels: 2,
      quorum: 2,
      ckquorum: { ok: true, usable: 3 },
    });
  });

  it('is healthy without replicas when none were asked for', () => {
    const alone = altered((s) => {
      s.groups[0]?.nodes.splice(1);
      for (const v of viewsIn(s)) v.replicas = [];
    });
    const nodes = ours().nodes?.filter((n) => n.id !== 'redis-2' && n.id !== 'redis-3') ?? [];
    expect(assess(alone, ours({ nodes })).problems).toEqual([]);
  });
});

describe('the exit code', () => {
  it('is 0 healthy, 1 unhealthy, 5 when nothing answers', () => {
    expect(statusExitCode(assess(healthy(), ours()))).toBe(0);
    expect(statusExitCode(assess(zombie(), ours()))).toBe(1);
    const silent = altered((s) => {
      for (const n of [1, 2, 3]) {
        silenceNode(s, n);
        silenceSentinel(s, n);
      }
    });
    expect(statusExitCode(assess(silent, ours()))).toBe(5);
    // One that wants a password is there: what is missing is not its answer.
    const locked = altered((s) => {
      for (const n of [1, 2, 3]) {
        silenceNode(s, n);
        silenceSentinel(s, n, { kind: 'auth', message: 'requires a password' });
      }
    });
    expect(statusExitCode(assess(locked, attached()))).toBe(2);
    expect(statusExitCode(assess({ takenAtMs: 0, sentinels: [], groups: [] }, attached()))).toBe(5);
  });

  it('is 1, not 5, when only data nodes answer', () => {
    const headless = altered((s) => {
      for (const n of [1, 2, 3]) silenceSentinel(s, n);
    });
    expect(statusExitCode(assess(headless, ours()))).toBe(1);
  });
});

describe('lag', () => {
  it('is never negative: the two offsets are read a moment apart', () => {
    const status = assess(
      altered((s) => {
        answerOf(s, 2).offset = 20_000;
      }),
      ours(),
    );
    expect(status.masters[0]?.nodes[1]?.lagBytes).toBe(0);
  });

  it('is unknown where the master does not answer', () => {
    const status = assess(
      altered((s) => silenceNode(s, 1)),
      ours(),
    );
    expect(status.masters[0]?.nodes.map((n) => n.lagBytes)).toEqual([null, null, null]);
  });
});

describe('agreement', () => {
  const split = (change: (n: number) => number) =>
    altered((s) => {
      for (const n of [1, 2, 3]) viewOf(s, n).address = redisAddress(change(n));
    });
  const silent = (...which: number[]) =>
    altered((s) => {
      for (const n of which) silenceSentinel(s, n);
    });

  it.each([
    ['all', healthy()],
    ['majority', silent(3)],
    ['majority', split((n) => (n === 3 ? 2 : 1))],
    ['minority', silent(2, 3)],
    ['split', split((n) => n)],
    ['none', silent(1, 2, 3)],
  ])('is %s', (expected, snapshot) => {
    expect(agreementOf(snapshot, MASTER_NAME)).toBe(expected);
  });

  it('has no vote of a data node at a typed address, and one of a sentinel that is silent', () => {
    const beside = (silence: Silence) =>
      altered((s) => {
        const [sentinel] = s.sentinels;
        const typed = { id: '127.0.0.1:6381', announce: redisAddress(3), endpoint: redisAddress(3) };
        if (sentinel !== undefined) s.sentinels.push({ ...sentinel, ...typed, answer: null, silence });
      });
    const data = beside({ kind: 'protocol', message: 'is a data node, not a sentinel' });
    expect(agreementOf(data, MASTER_NAME)).toBe('all');
    expect(agreementOf(beside(TIMEOUT), MASTER_NAME)).toBe('majority');
  });

  it('has a majority’s master only when more than half of all known sentinels name it', () => {
    expect(majorityMaster(healthy(), MASTER_NAME)).toEqual(redisAddress(1));
    expect(majorityMaster(silent(3), MASTER_NAME)).toEqual(redisAddress(1));
    expect(majorityMaster(silent(2, 3), MASTER_NAME)).toBeNull();
    expect(
      majorityMaster(
        split((n) => n),
        MASTER_NAME,
      ),
    ).toBeNull();
    expect(
      majorityMaster(
        split((n) => (n === 1 ? 1 : 2)),
        MASTER_NAME,
      ),
    ).toEqual(redisAddress(2));
    expect(majorityMaster(healthy(), 'other')).toBeNull();
  });

  it('counts peers that only a sentinel knows of', () => {
    const seenByOne = altered((s) => {
      s.sentinels.splice(1);
    });
    expect(majorityMaster(seenByOne, MASTER_NAME)).toBeNull();
    expect(agreementOf(seenByOne, MASTER_NAME)).toBe('minority');
  });

  it('takes the newest epoch for the master where voices are even', () => {
    const even = altered((s) => {
      silenceSentinel(s, 3);
      Object.assign(viewOf(s, 2), { address: redisAddress(2), configEpoch: 4 });
    });
    expect(assess(even, ours()).masters[0]?.master?.id).toBe('redis-2');
  });

  it('takes the one node that says master when no sentinel answers', () => {
    expect(assess(silent(1, 2, 3), ours()).masters[0]).toMatchObject({
      agreement: 'none',
      master: { id: 'redis-1' },
    });
  });
});

describe('several masters', () => {
  it('are sorted by name, judged each by itself, and shown alone when asked for', () => {
    const two = altered((s) => {
      for (const [i, sentinel] of s.sentinels.entries()) {
        sentinel.answer?.masters.push({ ...view(i + 1, 'cache'), address: redisAddress(9) });
      }
      s.groups.push({
        masterName: 'cache',
        nodes: [
          { ...nodeOf(s, 1), id: '127.0.0.1:6387', announce: redisAddress(9), endpoint: redisAddress(9) },
        ],
      });
      silenceNode(s, 2);
    });
    const status = assess(two, attached());
    expect(status.masters.map((m) => [m.name, m.healthy])).toEqual([
      ['cache', true],
      ['mymaster', false],
    ]);
    expect(status.healthy).toBe(false);
    expect(assess(two, attached({ masterName: 'cache' })).masters.map((m) => m.name)).toEqual(['cache']);
    expect(assess(two, attached({ masterName: 'cache' })).healthy).toBe(true);
  });
});
