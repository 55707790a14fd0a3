import { describe, expect, it } from 'vitest';
import { assess } from '../../../../src/checks/assess.js';
import type { Snapshot } from '../../../../src/model/snapshot.js';
import {
  AUTH,
  altered,
  answerOf,
  attached,
  discovered,
  masterLost,
  ours,
  redisAddress,
  sentinelOf,
  silenceNode,
  silenceSentinel,
  TIMEOUT,
  viewOf,
  viewsIn,
} from '../../../helpers/snapshots.js';

const told = (snapshot: Snapshot, expectation = ours()): string[] =>
  assess(snapshot, expectation).problems.map((p) => `${p.severity} ${p.id}`);
const first = (snapshot: Snapshot, expectation = ours()) => assess(snapshot, expectation).problems[0];
const silenceAll = (s: Snapshot, ...which: number[]): void => {
  for (const n of which) silenceSentinel(s, n);
};
const tilt = (s: Snapshot, ...which: number[]): void => {
  for (const n of which) Object.assign(sentinelOf(s, n).answer ?? {}, { tilt: true });
};
const NOQUORUM = { ok: false, usable: 1, message: 'NOQUORUM 1 usable Sentinels' };

describe('too few sentinels', () => {
  it('are counted by who answers, while CKQUORUM still counts the dead ones', () => {
    expect(first(altered((s) => silenceAll(s, 1, 2)))).toEqual({
      id: 'no-quorum',
      headline: true,
      evidence: null,
      severity: 'critical',
      impact: 'no-failover',
      subjects: ['sentinel-1', 'sentinel-2'],
      message: 'no failover is possible: 1 of 3 sentinels answers, 2 are needed',
      why: 'a master that fails now is not replaced; CKQUORUM still counts a dead peer until down-after has passed (sentinel-3: OK 3 usable Sentinels. Quorum and failover authorization can be reached)',
      fix: 'sentinelctl up',
    });
  });

  it('names beside the start how those are forgotten that are gone for good', () => {
    const lost = first(
      altered((s) => silenceAll(s, 1, 2)),
      attached(),
    );
    expect(lost?.id).toBe('no-quorum');
    expect(lost?.later).toEqual({
      when: 'or, if they are gone for good, let the others forget them',
      fix: expect.stringMatching(/^sentinelctl doctor --gone sentinel-1,sentinel-2( |$)/),
    });
  });

  it('are the same problem once CKQUORUM knows', () => {
    const later = altered((s) => {
      silenceAll(s, 1, 2);
      Object.assign(viewOf(s, 3), { ckquorum: NOQUORUM });
    });
    expect(told(later)).toEqual(['critical no-quorum', 'warning sentinel-unreachable']);
    expect(first(later)?.why).toBe('CKQUORUM at sentinel-3: NOQUORUM 1 usable Sentinels');
  });

  it('are judged by the quorum where that is more than a majority', () => {
    const strict = altered((s) => {
      silenceAll(s, 1);
      for (const v of viewsIn(s)) v.quorum = 3;
    });
    expect(first(strict)?.message).toBe('no failover is possible: 2 of 3 sentinels answer, 3 are needed');
    const beyond = altered((s) => {
      for (const v of viewsIn(s)) v.quorum = 4;
    });
    expect(first(beyond)).toMatchObject({
      id: 'no-quorum',
      message: 'no failover is possible: quorum 4, but there are only 3 sentinels for mymaster',
      fix: expect.stringMatching(/^(redis-cli .* SENTINEL SET mymaster quorum 2\n?){3}$/),
    });
  });

  it('one that needs a second gets company, and never quorum 1', () => {
    const alone = altered((s) => {
      s.sentinels.splice(1);
      for (const v of viewsIn(s)) v.sentinels.splice(0);
    });
    const { problems } = assess(alone, attached());
    const fixes = problems
      .filter(({ id }) => id === 'no-quorum' || id === 'sentinels-few')
      .map(({ fix }) => fix);
    expect(fixes).toHaveLength(2);
    // Others may run that cannot log in at the master.
    for (const fix of fixes) expect(fix).toContain('give doctor the addresses of all of them');
    for (const fix of fixes)
      expect(fix).toMatch(/a further sentinel.*sentinel monitor mymaster \S+ \d+ 2\n/s);
  });

  it('a quorum that one sentinel cannot meet is what differs, and is made what the others have', () => {
    const high = (...which: number[]): Snapshot =>
      altered((s) => {
        for (const n of which)
          Object.assign(viewOf(s, n), { quorum: 5, ckquorum: { ...NOQUORUM, usable: 3 } });
      });
    const seen = (...which: number[]) => assess(high(...which), ours());
    expect(seen(3).verdict).toMatchObject({
      word: 'DEGRADED',
      cause: 'sentinel-3 has quorum 5, not 2',
      next: expect.stringMatching(/ -p 26381 SENTINEL SET mymaster quorum 2$/),
    });
    expect(told(high(3))).toEqual(['warning settings-skew']);
    // One that can meet its own starts a failover; what most have cannot be met by any.
    expect(told(high(2, 3))).toEqual(['warning settings-skew']);
    expect(seen(2, 3).problems[0]?.fix).toMatch(/ -p 26380 .* quorum 2\n.* -p 26381 .* quorum 2$/);
  });

  it('where none answers, nor any data node, one command starts everything', () => {
    const dead = altered((s) => {
      silenceAll(s, 1, 2, 3);
      for (const n of [1, 2, 3]) silenceNode(s, n);
    });
    const { problems, verdict } = assess(dead, ours());
    expect(verdict.next).toBe('sentinelctl up');
    // The data nodes are one problem: none of them alone is why there is no master. So are the sentinels.
    expect(problems).toHaveLength(4);
    expect(problems.find((p) => p.id === 'node-down')?.subjects).toEqual(['redis-1', 'redis-2', 'redis-3']);
    expect(new Set(problems.map((p) => p.fix))).toEqual(new Set(['sentinelctl up']));
  });

  it('are there when all answer and none hears enough of the others', () => {
    const deaf = altered((s) => {
      for (const v of viewsIn(s)) v.ckquorum = NOQUORUM;
    });
    expect(first(deaf)).toMatchObject({
      severity: 'critical',
      message:
        'no failover is possible: sentinel-1, sentinel-2 and sentinel-3 do not hear enough of the others',
      why: 'CKQUORUM at sentinel-1, sentinel-2 and sentinel-3: NOQUORUM 1 usable Sentinels',
    });
  });

  it('are enough where one is silent, and where two only want a password', () => {
    expect(told(altered((s) => silenceAll(s, 1)))).toEqual(['warning sentinel-unreachable']);
    const locked = altered((s) => {
      for (const n of [1, 2]) silenceSentinel(s, n, AUTH);
    });
    expect(told(locked)).toEqual(['critical auth', 'critical auth']);
  });

  it('of an attached cluster are not counted as gone for an address that only this machine cannot reach', () => {
    const unroutable = altered((s) => {
      for (const n of [1, 2]) silenceSentinel(s, n, TIMEOUT);
    });
    expect(told(discovered(unroutable), attached())).toEqual(['warning sentinel-unreachable']);
    for (const peer of viewOf(unroutable, 3).sentinels) peer.flags.push('s_down');
    expect(told(unroutable, attached())[0]).toBe('critical no-quorum');
  });
});

describe('TILT', () => {
  it('of a minority is a warning, of a majority critical', () => {
    expect(told(altered((s) => tilt(s, 3)))).toEqual(['warning tilt']);
    expect(told(altered((s) => tilt(s, 2, 3)))).toEqual(['critical tilt', 'critical tilt']);
  });

  it('of one is critical where the others are too few to call a master down', () => {
    const two = altered((s) => {
      silenceAll(s, 1);
      tilt(s, 3);
    });
    expect(told(two)).toEqual(['critical tilt', 'warning sentinel-unreachable']);
    // What makes a failover possible at once comes before a log to read.
    const { verdict, masters } = assess(two, ours());
    expect(verdict.text).toBe(
      'mymaster: no failover is possible, writes go to redis-1; sentinel-3 is in TILT and does not act, and sentinel-1 is down',
    );
    expect(verdict.next).toBe('sentinelctl start sentinel-1');
    expect(masters[0]?.problems[0]?.message).toContain(
      '1 of 3 sentinels can call a master down, and 2 must: no failover happens before TILT ends or sentinel-1 runs again',
    );
  });
});

describe('a sentinel without a link to the master', () => {
  const unlinked = altered((s) => {
    viewOf(s, 2).flags = ['master', 'disconnected'];
  });

  it('is mentioned, and is not a problem yet', () => {
    expect(assess(unlinked, ours())).toMatchObject({ healthy: true, masters: [{ healthy: true }] });
    expect(first(unlinked)).toMatchObject({
      id: 'sentinel-disconnected',
      severity: 'info',
      subjects: ['sentinel-2'],
      message: 'sentinel-2 has no link to the master redis-1 127.0.0.1:6379 at this moment',
      fix: 'sentinelctl status --watch',
    });
  });

  it('is not mentioned where the master is down: that says it', () => {
    expect(told(masterLost())).toEqual(['critical no-master']);
  });
});

describe('what is said first', () => {
  const order = (...alterations: ((s: Snapshot) => void)[]): string[] => {
    const snapshot = masterLost();
    for (const alter of alterations) alter(snapshot);
    return told(snapshot);
  };

  it('is that nothing can be written, before TILT', () => {
    expect(order((s) => tilt(s, 3))).toEqual(['critical no-master', 'warning tilt']);
    expect(order((s) => tilt(s, 2, 3))).toEqual(['critical no-master', 'critical tilt', 'critical tilt']);
  });

  it('is then that no failover is possible, before disagreement, dead replicas, dead sentinels and TILT', () => {
    const worst = order(
      (s) => silenceAll(s, 1, 2),
      (s) => silenceNode(s, 3),
      (s) => tilt(s, 3),
    );
    expect(worst).toEqual([
      'critical no-master',
      'critical no-quorum',
      'critical tilt',
      'warning node-down',
      'warning sentinel-unreachable',
    ]);
    const torn = altered((s) => {
      for (const v of viewsIn(s)) v.quorum = 4;
      Object.assign(answerOf(s, 3), { role: 'master', follows: null, linkStatus: null });
      Object.assign(viewOf(s, 3), { address: redisAddress(3) });
      silenceNode(s, 2);
    });
    expect(told(torn).slice(0, 4)).toEqual([
      'critical no-quorum',
      'critical master-disagree',
      'critical split-brain',
      'warning node-down',
    ]);
  });

  it('is a dead replica before a dead sentinel, before one in TILT', () => {
    const three = altered((s) => {
      tilt(s, 3);
      silenceAll(s, 2);
      silenceNode(s, 3);
      for (const v of viewsIn(s)) v.quorum = 1;
    });
    expect(told(three)).toEqual(['warning node-down', 'warning sentinel-unreachable', 'warning tilt']);
  });
});

describe('addresses that were not typed', () => {
  it('are named where no sentinel answers at them', () => {
    const silent = altered((s) => {
      silenceAll(s, 1, 2, 3);
      s.groups = [];
    });
    const whence = 'these addresses come from somewhere';
    expect(first(silent, attached({ whence }))?.why).toMatch(/; these addresses come from somewhere$/);
    expect(first(silent, attached())?.why).not.toContain('these addresses');
  });
});
