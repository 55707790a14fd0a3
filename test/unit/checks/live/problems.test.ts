import { describe, expect, it } from 'vitest';
import { assess } from '../../../../src/checks/assess.js';
import type { Snapshot } from '../../../../src/model/snapshot.js';
import { ghostAt, idsOf, problem, strayed } from '../../../helpers/problem.js';
import {
  AUTH,
  altered,
  answerOf,
  ours,
  redisAddress,
  sentinelOf,
  silenceNode,
  silenceSentinel,
  TIMEOUT,
  viewOf,
  viewsIn,
} from '../../../helpers/snapshots.js';

const CLUSTER_PASSWORD =
  'export CLUSTER_PASSWORD="$(cat FILE)"  # FILE has the password of the cluster itself';
/** What a shell refuses to go on without. */
const needs = (variable: string): string => `test -n "\${${variable}:?is not set}" && `;

/** Each row: what is altered, and what must be said about which server, alone where nothing else is wrong. */
const passwordOf = (id: string): string =>
  `export REDISCLI_AUTH="$(cat FILE)"  # FILE has the password that ${id} wants now, for redis-cli`;

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
    // It may have been the master: it cannot be asked.
    'auth',
    'critical',
    ['redis-2'],
    'wants a password, but the cluster has none: --password-file changes nothing',
    `${passwordOf('redis-2')}\n${needs('REDISCLI_AUTH')}redis-cli -h 127.0.0.1 -p 6380 REPLICAOF 127.0.0.1 6379 && redis-cli -h 127.0.0.1 -p 6380 CONFIG SET requirepass ''`,
    (s) => {
      silenceNode(s, 2, { kind: 'auth', message: 'requires a password' });
      for (const { answer } of s.sentinels)
        for (const replica of answer?.masters.flatMap((view) => view.replicas) ?? [])
          if (replica.address.port === 6380) Object.assign(replica, { flags: ['slave', 's_down'] });
    },
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
      'sentinelctl doctor --gone 127.0.0.1:26387  # only if it is gone for good: else start it again',
      '# or by hand, one sentinel at a time:',
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
