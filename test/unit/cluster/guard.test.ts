import { describe, expect, it } from 'vitest';
import { type GuardFacts, guardResume, guardStart, type ResumeFacts } from '../../../src/cluster/guard.js';

const here = { host: '127.0.0.1', port: 6379 };
const there = { host: '127.0.0.1', port: 6380 };
const facts: GuardFacts = {
  node: { id: 'redis-1', kind: 'redis', announce: here, endpoint: here, persistent: false },
  cluster: 'default',
  masterName: 'mymaster',
  master: there,
  sentinelsReachable: 3,
  callItDown: 0,
  leftMs: null,
  marginMs: 0,
  hasData: false,
  isConfRead: true,
};
const thrown = (changed: Partial<GuardFacts>): unknown => {
  try {
    return guardStart({ ...facts, ...changed });
  } catch (error) {
    return error;
  }
};

describe('the guard of start', () => {
  it('makes a node follow the master that the sentinels name', () => {
    expect(guardStart(facts)).toEqual({ how: 'follow', master: there });
    expect(guardStart({ ...facts, hasData: true })).toEqual({ how: 'follow', master: there });
  });

  it('lets the master itself come back where its data is on disk', () => {
    expect(guardStart({ ...facts, master: here, hasData: true })).toMatchObject({ how: 'as-it-was' });
  });

  it('refuses a master that would come back empty, and says what that would do', () => {
    expect(thrown({ master: here })).toMatchObject({ code: 'would-come-back-empty', exitCode: 3 });
    expect(thrown({ master: here })).toMatchObject({
      why: expect.stringContaining('copy its data set and lose their own'),
    });
  });

  it('does not race a failover: a master that a sentinel calls down is not started as it was', () => {
    expect(thrown({ master: here, hasData: true, callItDown: 1 })).toMatchObject({
      code: 'failover-at-hand',
      exitCode: 3,
    });
    expect(guardStart({ ...facts, callItDown: 3 })).toEqual({ how: 'follow', master: there });
  });

  it('waits for the outcome where too little of down-after is left, if that is asked for', () => {
    const late = { master: here, hasData: true, leftMs: 2999, marginMs: 3000 };
    expect(thrown(late)).toMatchObject({
      code: 'failover-at-hand',
      message: 'redis-1 is still the master, and down-after ends in 3.00 s: a failover may be next',
    });
    for (const enough of [{ leftMs: 3000 }, { leftMs: null }, { marginMs: 0 }])
      expect(guardStart({ ...facts, ...late, ...enough })).toMatchObject({ how: 'as-it-was' });
    expect(guardStart({ ...facts, ...late, master: there })).toEqual({ how: 'follow', master: there });
  });

  it('refuses where the master is unknown', () => {
    expect(thrown({ sentinelsReachable: 0, master: null })).toMatchObject({
      code: 'no-sentinel',
      exitCode: 5,
    });
    expect(thrown({ master: null })).toMatchObject({ code: 'no-agreement', exitCode: 3 });
  });
});

describe('the guard of resume', () => {
  const paused: ResumeFacts = {
    node: facts.node,
    cluster: 'default',
    masterName: 'mymaster',
    master: there,
    isFailoverAtHand: false,
    otherMasters: [],
    isReplica: false,
  };
  const refusal = (changed: Partial<ResumeFacts> = {}): unknown => {
    try {
      return guardResume({ ...paused, ...changed });
    } catch (error) {
      return error;
    }
  };

  it('refuses a master that was replaced, and says restart', () => {
    expect(refusal()).toMatchObject({
      code: 'replaced',
      exitCode: 3,
      hint: 'sentinelctl restart redis-1 # makes it a replica; --as-frozen resumes it as it was',
    });
  });

  it('refuses it where no majority names a master, and another node says that it is one', () => {
    const other = { ...facts.node, id: 'redis-2', announce: there, endpoint: there };
    expect(refusal({ master: null, otherMasters: [other] })).toMatchObject({ code: 'replaced' });
  });

  it('refuses the master while a failover is in progress', () => {
    expect(refusal({ master: here, isFailoverAtHand: true })).toMatchObject({ code: 'failover-at-hand' });
  });

  it('allows the master, a replica, and the only node that could be one', () => {
    expect(refusal({ master: here })).toBeUndefined();
    expect(refusal({ isReplica: true })).toBeUndefined();
    expect(refusal({ master: null })).toBeUndefined();
  });
});
