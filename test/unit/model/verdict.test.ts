import { describe, expect, it, onTestFinished } from 'vitest';
import { assess } from '../../../src/checks/assess.js';
import { statusExitCode } from '../../../src/model/agreement.js';
import { setGiven, setTyped } from '../../../src/model/hints.js';
import { OPEN, setLogins } from '../../../src/model/secrets.js';
import type { Silence, Snapshot } from '../../../src/model/snapshot.js';
import type { Expectation } from '../../../src/model/status.js';
import { verdictOn } from '../../../src/model/verdict.js';
import { verdictDocument } from '../../../src/report/documents.js';
import {
  AUTH,
  altered,
  answerOf,
  attached,
  discovered,
  healthy,
  masterLost,
  ours,
  silenceNode,
  silenceSentinel,
  TIMEOUT,
  viewOf,
  viewsIn,
  zombie,
} from '../../helpers/snapshots.js';

/** The first line, the command and the exit code. */
function said(snapshot: Snapshot, expectation: Expectation = ours()): [string, string | null, number] {
  const status = assess(snapshot, expectation);
  const { word, text, next } = status.verdict;
  return [`${word}  ${text}`, next, statusExitCode(status)];
}

const changed = (change: (s: Snapshot) => void) => said(altered(change));

describe('the first line: impact, cause, command', () => {
  it('DOWN says for how long, why, and when a failover is expected', () => {
    const lost = masterLost();
    for (const v of viewsIn(lost)) Object.assign(v, { answeredMsAgo: 4000, downAfterMs: 5000 });
    expect(said(lost)).toEqual([
      'DOWN  mymaster: no writes for 4.00 s: redis-1 (master) is down; failover expected within 3 s',
      'sentinelctl status --watch',
      1,
    ]);
    const { verdict } = assess(lost, ours());
    expect(verdict.countdown).toEqual({ words: 'failover expected within 3 s', withinS: 3 });
    expect(Object.keys(verdictDocument(verdict))).not.toContain('countdown');
    for (const v of viewsIn(lost)) v.answeredMsAgo = 12_000;
    const late = assess(lost, ours()).verdict;
    expect(late.countdown).toEqual({ words: 'no failover 5.00 s after the usual time', withinS: null });
    expect(late.text).toContain(`; ${late.countdown?.words}`);
  });

  it('says that a run was killed, and what its command does about it', () => {
    const since = '2023-11-14T22:13:20.000Z';
    const unfinished = { what: 'failover-test', keep: false, since };
    const lost = masterLost();
    for (const v of viewsIn(lost)) Object.assign(v, { answeredMsAgo: 4000, downAfterMs: 5000 });
    expect(said(lost, ours({ unfinished }))).toEqual([
      'DOWN  mymaster: no writes for 4.00 s: redis-1 (master) is down; failover expected within 3 s; "failover-test" was interrupted: recover waits for the failover and finishes the run',
      'sentinelctl recover',
      1,
    ]);
    expect(said(healthy(), ours({ unfinished }))[0]).toBe(
      'DEGRADED  mymaster: writes go to redis-1; "failover-test" was interrupted: recover finishes the run',
    );
    const kept = ours({ unfinished: { what: 'inject freeze redis-3', keep: true, since } });
    expect(
      said(
        altered((s) => silenceNode(s, 3, TIMEOUT)),
        kept,
      ),
    ).toEqual([
      expect.stringMatching(/; the fault of "inject freeze redis-3" is still active: heal ends it$/),
      'sentinelctl heal',
      1,
    ]);
  });

  it('DOWN counts on from the look: the time without writes up, the wait for a failover down', () => {
    const lost = masterLost();
    for (const v of viewsIn(lost)) Object.assign(v, { answeredMsAgo: 4000, downAfterMs: 5000 });
    expect(said({ ...lost, ageMs: 2000 })[0]).toBe(
      'DOWN  mymaster: no writes for 6.00 s: redis-1 (master) is down; failover expected within 1 s',
    );
  });

  it('DOWN takes the longest evidence where the sentinels were started after the master had died', () => {
    const lost = masterLost();
    for (const v of viewsIn(lost)) Object.assign(v, { answeredMsAgo: 523, runId: '' });
    for (const [n, seconds] of [
      [2, 31],
      [3, 30],
    ] as const)
      answerOf(lost, n).linkDownS = seconds;
    expect(said(lost)[0]).toMatch(
      /^DOWN {2}mymaster: no writes for at least 30\.00 s: redis-1 \(master\) is down/,
    );
    // One that has heard the master knows it exactly.
    Object.assign(viewOf(lost, 1), { answeredMsAgo: 29_000, runId: 'a'.repeat(40) });
    expect(said(lost)[0]).toContain('no writes for 29.00 s: ');
    for (const v of viewsIn(lost)) v.runId = '';
    for (const n of [2, 3]) delete answerOf(lost, n).linkDownS;
    expect(said(lost)[0]).toContain('no writes for at least 523 ms: ');
  });

  it('DEGRADED says where writes go', () => {
    expect(changed((s) => silenceNode(s, 3))).toEqual([
      'DEGRADED  mymaster: writes go to redis-1; redis-3 is down',
      'sentinelctl start redis-3',
      1,
    ]);
    expect(
      changed((s) => {
        for (const n of [2, 3]) silenceNode(s, n);
      })[0],
    ).toBe('AT RISK  mymaster: no failover is possible, writes go to redis-1; redis-2 and redis-3 are down');
  });

  it('AT RISK where no failover is possible, or where two nodes take writes', () => {
    const two = changed((s) => {
      for (const n of [2, 3]) silenceSentinel(s, n);
    });
    expect(two[0]).toBe(
      'AT RISK  mymaster: no failover is possible, writes go to redis-1; 1 of 3 sentinels answers, 2 are needed',
    );
    expect(said(zombie())).toEqual([
      'AT RISK  mymaster: acknowledged writes may be lost; redis-1 and redis-2 both accept writes; the sentinels name redis-2',
      'redis-cli -h 127.0.0.1 -p 6379 REPLICAOF 127.0.0.1 6380',
      1,
    ]);
  });

  it('settings that differ', () => {
    const [line, next] = changed((s) => Object.assign(viewOf(s, 3), { downAfterMs: 60_000 }));
    expect(line).toBe(
      'DEGRADED  mymaster: writes go to redis-1; sentinel-3 has down-after-milliseconds 60000, not 5000',
    );
    expect(next).toMatch(/ -p 26381 SENTINEL SET mymaster down-after-milliseconds 5000$/);
  });

  it('of several findings with one word the one that is worse for clients', () => {
    const two = zombie();
    for (const n of [2, 3]) silenceSentinel(two, n);
    expect(said(two)[0]).toMatch(
      /^AT RISK {2}mymaster: acknowledged writes may be lost; redis-1 and redis-2 /,
    );
    const lone = altered((s) => {
      s.sentinels = s.sentinels.slice(0, 1);
      for (const v of viewsIn(s)) Object.assign(v, { sentinels: [], replicas: [], quorum: 1 });
      s.groups = s.groups.map((g) => ({ ...g, nodes: g.nodes.slice(0, 1) }));
    });
    expect(said(lone, attached())[0]).toMatch(
      /^AT RISK {2}mymaster: no failover is possible, .*; the master \S+ has no replica/,
    );
  });

  it('HEALTHY needs no command', () => {
    expect(said(healthy()).slice(1)).toEqual([null, 0]);
  });
});

describe('what only sentinelctl lacks', () => {
  const wants: Silence = { ...AUTH, message: 'requires a password' };

  it('a password: UNKNOWN, with the option; beside it what is known', () => {
    setTyped(null);
    const locked = (...ns: number[]): Snapshot => {
      const snapshot = discovered();
      for (const n of ns) silenceNode(snapshot, n, wants);
      return snapshot;
    };
    expect(said(locked(3), attached())).toEqual([
      'UNKNOWN  mymaster: writes go to 127.0.0.1:6379; 127.0.0.1:6381 wants a password: --password-file FILE',
      'sentinelctl status --password-file FILE --sentinel-addrs 127.0.0.1:26379',
      2,
    ]);
    setTyped(['doctor']);
    expect(said(locked(3), attached())[1]).toBe(
      'sentinelctl doctor --password-file FILE --sentinel-addrs 127.0.0.1:26379',
    );
    setTyped(['logs', 'redis-3', "it's"]);
    expect(said(locked(3), attached())[1]).toBe(
      "sentinelctl logs redis-3 'it'\\''s' --password-file FILE --sentinel-addrs 127.0.0.1:26379",
    );
    setTyped(null);
    expect(said(locked(1), attached())[0]).toContain('whether writes work is not known; ');
    const both = locked(3);
    silenceNode(both, 2);
    for (const v of viewsIn(both)) v.replicas[0]?.flags.push('s_down');
    expect(said(both, attached())[0]).toBe(
      'DEGRADED  mymaster: writes go to 127.0.0.1:6379; 127.0.0.1:6380 is down; 127.0.0.1:6381 wants a password: --password-file FILE',
    );
    for (const v of viewsIn(both)) v.replicas[1]?.flags.push('s_down');
    expect(said(both, attached())[0]).toBe(
      'AT RISK  mymaster: no failover is possible, writes go to 127.0.0.1:6379; 127.0.0.1:6381 wants a password that the master does not want (and 1 more finding)',
    );
  });

  it('one password that several servers want is said once, and not listed again', () => {
    const snapshot = discovered();
    for (const n of [2, 3]) silenceNode(snapshot, n, wants);
    const { verdict, problems } = assess(snapshot, attached());
    expect(verdict.text).toContain('127.0.0.1:6380 and 127.0.0.1:6381 want a password: --password-file FILE');
    expect(problems.filter((p) => p.id === 'auth').map((p) => [p.headline, p.evidence])).toEqual([
      [true, null],
    ]);
  });

  it('the sentinels’ own password has its own option', () => {
    const snapshot = discovered();
    silenceSentinel(snapshot, 3, wants);
    expect(said(snapshot, attached())).toMatchObject([
      expect.stringMatching(/127\.0\.0\.1:26381 wants a password: --sentinel-password-file FILE$/),
      'sentinelctl status --sentinel-password-file FILE --sentinel-addrs 127.0.0.1:26379',
      2,
    ]);
    // Where none of them answers, that of the data nodes is usually theirs too, and it is tried at both.
    const closed = altered((s) => {
      for (const n of [1, 2, 3]) silenceSentinel(s, n, wants);
      s.groups = [];
    });
    expect(assess(closed, attached()).problems[0]?.fix).toBe(
      'sentinelctl status --password-file FILE --sentinel-addrs 127.0.0.1:26379\n# where the sentinels have a password of their own: --sentinel-password-file FILE as well',
    );
  });

  it('a password that the sentinels accept stays theirs in the hint for the data nodes', () => {
    onTestFinished(() => {
      setLogins({ redis: OPEN, sentinel: OPEN });
      setGiven([]);
    });
    const login = { username: null, password: { from: 'file', path: 'ps' } } as const;
    setLogins({ redis: login, sentinel: login });
    setGiven([{ name: '--password-file', words: '--password-file ps' }]);
    const nodes = altered((s) => {
      for (const n of [1, 2, 3]) silenceNode(s, n, { kind: 'auth', message: 'rejects this password' });
    });
    expect(said(nodes, attached())[1]).toBe(
      'sentinelctl status --sentinel-password-file ps --password-file FILE --sentinel-addrs 127.0.0.1:26379',
    );
    // Sentinels that answer without one need none.
    setLogins({ redis: login, sentinel: OPEN });
    expect(said(nodes, attached())[1]).toBe(
      'sentinelctl status --password-file FILE --sentinel-addrs 127.0.0.1:26379',
    );
  });

  it('a wrong password at all sentinels is one finding, and its hint leaves no wrong file on the line', () => {
    onTestFinished(() => setLogins({ redis: OPEN, sentinel: OPEN }));
    const rejecting = (message: string, username: string | null) => {
      const login = { username, password: { from: 'file', path: 'pw' } } as const;
      setLogins({ redis: login, sentinel: login });
      const closed = altered((s) => {
        for (const n of [1, 2, 3]) silenceSentinel(s, n, { kind: 'auth', message });
        s.groups = [];
      });
      return assess(closed, attached());
    };
    const all = '127.0.0.1:26379: sentinel-1, sentinel-2 and sentinel-3 reject this';
    const one = rejecting('rejects this password', null);
    expect(one.verdict.text).toBe(`${all} password: --password-file FILE --sentinel-password-file FILE`);
    expect(one.problems.map(({ fix }) => fix)).toEqual([
      'sentinelctl status --password-file FILE --sentinel-password-file FILE --sentinel-addrs 127.0.0.1:26379\n# the same file twice where sentinels and data nodes have one password',
    ]);
    const user = rejecting('rejects this user name or password', 'ops');
    expect(user.verdict.text).toBe(`${all} user name or password: --username USER --password-file FILE`);
    expect(user.problems).toHaveLength(1);
    expect(statusExitCode(user)).toBe(2);
  });

  it('a route: a replica that the sentinels reach, and a cluster of which nothing answers in time', () => {
    const far = discovered();
    silenceNode(far, 3, TIMEOUT);
    for (const v of viewsIn(far)) for (const r of v.replicas) r.answeredMsAgo = 300;
    // What the sentinels heard is older than the time that was waited for it here.
    expect(said(far, attached())).toMatchObject([
      expect.stringMatching(/^UNKNOWN /),
      'sentinelctl status --watch --sentinel-addrs 127.0.0.1:26379',
      2,
    ]);
    silenceNode(far, 3, { kind: 'error', message: 'no route to the host' });
    expect(said(far, attached())).toMatchObject([
      expect.stringMatching(/^UNKNOWN .*cannot be reached from this machine/),
      expect.stringMatching(/^sentinelctl attach NAME --map 127\.0\.0\.1:6381=HOST:PORT /),
      2,
    ]);
    const nothing = altered((s) => {
      for (const n of [1, 2, 3]) silenceSentinel(s, n, TIMEOUT);
      s.groups = [];
    });
    expect(said(nothing, attached())).toMatchObject([
      expect.stringMatching(/^UNKNOWN {2}127\.0\.0\.1:26379: none of 3 sentinels answers/),
      expect.stringMatching(/ --timeout 5s --sentinel-addrs /),
      5,
    ]);
    // Nothing is said of the sentinels, which may all be there.
    const { problems } = assess(nothing, attached());
    expect(problems.map(({ id }) => id)).toEqual(['no-sentinel']);
    expect(problems[0]?.fix).toMatch(/ {2}# waits longer; else a firewall on the way/);
    for (const n of [1, 2]) silenceSentinel(nothing, n);
    expect(said(nothing, attached())).toMatchObject([
      expect.stringMatching(/^UNKNOWN {2}127\.0\.0\.1:26379: none of 3 sentinels answers/),
      expect.stringMatching(/^ss -ltnp {2}# /),
      5,
    ]);
    // Of a cluster whose data nodes are known, something is known.
    const known = altered((s) => {
      for (const n of [1, 2, 3]) silenceSentinel(s, n);
    });
    expect(said(known)[0]).toMatch(/^AT RISK {2}mymaster: no failover is possible, writes go to redis-1; /);
  });
});

it('a master that serves nothing while it loads is DOWN, a replica DEGRADED', () => {
  const loading = (n: number): string => changed((s) => Object.assign(answerOf(s, n), { loading: true }))[0];
  expect(loading(1)).toMatch(/^DOWN {2}mymaster: no writes: redis-1 is loading its data/);
  expect(loading(3)).toBe('DEGRADED  mymaster: writes go to redis-1; redis-3 is loading its data');
});

it('a command that does harm without the one behind it comes with it', () => {
  const next = (...fix: string[]) =>
    verdictOn([{ of: [], impact: 'degraded', subject: 's', brief: 'b', fix }], { masters: [], healthy: '' })
      .verdict.next;
  const [remove, monitor] = ['redis-cli SENTINEL REMOVE m', 'redis-cli SENTINEL MONITOR m 192.0.2.1 6379 2'];
  expect(next(remove, monitor, '# then')).toBe(`${remove} && ${monitor}`);
  expect(next(remove, monitor, remove, monitor)).toBe(`${remove} && ${monitor}`);
  const both = [remove, remove, monitor, monitor];
  expect(next(...both, '# then')).toBe(both.join(' && '));
  expect(next(remove, 'redis-cli SENTINEL RESET m')).toBe(remove);
  expect(next('# first', monitor)).toBeNull();
  expect(next('redis-cli -p 26379 SHUTDOWN', '# in its file: tls-replication yes')).toBeNull();
});
