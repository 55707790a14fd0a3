import { describe, expect, it } from 'vitest';
import { assess } from '../../../../src/checks/assess.js';
import type { SeenReplica, Snapshot } from '../../../../src/model/snapshot.js';
import { ghostAt, idsOf, problem } from '../../../helpers/problem.js';
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
  zombie,
} from '../../../helpers/snapshots.js';

describe('the master is gone', () => {
  it('is one problem: what is down, what that means, what repairs it, and what to type until then and after', () => {
    expect(idsOf(masterLost())).toEqual(['no-master']);
    expect(problem('no-master', masterLost())).toEqual({
      id: 'no-master',
      headline: true,
      evidence:
        '3 of 3 sentinels answer and can replace redis-1; that takes down-after (5s) and about 2 s from its failure',
      severity: 'critical',
      impact: 'down',
      subjects: ['redis-1'],
      message:
        'mymaster: its master redis-1 127.0.0.1:6379 is down, nothing can be written; 3 of 3 sentinels can replace it, within about 7 s of its failure (down-after + 2 s)',
      why: 'redis-1: connection refused; if no replica is promoted, the logs of the sentinels say why (-failover-abort-…)',
      fix: 'sentinelctl status --watch',
      later: { when: 'once another node is the master', fix: 'sentinelctl start redis-1' },
    });
  });

  it('is not waited for once an attempt has failed: the next comes after 2 x failover-timeout, unless it is begun', () => {
    const late = (heardMs: number, seen: Partial<SeenReplica> = {}) => {
      const lost = masterLost();
      for (const view of viewsIn(lost)) {
        Object.assign(view, { answeredMsAgo: heardMs, downMs: heardMs - 5000, failoverTimeoutMs: 180_000 });
        for (const replica of view.replicas)
          Object.assign(replica, { answeredMsAgo: 100, infoMsAgo: 300, linkDownMs: 0, ...seen });
      }
      return problem('no-master', lost);
    };
    expect(late(37_000).message).toContain(
      'no failover 30.00 s after the usual time: an attempt that failed is repeated only 6m later (2 x failover-timeout)',
    );
    expect(late(37_000).fix).toBe('redis-cli -h 127.0.0.1 -p 26379 SENTINEL FAILOVER mymaster');
    // Within an election’s time, or with a replica that is only about to be heard again, it may still come.
    expect(late(16_000).fix).toBe('sentinelctl status --watch');
    expect(late(37_000, { answeredMsAgo: 20_000 }).fix).toBe('sentinelctl status --watch');
  });

  it('is no failover in progress where the votes for it are missing', () => {
    const lost = masterLost();
    for (const n of [1, 2]) silenceSentinel(lost, n);
    Object.assign(viewOf(lost, 3), { failoverState: 'wait_start' });
    viewOf(lost, 3).flags.push('failover_in_progress');
    expect(problem('no-master', lost).message).toContain(
      'no failover is possible (1 of 3 sentinels answers, 2 are needed)',
    );
  });

  it('is the same one before any sentinel noticed', () => {
    const atOnce = altered((s) => {
      silenceNode(s, 1);
      for (const n of [2, 3]) answerOf(s, n).linkStatus = 'down';
      for (const v of viewsIn(s)) v.flags = ['master', 'disconnected'];
    });
    expect(assess(atOnce, ours()).problems).toEqual(assess(masterLost(), ours()).problems);
  });

  it('does not answer, where it accepts and stays silent: then it is woken later', () => {
    const frozen = masterLost();
    silenceNode(frozen, 1, TIMEOUT);
    expect(problem('no-master', frozen)).toMatchObject({
      message: expect.stringContaining(
        'redis-1 127.0.0.1:6379 does not answer, nothing can be written; 3 of 3',
      ),
      later: { fix: 'sentinelctl restart redis-1' },
    });
  });

  it('that was replaced while it was frozen is restarted, never resumed', () => {
    const replaced = altered((s) => {
      silenceNode(s, 1, TIMEOUT);
      Object.assign(answerOf(s, 2), { role: 'master', follows: null, linkStatus: null });
      Object.assign(answerOf(s, 3), { follows: redisAddress(2) });
      for (const v of viewsIn(s)) {
        Object.assign(v, { address: redisAddress(2), configEpoch: 1 });
        const old = { address: redisAddress(1), runId: '', flags: ['s_down', 'slave', 'disconnected'] };
        v.replicas = [...v.replicas.slice(1), { ...(v.replicas[0] as SeenReplica), ...old }];
      }
    });
    expect(problem('node-unreachable', replaced).fix).toBe('sentinelctl restart redis-1');
    const replica = altered((s) => silenceNode(s, 3, TIMEOUT));
    expect(problem('node-unreachable', replica).fix).toBe('sentinelctl resume redis-3');
  });

  it('promises no failover where none can come, and says what to type instead', () => {
    const said = (alter: (s: Snapshot) => void): string[] => {
      const snapshot = masterLost();
      alter(snapshot);
      const { message, fix, later } = problem('no-master', snapshot);
      return [message.split('; ')[1] ?? '', fix, ...(later === undefined ? [] : [later.fix])];
    };
    const without = (...which: number[]) =>
      said((s) => {
        for (const n of which) silenceSentinel(s, n);
      });
    expect(without(1, 2)).toEqual([
      'no failover is possible (1 of 3 sentinels answers, 2 are needed)',
      'sentinelctl up',
    ]);
    expect(without(1, 2, 3)).toEqual(['no sentinel answers that could replace it', 'sentinelctl up']);
    const alone = said((s) => {
      for (const n of [2, 3]) silenceNode(s, n);
    });
    expect(alone).toEqual(['no replica can be promoted', 'sentinelctl up']);
    const never = said((s) => {
      for (const replica of viewsIn(s).flatMap((v) => v.replicas)) replica.priority = 0;
    });
    expect(never[0]).toBe('no replica can be promoted');
    const deaf = said((s) => {
      for (const v of viewsIn(s)) v.ckquorum = { ok: false, usable: 1, message: 'NOQUORUM' };
    });
    expect(deaf[0]).toBe('no failover is possible (the sentinels do not hear each other)');
    const tilted = said((s) => {
      for (const n of [1, 2]) Object.assign(sentinelOf(s, n).answer ?? {}, { tilt: true });
    });
    expect(tilted).toEqual([
      'no failover before TILT ends (2 of 3 sentinels)',
      'sentinelctl status --watch',
      'sentinelctl start redis-1',
    ]);
    const frozen = said((s) => {
      for (const n of [1, 2]) silenceSentinel(s, n, TIMEOUT);
    });
    // `up` resumes no frozen node.
    expect(frozen[1]).toBe('sentinelctl resume sentinel-1');
  });

  it('is followed by one that the sentinels do not name yet: clients still go to the dead one', () => {
    const half = masterLost();
    Object.assign(answerOf(half, 2), { role: 'master', follows: null, linkStatus: null });
    expect(idsOf(half)).toEqual(['node-down']);
    expect(problem('node-down', half)).toMatchObject({
      severity: 'critical',
      subjects: ['redis-1'],
      message:
        'mymaster: its master redis-1 127.0.0.1:6379 is down; redis-2 127.0.0.1:6380 says that it is the master, and the sentinels do not name it yet',
      fix: 'sentinelctl status --watch',
      later: { fix: 'sentinelctl start redis-1' },
    });
  });

  it('of an attached cluster is only watched', () => {
    const { fix, later } = problem('no-master', discovered(masterLost()), attached());
    expect(fix).toBe('sentinelctl status --watch --sentinel-addrs 127.0.0.1:26379');
    expect(later).toBeUndefined();
  });

  it('does not claim that there is no master while a node only lacks the password', () => {
    const locked = altered((s) => {
      for (const n of [1, 2, 3]) silenceNode(s, n, AUTH);
    });
    expect(idsOf(locked)).toEqual(['auth', 'auth', 'auth']);
  });

  it('warns against a RESET while it is down', () => {
    const snapshot = masterLost();
    for (const v of viewsIn(snapshot)) v.sentinels.push(ghostAt);
    const ghost = problem('ghost-sentinel', snapshot);
    expect(ghost.fix).not.toContain('SENTINEL RESET');
    expect(ghost.why).toContain('SENTINEL RESET would remove it, and must wait');
  });
});

describe('two masters', () => {
  it('names both, and makes the one that the sentinels do not name a replica', () => {
    const snapshot = zombie();
    expect(idsOf(snapshot)).toEqual(['split-brain']);
    expect(problem('split-brain', snapshot)).toMatchObject({
      severity: 'critical',
      subjects: ['redis-1', 'redis-2'],
      message:
        '2 nodes say that they are the master: redis-1 127.0.0.1:6379 and redis-2 127.0.0.1:6380; the sentinels name redis-2',
      fix: 'redis-cli -h 127.0.0.1 -p 6379 REPLICAOF 127.0.0.1 6380',
    });
  });

  it('a sentinel that hands over names the old one, and does not count', () => {
    const snapshot = zombie();
    const [old, epoch] = [viewOf(snapshot, 1), viewOf(snapshot, 2).configEpoch];
    // As the leader shows it until its failover ends: the old address at the new epoch.
    Object.assign(old, {
      address: { host: '127.0.0.1', port: 6379 },
      configEpoch: epoch,
      failoverState: 'reconf_slaves',
      flags: ['master', 'failover_in_progress'],
    });
    expect(problem('split-brain', snapshot).message).toContain('sentinel-2 and sentinel-3 name redis-2');
  });

  it.each([
    ['an old master has just returned', (s: Snapshot) => Object.assign(answerOf(s, 1), { uptimeS: 3 })],
    [
      'the sentinels have just switched',
      (s: Snapshot) => Object.assign(viewOf(s, 3), { roleReportedMs: 6000 }),
    ],
  ])('are looked at again where %s: the sentinels demote one of them', (_when, change) => {
    const snapshot = zombie();
    change(snapshot);
    expect(problem('split-brain', snapshot)).toMatchObject({
      fix: 'sentinelctl status --watch',
      evidence: expect.stringContaining(
        'less than 20 s ago: the sentinels make redis-1 a replica about 10 s after that, at most 20 s',
      ),
    });
  });
});

describe('the address that the sentinels give is not a master', () => {
  it('is named with what the node says', () => {
    const snapshot = altered((s) => {
      Object.assign(answerOf(s, 1), { role: 'replica', follows: redisAddress(2), linkStatus: 'up' });
      Object.assign(answerOf(s, 2), { role: 'master', follows: null, linkStatus: null });
    });
    expect(problem('master-address-not-master', snapshot)).toMatchObject({
      severity: 'critical',
      subjects: ['redis-1'],
      message:
        'the sentinels send clients to redis-1 127.0.0.1:6379, but it is a replica of redis-2 127.0.0.1:6380',
      fix: expect.stringMatching(
        /^sentinelctl status --watch\n# redis-2 is the master: .* switch by themselves, usually 25 to 55 s after the change .*$/,
      ),
    });
    expect(assess(snapshot, ours()).verdict.text).toContain('which is a replica; redis-2 is the master');
    const lines = problem('master-address-not-master', discovered(snapshot), attached()).fix.split('\n');
    expect(lines.slice(2, 6)).toEqual([
      '# or do not wait, and name 127.0.0.1:6380 at each sentinel:',
      'redis-cli -h 127.0.0.1 -p 6381 REPLICAOF 127.0.0.1 6380',
      'redis-cli -h 127.0.0.1 -p 26379 SENTINEL REMOVE mymaster',
      'redis-cli -h 127.0.0.1 -p 26379 SENTINEL MONITOR mymaster 127.0.0.1 6380 2',
    ]);
    // One that still has it at a higher epoch would give the old address back.
    for (const view of viewsIn(snapshot)) view.configEpoch = 1;
    const later = problem('master-address-not-master', snapshot, attached()).fix.split('\n');
    expect(later.slice(4, 8).map((line) => line.replace(/^redis-cli -h \S+ -p /, ''))).toEqual([
      ...[26379, 26380, 26381].map((port) => `${port} SENTINEL REMOVE mymaster`),
      '26379 SENTINEL MONITOR mymaster 127.0.0.1 6380 2',
    ]);
  });

  it('is not renamed at some sentinels while one is silent, which would give the old address back', () => {
    const snapshot = altered((s) => {
      Object.assign(answerOf(s, 1), { role: 'replica', follows: redisAddress(2), linkStatus: 'up' });
      Object.assign(answerOf(s, 2), { role: 'master', follows: null, linkStatus: null });
      silenceSentinel(s, 3, TIMEOUT);
      for (const view of viewsIn(s)) view.configEpoch = 1;
    });
    const fixOf = (seen: typeof snapshot): string[] =>
      problem('master-address-not-master', discovered(seen), attached()).fix.split('\n');
    const lines = fixOf(snapshot);
    // Before REPLICAOF too, which is done only if all can be told.
    expect(lines.slice(3, 6)).toEqual([
      expect.stringMatching(/^# 127.0.0.1:26381 does not answer: .* take the old address back/),
      expect.stringMatching(/^resume the frozen process on the machine of 127.0.0.1:26381/),
      expect.stringMatching(/^# only if 127.0.0.1:26381 is gone for good/),
    ]);
    const named = lines.filter((line) => / SENTINEL (REMOVE|MONITOR) /.test(line));
    expect(named).toHaveLength(4);
    for (const line of lines.slice(6).filter((l) => !l.startsWith('#')))
      expect(line).toMatch(/^test -n "\$\{GONE:\?is not set\}" && (test -n .* && )?redis-cli /);
    expect(lines[6]).toContain('REPLICAOF 127.0.0.1 6380');
    // An equal epoch gives nothing back; neither a data node at a typed address nor one that none lists is one of them.
    for (const view of viewsIn(snapshot)) view.configEpoch = 0;
    expect(fixOf(snapshot).at(-1)).toMatch(
      /^# 127.0.0.1:26381 does not answer, and keeps the old address: once/,
    );
    expect(fixOf(snapshot).join('\n')).not.toMatch(/GONE|take the old address back/);
    for (const view of viewsIn(snapshot)) view.configEpoch = 1;
    const typed = structuredClone(snapshot);
    silenceSentinel(typed, 3, { kind: 'protocol', message: 'is a data node, not a sentinel' });
    expect(fixOf(typed).join('\n')).not.toMatch(/GONE|does not answer/);
    for (const view of viewsIn(snapshot))
      view.sentinels = view.sentinels.filter((s) => s.address.port !== 26381);
    expect(fixOf(snapshot).join('\n')).not.toMatch(/GONE|does not answer/);
  });
});
