import { describe, expect, it } from 'vitest';
import { parseSentinelEvent } from '../../../src/model/events.js';
import type { Observation } from '../../../src/observe/observation.js';
import { conditionText } from '../../../src/scenarios/format/condition-text.js';
import { judgeCondition } from '../../../src/scenarios/format/conditions.js';
import { type Evidence, idsOf } from '../../../src/scenarios/format/evidence.js';
import type { Condition } from '../../../src/scenarios/format/scenario.js';
import { comebackOf, failoversIn } from '../../../src/scenarios/format/timeline.js';

const address = (port: number) => ({ host: '127.0.0.1', port });
const event = (atMs: number, source: string, name: string, message: string): Observation => ({
  kind: 'event',
  atMs,
  source,
  event: parseSentinelEvent(name, message),
});
const switched = (atMs: number, source: string, from: number, to: number): Observation =>
  event(atMs, source, '+switch-master', `mymaster 127.0.0.1 ${from} 127.0.0.1 ${to}`);
const role = (atMs: number, source: string, is: 'master' | 'replica', follows = 0): Observation => ({
  kind: 'role',
  atMs,
  source,
  seen: {
    role: is,
    follows: follows === 0 ? null : address(follows),
    link: is === 'replica' ? 'connected' : null,
  },
});
const belief = (atMs: number, source: string, port: number): Observation => ({
  kind: 'belief',
  atMs,
  source,
  master: address(port),
});

const evidence = (seen: Observation[], over: Partial<Evidence> = {}): Evidence => ({
  roles: {
    masterName: 'mymaster',
    master: { id: 'redis-1', announce: address(6379) },
    nodes: [1, 2, 3].map((n) => ({ id: `redis-${n}`, announce: address(6378 + n) })),
    sentinels: [1, 2, 3].map((n) => ({ id: `sentinel-${n}`, announce: address(26_378 + n) })),
  },
  seen,
  startedAtMs: 0,
  injectedAtMs: 100,
  nowMs: 10_000,
  heard: 3,
  twoMastersMs: 0,
  snapshot: null,
  missing: null,
  ledger: null,
  client: null,
  keys: null,
  ...over,
});

const START = [role(0, 'redis-1', 'master'), ...[1, 2, 3].map((n) => belief(0, `sentinel-${n}`, 6379))];
const PROMOTED = [
  ...START,
  { kind: 'gone', atMs: 110, source: 'redis-1' } as const,
  event(2110, 'sentinel-2', '+sdown', 'master mymaster 127.0.0.1 6379'),
  role(3000, 'redis-2', 'master'),
  switched(3100, 'sentinel-1', 6379, 6380),
  ...[1, 2, 3].map((n) => belief(3200, `sentinel-${n}`, 6380)),
];

const verdict = (
  condition: Condition,
  e: Evidence,
  window: 'whole' | 'since-injection' = 'since-injection',
): string => judgeCondition(condition, e, window).verdict;

describe('a condition', () => {
  it('failover: promoted, named by every sentinel that answers, and master by its own word', () => {
    expect(verdict({ is: 'failover' }, evidence(PROMOTED))).toBe('holds');
    expect(verdict({ is: 'failover' }, evidence(PROMOTED.slice(0, -1)))).toBe('violated');
    expect(verdict({ is: 'failover' }, evidence(PROMOTED.filter((o) => o.atMs !== 3000)))).toBe('violated');
    // One that is down believes nothing.
    const gone: Observation = { kind: 'gone', atMs: 3300, source: 'sentinel-3' };
    expect(verdict({ is: 'failover' }, evidence([...PROMOTED.slice(0, -1), gone]))).toBe('holds');
    const silent: Observation = { kind: 'silent', atMs: 3300, source: 'sentinel-3' };
    expect(verdict({ is: 'failover' }, evidence([...PROMOTED.slice(0, -1), silent]))).toBe('holds');
    expect(verdict({ is: 'failover' }, evidence(PROMOTED, { injectedAtMs: 5000 }))).toBe('violated');
  });

  it('no-failover: unknown where no sentinel was heard', () => {
    expect(verdict({ is: 'no-failover' }, evidence(START))).toBe('holds');
    expect(verdict({ is: 'no-failover' }, evidence(PROMOTED))).toBe('violated');
    expect(verdict({ is: 'no-failover' }, evidence(START, { heard: 0 }))).toBe('unknown');
  });

  it('event: by its name, the node that it names, and its source', () => {
    const sdown = (over: Partial<Extract<Condition, { is: 'event' }>>): Condition => ({
      is: 'event',
      name: '+sdown',
      of: null,
      at: null,
      times: 1,
      ...over,
    });
    const e = evidence(PROMOTED);
    expect(verdict(sdown({}), e)).toBe('holds');
    expect(verdict(sdown({ of: 'old-master', at: 'sentinel-2' }), e)).toBe('holds');
    expect(verdict(sdown({ of: 'replica-1' }), e)).toBe('violated');
    expect(verdict(sdown({ at: 'sentinel-1' }), e)).toBe('violated');
    expect(verdict(sdown({ times: 2 }), e)).toBe('violated');
    expect(verdict({ is: 'no-event', name: '+odown', of: null, at: null }, e)).toBe('holds');
    expect(verdict(sdown({ name: 'gone', of: 'nodes' }), e)).toBe('holds');
  });

  it('failovers and master: over the whole', () => {
    const e = evidence(PROMOTED);
    expect(verdict({ is: 'failovers', min: 1, max: 1 }, e, 'whole')).toBe('holds');
    expect(verdict({ is: 'failovers', min: 2, max: 9 }, e, 'whole')).toBe('violated');
    expect(verdict({ is: 'master', who: 'new-master' }, e)).toBe('holds');
    expect(verdict({ is: 'master', who: 'old-master' }, e)).toBe('violated');
  });

  it('role: unknown for who says nothing', () => {
    const e = evidence(PROMOTED);
    expect(verdict({ is: 'role', of: 'redis-2', role: 'master' }, e)).toBe('holds');
    expect(verdict({ is: 'role', of: 'redis-2', role: 'replica' }, e)).toBe('violated');
    expect(verdict({ is: 'role', of: 'old-master', role: 'replica' }, e)).toBe('unknown');
  });

  it('lost, keys, converged: unknown without evidence', () => {
    const e = evidence([]);
    expect(verdict({ is: 'lost', min: 0, max: 0, cause: null }, e)).toBe('unknown');
    expect(verdict({ is: 'keys', kept: true }, e)).toBe('unknown');
    expect(verdict({ is: 'keys', kept: true }, evidence([], { keys: { written: 3, missing: null } }))).toBe(
      'unknown',
    );
    expect(verdict({ is: 'keys', kept: false }, evidence([], { keys: { written: 3, missing: 3 } }))).toBe(
      'holds',
    );
    expect(verdict({ is: 'converged' }, e)).toBe('unknown');
    expect(verdict({ is: 'converged' }, evidence([], { missing: ['sentinel-1 is silent'] }))).toBe(
      'violated',
    );
  });

  it('is worded', () => {
    expect(conditionText({ is: 'failovers', min: 1, max: Number.MAX_SAFE_INTEGER })).toBe(
      '1 or more failovers',
    );
    expect(conditionText({ is: 'two-masters', minMs: 0, maxMs: 0 })).toBe('never two masters');
  });
});

describe('what the events tell', () => {
  it('counts a failover once, however late the last sentinel says so', () => {
    const both = [
      switched(1, 'sentinel-1', 6379, 6380),
      switched(2, 'sentinel-2', 6379, 6380),
      switched(9, 'sentinel-1', 6380, 6379),
      switched(10, 'sentinel-3', 6379, 6380),
      switched(11, 'sentinel-2', 6380, 6379),
      switched(12, 'sentinel-3', 6380, 6379),
    ];
    expect(failoversIn(both, 'mymaster').map((f) => f.to.port)).toEqual([6380, 6379]);
  });

  it('knows who is meant by a role', () => {
    const e = evidence([
      ...PROMOTED,
      event(2500, 'sentinel-3', '+elected-leader', 'master mymaster 127.0.0.1 6379'),
    ]);
    expect(idsOf('replica-2', e)).toEqual(['redis-3']);
    expect(idsOf('master', e)).toEqual(['redis-2']);
    expect(idsOf('new-master', evidence(START))).toEqual([]);
    expect(idsOf('leader', e)).toEqual(['sentinel-3']);
    expect(idsOf('other-sentinel', e)).toEqual(['sentinel-1']);
    expect(idsOf('leader', evidence(START))).toEqual([]);
  });

  it('sees a node come back', () => {
    const seen = [...PROMOTED, role(4000, 'redis-1', 'master'), role(14_000, 'redis-1', 'replica', 6380)];
    expect(comebackOf(seen, 'redis-1', 50)).toEqual({
      goneAtMs: 110,
      backAtMs: 4000,
      convertedAtMs: 14_000,
      linkedAtMs: 14_000,
    });
  });
});
