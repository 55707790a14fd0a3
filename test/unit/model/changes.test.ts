import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../../src/model/changes.js';
import type {
  MasterStatus,
  NodeStatus,
  StatusResult,
  Verdict,
  ViewStatus,
} from '../../../src/model/status.js';

const ref = (id: string): { id: string; host: string; port: number } => ({ id, host: '127.0.0.1', port: 1 });
const node = (id: string, more: Partial<NodeStatus> = {}): NodeStatus => ({
  ...ref(id),
  role: id === 'redis-1' ? 'master' : 'replica',
  reachable: true,
  linkStatus: id === 'redis-1' ? null : 'up',
  offset: 0,
  lagBytes: 0,
  follows: id === 'redis-1' ? null : ref('redis-1'),
  loading: false,
  error: null,
  ...more,
});
const view = (sentinel: string, more: Partial<ViewStatus> = {}): ViewStatus => ({
  sentinel,
  master: ref('redis-1'),
  configEpoch: 0,
  flags: ['master'],
  replicas: 1,
  otherSentinels: 0,
  quorum: 1,
  ckquorum: { ok: true, usable: 1, message: 'OK' },
  failoverState: null,
  differs: false,
  ...more,
});
const WELL: Verdict = {
  word: 'HEALTHY',
  text: 'mymaster → redis-1',
  ...{ impact: null, cause: null, forMs: null, next: null },
};
const status = (
  more: Partial<MasterStatus> = {},
  sentinel: Partial<StatusResult['sentinels'][number]> = {},
): StatusResult => ({
  cluster: 'default',
  driver: 'process',
  healthy: more.healthy ?? true,
  verdict: more.verdict ?? WELL,
  sentinels: [
    { ...ref('sentinel-1'), reachable: true, version: '7.0.15', tilt: false, error: null, ...sentinel },
  ],
  masters: [
    {
      name: 'mymaster',
      healthy: true,
      verdict: WELL,
      master: ref('redis-1'),
      agreement: 'all',
      nodes: [node('redis-1'), node('redis-2')],
      views: [view('sentinel-1')],
      problems: [],
      ...more,
    },
  ],
  problems: [],
});
const messages = (now: StatusResult, before = status()): string[] =>
  changesBetween(before, now).map((c) => `${c.turn}: ${c.message}`);

describe('what changed between two looks', () => {
  it('nothing, where only offsets moved', () => {
    expect(messages(status({ nodes: [node('redis-1', { offset: 9 }), node('redis-2')] }))).toEqual([]);
  });

  it('the master moved', () => {
    expect(messages(status({ master: ref('redis-2') }))).toEqual([
      'neutral: master moved: redis-1 → redis-2',
    ]);
    expect(messages(status({ master: null }))).toEqual(['worse: mymaster has no master: it was redis-1']);
    expect(messages(status(), status({ master: null }))).toEqual(['better: mymaster has a master: redis-1']);
  });

  it('a node went away and came back, with nothing said twice about it', () => {
    const away = status({
      nodes: [
        node('redis-1'),
        node('redis-2', { reachable: false, role: 'unknown', linkStatus: null, error: 'refused' }),
      ],
    });
    expect(messages(away)).toEqual(['worse: redis-2 refused']);
    expect(messages(status(), away)).toEqual(['better: redis-2 answers again']);
  });

  it('a node changed its role, its link, its master', () => {
    const nodes = [
      node('redis-1', { role: 'replica', linkStatus: 'down', follows: ref('redis-2') }),
      node('redis-2', { role: 'master', linkStatus: null, follows: null }),
    ];
    expect(messages(status({ nodes }))).toEqual([
      'neutral: redis-1 has the role replica now',
      "worse: redis-1's link is down",
      'neutral: redis-2 has the role master now',
    ]);
    // A former master had no link before: it is not up again.
    const linked = [node('redis-1', { role: 'replica', linkStatus: 'up', follows: ref('redis-2') })];
    expect(messages(status({ nodes: linked }))).toContain("better: redis-1's link is up");
    const other = [node('redis-1'), node('redis-2', { follows: ref('redis-3') })];
    expect(messages(status({ nodes: other }))).toEqual(['neutral: redis-2 follows redis-3 now']);
  });

  it('nodes, sentinels and masters that are new or named no more', () => {
    expect(messages(status({ nodes: [node('redis-1'), node('redis-3')] }))).toEqual([
      'neutral: redis-3 is new here',
      'neutral: redis-2 is no longer listed',
    ]);
    const none = { ...status(), masters: [], sentinels: [] };
    expect(messages(none)[0]).toBe('worse: mymaster is no longer monitored');
    expect(messages(status(), none)).toContain('neutral: sentinel-1 is new here');
  });

  it('a sentinel believes, flags and counts something else', () => {
    const views = [
      view('sentinel-1', {
        master: ref('redis-2'),
        configEpoch: 1,
        flags: ['master', 's_down', 'o_down'],
        ckquorum: { ok: false, usable: 0, message: 'NOQUORUM' },
      }),
    ];
    expect(messages(status({ views }))).toEqual([
      'neutral: sentinel-1 names redis-2 as master now, epoch 0 → 1',
      'worse: sentinel-1 flags mymaster: s_down and o_down',
      'worse: sentinel-1: no quorum',
    ]);
    expect(messages(status(), status({ views }))).toContain('better: sentinel-1 clears s_down and o_down');
    expect(messages(status({}, { tilt: true }))).toEqual(['worse: sentinel-1 is in TILT: it does not act']);
  });

  it('a sentinel that went away is said once, not again by the views that are gone with it', () => {
    const gone = status({ views: [] }, { reachable: false, tilt: null, error: 'timed out' });
    expect(messages(gone)).toEqual(['worse: sentinel-1 timed out']);
  });

  it('the whole became unhealthy, and healthy again', () => {
    const down: Verdict = { ...WELL, word: 'DOWN', text: 'mymaster: no writes: redis-1 is down' };
    const less: Verdict = { ...WELL, word: 'DEGRADED', text: 'mymaster: redis-1 is down' };
    const sick = (verdict: Verdict): StatusResult => status({ healthy: false, verdict });
    expect(messages(sick(down))).toEqual(['worse: DOWN: mymaster: no writes: redis-1 is down']);
    expect(messages(sick(less), sick(down))).toEqual(['better: DEGRADED: mymaster: redis-1 is down']);
    expect(messages(sick(down), sick(down))).toEqual([]);
    expect(messages(status(), sick(down))).toEqual(['better: healthy again']);
  });
});
