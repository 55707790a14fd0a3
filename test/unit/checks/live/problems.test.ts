import { describe, expect, it } from 'vitest';
import { assess } from '../../../../src/checks/assess.js';
import type { SeenReplica, Snapshot } from '../../../../src/model/snapshot.js';
import type { Expectation, Problem } from '../../../../src/model/status.js';
import {
  AUTH,
  altered,
  answerOf,
  attached,
  discovered,
  MASTER_NAME,
  masterLost,
  nodeOf,
  ours,
  redisAddress,
  sentinelAddress,
  sentinelOf,
  silenceNode,
  silenceSentinel,
  TIMEOUT,
  viewOf,
  viewsIn,
  zombie,
} from '../../../helpers/snapshots.js';

/** The one problem of this id; fails where it is missing or there twice. */
function problem(id: string, snapshot: Snapshot, expectation: Expectation = ours()): Problem {
  const all = assess(snapshot, expectation).problems;
  const found = all.filter((p) => p.id === id);
  if (found[0] === undefined || found.length > 1) {
    throw new Error(`expected one ${id}, found: ${all.map((p) => p.id).join(', ') || 'nothing'}`);
  }
  return found[0];
}
const idsOf = (snapshot: Snapshot, expectation: Expectation = ours()): string[] =>
  assess(snapshot, expectation).problems.map((p) => p.id);

const ghostAt = {
  address: sentinelAddress(9),
  sentinelId: '9'.repeat(40),
  flags: ['sentinel', 's_down'],
  downMs: 3_600_000,
};

/** redis-3 follows redis-2, and the master has it no more. */
function strayed(s: Snapshot): void {
  Object.assign(answerOf(s, 3), { follows: redisAddress(2) });
  answerOf(s, 1).attached.pop();
}

const CLUSTER_PASSWORD = '# FILE has the cluster\'s own password\nexport CLUSTER_PASSWORD="$(cat FILE)"';
/** What a shell refuses to go on without. */
const needs = (variable: string): string => `test -n "\${${variable}:?is not set}" && `;

/** Each row: what is altered, and what must be said about which server, alone where nothing else is wrong. */
const passwordOf = (id: string): string =>
  `# FILE has the password that ${id} wants now, for redis-cli\nexport REDISCLI_AUTH="$(cat FILE)"`;

const CASES: [
  id: string,
  severity: string,
  subjects: string[],
  words: string,
  fix: string,
  alter: (s: Snapshot) => void,
][] = [
  [
    'sentinel-unreachable',
    'warning',
    ['sentinel-2'],
    'sentinel-2 127.0.0.1:26380 does not answer: connection refused',
    'sentinelctl start sentinel-2',
    (s) => silenceSentinel(s, 2),
  ],
  [
    'sentinel-unreachable',
    'warning',
    ['sentinel-2'],
    'no answer within 1.5 s',
    'sentinelctl resume sentinel-2',
    (s) => silenceSentinel(s, 2, TIMEOUT),
  ],
  [
    'auth',
    'critical',
    ['sentinel-2'],
    'sentinel-2 127.0.0.1:26380 wants a password',
    `${CLUSTER_PASSWORD}\n${passwordOf('sentinel-2')}\n${needs('CLUSTER_PASSWORD')}printf '>%s' "$CLUSTER_PASSWORD" | redis-cli -h 127.0.0.1 -p 26380 -x ACL SETUSER default resetpass`,
    (s) => silenceSentinel(s, 2, AUTH),
  ],
  [
    'auth',
    'critical',
    ['redis-1'],
    'redis-1 127.0.0.1:6379 wants a password',
    `${CLUSTER_PASSWORD}\n${passwordOf('redis-1')}\n${needs('CLUSTER_PASSWORD')}printf '%s' "$CLUSTER_PASSWORD" | redis-cli -h 127.0.0.1 -p 6379 -x CONFIG SET requirepass`,
    (s) => silenceNode(s, 1, AUTH),
  ],
  [
    'auth',
    'critical',
    ['redis-1'],
    'wants a password, but the cluster has none: --password-file changes nothing',
    `${passwordOf('redis-1')}\n${needs('REDISCLI_AUTH')}redis-cli -h 127.0.0.1 -p 6379 CONFIG SET requirepass ''`,
    (s) => silenceNode(s, 1, { kind: 'auth', message: 'requires a password' }),
  ],
  [
    'auth',
    'critical',
    ['sentinel-2'],
    'wants a password, but the cluster has none: --password-file changes nothing',
    `${passwordOf('sentinel-2')}\n${needs('REDISCLI_AUTH')}redis-cli -h 127.0.0.1 -p 26380 ACL SETUSER default nopass`,
    (s) => silenceSentinel(s, 2, { kind: 'auth', message: 'requires a password' }),
  ],
  [
    'node-down',
    'warning',
    ['redis-3'],
    'redis-3 127.0.0.1:6381 does not answer',
    'sentinelctl start redis-3',
    (s) => silenceNode(s, 3),
  ],
  [
    'tilt',
    'warning',
    ['sentinel-1'],
    'sentinel-1 127.0.0.1:26379 is in TILT',
    'sentinelctl logs sentinel-1 --tail 50\n# on its machine, at the time of each +tilt in its log: no CPU (a limit, a busy host), a pause or swap, a clock step, a slow name lookup or disk',
    (s) => Object.assign(sentinelOf(s, 1).answer ?? {}, { tilt: true }),
  ],
  [
    'not-monitored',
    'warning',
    ['sentinel-3'],
    'does not monitor mymaster, while sentinel-1 and sentinel-2 do',
    'redis-cli -h 127.0.0.1 -p 26381 SENTINEL MONITOR mymaster 127.0.0.1 6379 2\nredis-cli -h 127.0.0.1 -p 26381 SENTINEL SET mymaster down-after-milliseconds 5000 failover-timeout 60000 parallel-syncs 1',
    (s) => Object.assign(sentinelOf(s, 3).answer ?? {}, { masters: [] }),
  ],
  [
    'master-disagree',
    'critical',
    ['sentinel-3'],
    'sentinel-1 and sentinel-2 say redis-1 127.0.0.1:6379 (epoch 0); sentinel-3 says redis-2 127.0.0.1:6380 (epoch 0)',
    [
      'redis-cli -h 127.0.0.1 -p 26381 SENTINEL REMOVE mymaster',
      'redis-cli -h 127.0.0.1 -p 26381 SENTINEL MONITOR mymaster 127.0.0.1 6379 2',
      'redis-cli -h 127.0.0.1 -p 26381 SENTINEL SET mymaster down-after-milliseconds 5000 failover-timeout 60000 parallel-syncs 1',
      `# where the master wants a password: ${needs('MASTER_PASSWORD')}printf '%s' "$MASTER_PASSWORD" | redis-cli -h 127.0.0.1 -p 26381 -x SENTINEL SET mymaster auth-pass`,
    ].join('\n'),
    (s) => {
      Object.assign(viewOf(s, 3), { address: redisAddress(2) });
      Object.assign(viewOf(s, 3).replicas[0] ?? {}, { address: redisAddress(1) });
    },
  ],
  [
    'epoch-disagree',
    'warning',
    ['sentinel-1'],
    'sentinel-2 and sentinel-3 at 0; sentinel-1 at 7',
    'sentinelctl logs sentinel-1 --tail 50',
    (s) => Object.assign(viewOf(s, 1), { configEpoch: 7 }),
  ],
  [
    'replica-orphan',
    'warning',
    ['redis-3'],
    'redis-3 127.0.0.1:6381 follows redis-2 127.0.0.1:6380 (link up), not the master redis-1 127.0.0.1:6379',
    'redis-cli -h 127.0.0.1 -p 6381 REPLICAOF 127.0.0.1 6379',
    strayed,
  ],
  [
    'link-down',
    'warning',
    ['redis-2'],
    'redis-2 127.0.0.1:6380 has no link to redis-1 127.0.0.1:6379',
    'sentinelctl logs redis-2 --tail 50',
    (s) => Object.assign(answerOf(s, 2), { linkStatus: 'down' }),
  ],
  [
    'loading',
    'warning',
    ['redis-2'],
    'redis-2 127.0.0.1:6380 is loading its data',
    'sentinelctl logs redis-2 --tail 50',
    (s) => Object.assign(answerOf(s, 2), { loading: true }),
  ],
  [
    'role-unknown',
    'critical',
    ['redis-2'],
    'redis-2 127.0.0.1:6380 answers, but neither as a master nor as a replica',
    'sentinelctl logs redis-2 --tail 50',
    (s) => Object.assign(answerOf(s, 2), { role: 'unknown' }),
  ],
  [
    'master-down',
    'critical',
    ['redis-1'],
    'sentinel-2 calls the master redis-1 127.0.0.1:6379 down, although it answers here (s_down',
    'sentinelctl logs sentinel-2 --tail 50',
    (s) => Object.assign(viewOf(s, 2), { flags: ['master', 's_down'] }),
  ],
  [
    'no-quorum',
    'warning',
    ['sentinel-1'],
    'sentinel-1 could not start a failover: it does not hear enough of the others',
    'sentinelctl logs sentinel-1 --tail 50',
    (s) =>
      Object.assign(viewOf(s, 1), {
        ckquorum: { ok: false, usable: 1, message: 'NOQUORUM 1 usable Sentinels' },
      }),
  ],
  [
    'failover-in-progress',
    'warning',
    ['sentinel-2'],
    'in progress at sentinel-2 (wait_promotion)',
    'sentinelctl status --watch',
    (s) => Object.assign(viewOf(s, 2), { failoverState: 'wait_promotion' }),
  ],
  [
    'replica-missing',
    'warning',
    ['redis-3'],
    'sentinel-2 does not know redis-3 127.0.0.1:6381',
    'sentinelctl replicas',
    (s) => viewOf(s, 2).replicas.pop(),
  ],
  [
    'sentinel-isolated',
    'warning',
    ['sentinel-1'],
    'sentinel-1 127.0.0.1:26379 knows 1 other sentinel, where others know 2',
    'sentinelctl logs sentinel-1 --tail 50',
    (s) => viewOf(s, 1).sentinels.pop(),
  ],
  [
    'seen-down',
    'warning',
    ['sentinel-3'],
    'sentinel-1 sees sentinel-3 127.0.0.1:26381 as down, although it answers here',
    'sentinelctl logs sentinel-1 --tail 50',
    (s) => viewOf(s, 1).sentinels[1]?.flags.push('s_down'),
  ],
  [
    'ghost-sentinel',
    'warning',
    ['127.0.0.1:26387'],
    'sentinel-1, sentinel-2 and sentinel-3 list the sentinel 127.0.0.1:26387',
    [
      '# if it is only stopped, start it; if it is gone for good:',
      'redis-cli -h 127.0.0.1 -p 26379 SENTINEL RESET mymaster',
      'sleep 30',
      'redis-cli -h 127.0.0.1 -p 26380 SENTINEL RESET mymaster',
      'sleep 30',
      'redis-cli -h 127.0.0.1 -p 26381 SENTINEL RESET mymaster',
    ].join('\n'),
    (s) =>
      viewsIn(s).forEach((v) => {
        v.sentinels.push(ghostAt);
      }),
  ],
];

describe('each problem alone is named with its subject and the next command', () => {
  it.each(CASES)('%s: %s of %j', (id, severity, subjects, words, fix, alter) => {
    const snapshot = altered(alter);
    expect(idsOf(snapshot)).toEqual([id]);
    expect(problem(id, snapshot)).toMatchObject({
      severity,
      subjects,
      fix,
      message: expect.stringContaining(words),
    });
    expect(assess(snapshot, ours())).toMatchObject({ healthy: false, masters: [{ healthy: false }] });
  });
});

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

describe('no sentinel', () => {
  const headless = altered((s) => {
    for (const n of [1, 2, 3]) silenceSentinel(s, n);
  });

  it('is critical, and each one is still named', () => {
    expect(idsOf(headless)).toEqual(['no-sentinel', 'sentinel-unreachable']);
    expect(problem('sentinel-unreachable', headless).subjects).toEqual([
      'sentinel-1',
      'sentinel-2',
      'sentinel-3',
    ]);
    expect(problem('no-sentinel', headless)).toMatchObject({
      message: 'none of 3 sentinels answers',
      fix: 'sentinelctl up',
    });
  });

  it('names the cluster in the command when it is not the default one', () => {
    expect(problem('no-sentinel', headless, ours({ cluster: 'lab' })).fix).toBe(
      'sentinelctl up --cluster lab',
    );
  });
});

describe('a master name that no sentinel monitors', () => {
  it('lists those that are', () => {
    const asked = attached({ masterName: 'mymastr' });
    expect(problem('unknown-master-name', discovered(), asked)).toMatchObject({
      severity: 'critical',
      message: 'no sentinel monitors a master named mymastr; they monitor mymaster',
      fix: `sentinelctl status --master-name ${MASTER_NAME} --sentinel-addrs 127.0.0.1:26379`,
    });
    expect(assess(discovered(), asked).masters).toEqual([]);
  });
});

describe('leftovers', () => {
  it('shows a ghost once, also when it was asked and did not answer', () => {
    const snapshot = altered((s) => {
      for (const v of viewsIn(s)) v.sentinels.push(ghostAt);
      s.sentinels.push({
        ...sentinelOf(s, 1),
        id: '127.0.0.1:26387',
        announce: ghostAt.address,
        endpoint: ghostAt.address,
      });
      silenceSentinel(s, 4);
    });
    expect(idsOf(snapshot)).toEqual(['ghost-sentinel']);
  });

  it('names a replica without a host, which a lost container name leaves behind', () => {
    const snapshot = altered((s) => {
      const seen = viewOf(s, 1).replicas[0];
      if (seen)
        viewOf(s, 1).replicas.push({
          ...seen,
          address: { host: '', port: 6379 },
          flags: ['s_down', 'slave'],
        });
    });
    expect(problem('ghost-replica', snapshot)).toMatchObject({ severity: 'warning', subjects: [':6379'] });
  });

  it('only mentions a foreign node that works', () => {
    const snapshot = altered((s) => {
      s.groups[0]?.nodes.push({
        ...nodeOf(s, 3),
        id: '127.0.0.1:6400',
        announce: { host: '127.0.0.1', port: 6400 },
        endpoint: { host: '127.0.0.1', port: 6400 },
      });
    });
    expect(problem('unexpected-node', snapshot).severity).toBe('info');
    expect(assess(snapshot, ours()).healthy).toBe(true);
  });
});

describe('what passes, or must wait', () => {
  it('a replica that has just started and is still called down is looked at again', () => {
    const seen = (uptimeS: number) =>
      problem(
        'seen-down',
        altered((s) => {
          viewOf(s, 1).replicas[0]?.flags.push('s_down');
          const port = viewOf(s, 1).replicas[0]?.address.port;
          Object.assign(answerOf(s, port === redisAddress(2).port ? 2 : 3), { uptimeS });
        }),
      );
    expect(seen(2)).toMatchObject({
      fix: 'sentinelctl status --watch',
      message: expect.stringContaining('it started 2 s ago'),
    });
    expect(seen(60).fix).toBe('sentinelctl logs sentinel-1 --tail 50');
  });

  it('a setting is not changed by hand while a fault is active: it is rolled back first', () => {
    const skewed = altered((s) => Object.assign(viewOf(s, 3), { downAfterMs: 60_000 }));
    const unfinished = { what: 'inject skew', keep: true, since: '2026-01-01T00:00:00.000Z' };
    expect(problem('settings-skew', skewed, ours({ unfinished })).fix).toBe('sentinelctl heal');
  });
});

describe('a replica without the master', () => {
  it('that gets all data through another replica does not serve old data', () => {
    expect(problem('replica-orphan', altered(strayed)).why).toMatch(/^it gets new writes through another/);
    const cut = altered((s) => {
      strayed(s);
      Object.assign(answerOf(s, 2), { linkStatus: 'down' });
    });
    expect(problem('replica-orphan', cut).why).toMatch(/^it lacks new writes and serves old data/);
  });

  it('that waits for its full resync is looked at again; after a minute its log is', () => {
    const waits = (linkDownS: number) =>
      altered((s) => {
        Object.assign(answerOf(s, 2), { linkStatus: 'down', linkDownS });
        const entry = answerOf(s, 1).attached.find(({ address }) => address.port === redisAddress(2).port);
        Object.assign(entry ?? {}, { state: 'wait_bgsave' });
      });
    expect(problem('link-down', waits(2))).toMatchObject({
      fix: 'sentinelctl status --watch',
      evidence: expect.stringContaining('repl-diskless-sync-delay (5 s by default)'),
    });
    expect(problem('link-down', waits(61)).fix).toBe('sentinelctl logs redis-2 --tail 50');
  });

  it('has its log shown where that can be read from here, else where it is', () => {
    const down = discovered(altered((s) => Object.assign(answerOf(s, 2), { linkStatus: 'down' })));
    expect(problem('link-down', down, attached()).fix).toBe(
      'redis-cli -h 127.0.0.1 -p 6380 CONFIG GET logfile',
    );
  });
});

describe('an attached cluster', () => {
  it('gets redis-cli commands, at addresses that can be reached from here', () => {
    const snapshot = discovered(
      altered((s) => {
        nodeOf(s, 3).endpoint = { host: '127.0.0.1', port: 16381 };
        strayed(s);
      }),
    );
    expect(problem('replica-orphan', snapshot, attached())).toMatchObject({
      subjects: ['127.0.0.1:6381'],
      message: '127.0.0.1:6381 follows 127.0.0.1:6380 (link up), not the master 127.0.0.1:6379',
      fix: 'redis-cli -h 127.0.0.1 -p 16381 REPLICAOF 127.0.0.1 6379',
    });
  });

  it('has nothing to promote without replicas', () => {
    const snapshot = discovered(
      altered((s) => {
        s.groups[0]?.nodes.splice(1);
        for (const v of viewsIn(s)) v.replicas = [];
      }),
    );
    expect(problem('no-replica', snapshot, attached()).severity).toBe('warning');
  });
});

describe('order', () => {
  it('puts critical ones first, then warnings, then information', () => {
    const snapshot = altered((s) => {
      silenceNode(s, 3);
      silenceSentinel(s, 1);
      Object.assign(answerOf(s, 2), { role: 'master', follows: null, linkStatus: null });
    });
    const severities = assess(snapshot, ours()).problems.map((p) => p.severity);
    expect(severities).toEqual(['critical', 'warning', 'warning']);
  });

  const masterless = (): Snapshot => altered((s) => silenceNode(s, 1));

  it('puts what a run that was cut off left above all that may come of it', () => {
    const unfinished = { what: 'failover-test', keep: false, since: '2023-11-14T22:13:20.000Z' };
    const { problems, healthy } = assess(masterless(), { ...ours(), unfinished });
    expect(problems[0]).toMatchObject({ id: 'unfinished-journal', fix: 'sentinelctl recover' });
    expect(problems.length).toBeGreaterThan(1);
    expect(healthy).toBe(false);
  });

  it('says what a run that goes on does, and offers nothing that it would refuse', () => {
    const underWay = {
      what: 'inject kill --for 10s',
      pid: 4711,
      since: '2023-11-14T22:13:20.000Z',
      acts: ['end of redis-1'],
    };
    const { problems } = assess(masterless(), { ...ours(), underWay });
    expect(problems[0]).toMatchObject({
      id: 'run-under-way',
      severity: 'info',
      message:
        'a run is active since 2023-11-14T22:13:20.000Z ("inject kill --for 10s", pid 4711); in effect: end of redis-1',
    });
    expect(problems.length).toBeGreaterThan(1);
    expect([...new Set(problems.map((p) => p.fix))]).toEqual(['sentinelctl status --watch']);
  });

  it('expects no failover of a master that a run resumes before down-after', () => {
    const run = { what: 'inject freeze master --for 3s', pid: 7, since: '2023-11-14T22:13:20.000Z' };
    const cause = (forMs: number, acts = ['pause of redis-1']) =>
      assess(masterless(), { ...ours(), underWay: { ...run, acts, forMs } }).verdict.cause;
    expect(cause(3000)).toContain(
      '"inject freeze master --for 3s" resumes it after 3.00 s, before down-after (5s)',
    );
    for (const other of [cause(5000), cause(3000, ['end of redis-1'])])
      expect(other).toContain('failover expected within');
  });
});

describe('what has just been repaired is said to end by itself', () => {
  const watch = 'sentinelctl status --watch';
  it('a replica that started a moment ago, and has no link yet', () => {
    const started = (uptimeS: number): Problem =>
      problem(
        'link-down',
        altered((s) => Object.assign(answerOf(s, 3), { uptimeS, linkStatus: 'down', linkDownS: 2 })),
      );
    expect(started(4)).toMatchObject({ fix: watch });
    expect(started(4).message).toMatch(/; it started 4 s ago, and gets its link within seconds$/);
    expect(started(60).fix).toBe('sentinelctl logs redis-3 --tail 50');
  });

  it('a sentinel that began to monitor a moment ago, and does not know the others yet', () => {
    const isolated = (roleReportedMs: number): Problem =>
      problem(
        'sentinel-isolated',
        altered((s) => Object.assign(viewOf(s, 3), { sentinels: [], roleReportedMs })),
      );
    expect(isolated(1000)).toMatchObject({ fix: watch });
    expect(isolated(1000).message).toMatch(
      /: it has monitored this address for 1 s, and the sentinels find each other within seconds$/,
    );
    expect(isolated(60_000).fix).toBe('sentinelctl logs sentinel-3 --tail 50');
  });

  it('a sentinel that started a moment ago, and that another still calls down', () => {
    const seen = (uptimeS: number): Problem =>
      problem(
        'seen-down',
        altered((s) => {
          Object.assign(sentinelOf(s, 3).answer ?? {}, { uptimeS });
          for (const peer of viewOf(s, 1).sentinels.filter((p) => p.address.port === sentinelAddress(3).port))
            peer.flags = ['s_down', 'sentinel'];
        }),
      );
    expect(seen(2).message).toMatch(/: it started 2 s ago, and the sentinels notice that within seconds$/);
    expect(seen(60).fix).toBe('sentinelctl logs sentinel-1 --tail 50');
  });
});

it('a cluster that was taken down with its data is DOWN, and its silence is not a finding of its own', () => {
  const down = altered((s) => {
    for (const n of [1, 2, 3]) {
      silenceNode(s, n);
      silenceSentinel(s, n);
    }
  });
  const { problems, verdict } = assess(down, ours({ kept: true }));
  expect(verdict).toMatchObject({ word: 'DOWN', next: 'sentinelctl up' });
  expect(problems.map((p) => [p.id, p.why])).toEqual([
    ['no-master', 'down --keep-data stopped it; up starts it with the same data'],
  ]);
});
