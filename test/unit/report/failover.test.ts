import { describe, expect, it } from 'vitest';
import type { FailoverResult, Trial } from '../../../src/failover/result.js';
import { failoverText } from '../../../src/report/failover.js';
import { expectToFit, plainView } from './lines.js';

const trial: Trial = {
  oldMaster: { id: 'redis-1', host: '127.0.0.1', port: 6379 },
  newMaster: { id: 'redis-2', host: '127.0.0.1', port: 6380 },
  phases: {
    sdownMs: 5050.1,
    odownMs: 5158.4,
    electedMs: 5221,
    writableMs: 5403.7,
    promotedMs: 6220.2,
    switchedMs: 6290.5,
    agreedMs: 6340.9,
    reattachedMs: 6301.2,
  },
  overheadMs: 1290.5,
  rejoin: {
    mode: 'as-crashed',
    restartedMs: 7400,
    convertedMs: 17_620,
    linkUpMs: 17_640,
    caughtUpMs: 17_655,
    zombieMs: 10_180,
  },
};

const held: FailoverResult = {
  outcome: 'holds',
  reason: 'every sentinel follows redis-2, the old master is its replica again, and every invariant holds',
  cluster: 'default',
  masterName: 'mymaster',
  driver: 'process',
  fault: 'kill SIGKILL redis-1',
  faultAt: '2025-01-02T03:04:05.678Z',
  command: 'sentinelctl failover-test --signal KILL',
  engine: { name: 'redis', version: '7.0.15' },
  config: { downAfterMs: 5000, failoverTimeoutMs: 60_000, quorum: 2, parallelSyncs: 1 },
  budgetMs: 7000,
  trials: [trial],
  thresholds: [{ expression: 'switchedMs <= 7000', value: 6290.5, holds: 'holds' }],
  invariants: [
    { id: 'one-master', verdict: 'holds', evidence: 'ROLE says master at redis-2' },
    { id: 'sentinels-agree', verdict: 'holds', evidence: '3 of 3 name 127.0.0.1:6380 at epoch 1' },
    { id: 'quorum-usable', verdict: 'unknown', evidence: 'CKQUORUM OK at 2 of 3' },
  ],
  events: [],
};

const cutShort: FailoverResult = {
  ...held,
  outcome: 'violated',
  reason: 'no replica was promoted within 20 s',
  cluster: 'lab',
  trials: [
    {
      ...trial,
      newMaster: null,
      phases: {
        ...trial.phases,
        writableMs: null,
        promotedMs: null,
        switchedMs: null,
        agreedMs: null,
        reattachedMs: null,
        odownMs: 5700,
        electedMs: 5800,
      },
      overheadMs: null,
      rejoin: null,
    },
  ],
  thresholds: [{ expression: 'switchedMs <= 7000', value: null, holds: 'violated' }],
  invariants: [{ id: 'one-master', verdict: 'violated', evidence: 'no node says that it is master' }],
};

const notRejoined: FailoverResult = { ...held, trials: [{ ...trial, rejoin: null }] };

describe('the result of a failover', () => {
  it('100 columns: phases and rejoin on one time axis, the zombie window drawn', () => {
    expect(failoverText(held, plainView(100))).toMatchInlineSnapshot(`
      "HOLDS  mymaster moved from redis-1 to redis-2 127.0.0.1:6380, first switch after 6.29 s, budget
             7.00 s
      every sentinel follows redis-2, the old master is its replica again, and every invariant holds
      fault kill SIGKILL redis-1 at 2025-01-02T03:04:05.678Z; cluster default (process), redis 7.0.15,
        down-after 5s, quorum 2

      PHASE                                  AT     STEP     BOUND  0 ──────────────────────────── 17.66 s
      one sentinel calls it down         5.05 s   5.05 s  ≤ 5.20 s  ██████████▊
      a quorum calls it down             5.16 s   108 ms  ≤ 300 ms            █
      a leader is elected                5.22 s    63 ms  ≤ 1.10 s             ▏
      the new master takes writes        5.40 s   183 ms  ≤ 400 ms             ▋
      the leader has proof of it         6.22 s   817 ms  ≤ 1.10 s             ██▍
      first sentinel switches            6.29 s    70 ms  ≤ 200 ms               ▌
      every sentinel answers with it     6.34 s    50 ms  ≤ 200 ms               ▋
      the other replicas follow it       6.30 s    11 ms  ≤ 1.20 s               ▌
      the old master runs again          7.40 s        -         -                 ▉
      a second writable master                   10.18 s         -                  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
      it says that it is a replica      17.62 s  10.22 s         -                 ██████████████████████▉
      its link to the new master is up  17.64 s    20 ms         -                                       ▉
      its offset has caught up          17.66 s    15 ms         -                                       █

      ! redis-1 was a second writable master for 10.18 s after its return: what is written to it in that
        time is lost

      what each step waits for
      sdown       down-after, and up to two ticks
      odown       asking the other sentinels, a tick at a time
      elected     the votes, and a random start of up to 1 s when they split
      writable    three to four ticks of the leader’s state machine
      promoted    waiting for the next INFO, one a second
      switched    the leader’s hello to the others
      agreed      the leader’s hello to the others
      reattached  one after the other (parallel-syncs), a partial resync each

      ✔ switchedMs <= 7000: 6.29 s
      ✔ one-master: ROLE says master at redis-2
      ✔ sentinels-agree: 3 of 3 name 127.0.0.1:6380 at epoch 1
      ? quorum-usable: CKQUORUM OK at 2 of 3

      → sentinelctl status
      → sentinelctl failover-test --signal KILL"
    `);
  });

  it('60 columns', () => {
    expect(failoverText(held, plainView(60))).toMatchInlineSnapshot(`
      "HOLDS  mymaster moved from redis-1 to redis-2
             127.0.0.1:6380, first switch after 6.29 s, budget
             7.00 s
      every sentinel follows redis-2, the old master is its
      replica again, and every invariant holds
      fault kill SIGKILL redis-1 at 2025-01-02T03:04:05.678Z;
        cluster default (process), redis 7.0.15, down-after 5s,
        quorum 2

      PHASE            AT     STEP     BOUND  0 ────────── 17.66 s
      sdown        5.05 s   5.05 s  ≤ 5.20 s  █████▋
      odown        5.16 s   108 ms  ≤ 300 ms       ▊
      elected      5.22 s    63 ms  ≤ 1.10 s       ▉
      writable     5.40 s   183 ms  ≤ 400 ms       █
      promoted     6.22 s   817 ms  ≤ 1.10 s        █
      switched     6.29 s    70 ms  ≤ 200 ms         ▏
      agreed       6.34 s    50 ms  ≤ 200 ms         ▏
      reattached   6.30 s    11 ms  ≤ 1.20 s         ▏
      restarted    7.40 s        -         -          ▍
      zombie               10.18 s         -          ▒▒▒▒▒▒▒▒▒▒▒▒
      converted   17.62 s  10.22 s         -          ███████████▉
      linked      17.64 s    20 ms         -                     ▉
      caught up   17.66 s    15 ms         -                     █

      ! redis-1 was a second writable master for 10.18 s after its
        return: what is written to it in that time is lost

      what each step waits for
      sdown       down-after, and up to two ticks
      odown       asking the other sentinels, a tick at a time
      elected     the votes, and a random start of up to 1 s when
                  they split
      writable    three to four ticks of the leader’s state
                  machine
      promoted    waiting for the next INFO, one a second
      switched    the leader’s hello to the others
      agreed      the leader’s hello to the others
      reattached  one after the other (parallel-syncs), a partial
                  resync each

      ✔ switchedMs <= 7000: 6.29 s
      ✔ one-master: ROLE says master at redis-2
      ✔ sentinels-agree: 3 of 3 name 127.0.0.1:6380 at epoch 1
      ? quorum-usable: CKQUORUM OK at 2 of 3

      → sentinelctl status
      → sentinelctl failover-test --signal KILL"
    `);
  });

  it('40 columns', () => {
    expect(failoverText(held, plainView(40))).toMatchInlineSnapshot(`
      "HOLDS  mymaster moved from redis-1 to
        redis-2 127.0.0.1:6380, first switch
        after 6.29 s, budget 7.00 s
      every sentinel follows redis-2, the old
      master is its replica again, and every
      invariant holds
      fault kill SIGKILL redis-1 at
        2025-01-02T03:04:05.678Z; cluster
        default (process), redis 7.0.15,
        down-after 5s, quorum 2

      PHASE            AT  0 ───────── 17.66 s
      sdown        5.05 s  █████▍
      odown        5.16 s       ▌
      elected      5.22 s       ▌
      writable     5.40 s       ▊
      promoted     6.22 s       █▋
      switched     6.29 s        ▊
      agreed       6.34 s        ▊
      reattached   6.30 s        ▊
      restarted    7.40 s         ▉
      zombie                       ▒▒▒▒▒▒▒▒▒▒▒
      converted   17.62 s         ███████████▉
      linked      17.64 s                    ▉
      caught up   17.66 s                    █

      ! redis-1 was a second writable master
        for 10.18 s after its return: what is
        written to it in that time is lost

      what each step waits for
      sdown       down-after, and up to two
                  ticks
      odown       asking the other sentinels,
                  a tick at a time
      elected     the votes, and a random
                  start of up to 1 s when they
                  split
      writable    three to four ticks of the
                  leader’s state machine
      promoted    waiting for the next INFO,
                  one a second
      switched    the leader’s hello to the
                  others
      agreed      the leader’s hello to the
                  others
      reattached  one after the other
                  (parallel-syncs), a partial
                  resync each

      ✔ switchedMs <= 7000: 6.29 s
      ✔ one-master: ROLE says master at
          redis-2
      ✔ sentinels-agree: 3 of 3 name
          127.0.0.1:6380 at epoch 1
      ? quorum-usable: CKQUORUM OK at 2 of 3

      → sentinelctl status
      → sentinelctl failover-test --signal
        KILL"
    `);
  });

  it('one that was cut short shows what was measured until then', () => {
    expect(failoverText(cutShort, plainView(100))).toMatchInlineSnapshot(`
      "VIOLATED  mymaster has no new master after the loss of redis-1 127.0.0.1:6379, no switch was seen,
                budget 7.00 s
      no replica was promoted within 20 s
      fault kill SIGKILL redis-1 at 2025-01-02T03:04:05.678Z; cluster lab (process), redis 7.0.15,
        down-after 5s, quorum 2

      PHASE                                 AT    STEP     BOUND  0 ─────────────────────────────── 5.80 s
      one sentinel calls it down        5.05 s  5.05 s  ≤ 5.20 s  ██████████████████████████████████▊
      a quorum calls it down            5.70 s  650 ms  ! 300 ms                                    █████▎
      a leader is elected               5.80 s  100 ms  ≤ 1.10 s                                         █
      the new master takes writes     not seen       -  ≤ 400 ms
      the leader has proof of it      not seen       -  ≤ 1.10 s
      first sentinel switches         not seen       -  ≤ 200 ms
      every sentinel answers with it  not seen       -  ≤ 200 ms
      the other replicas follow it    not seen       -  ≤ 1.20 s

      what each step waits for
      sdown    down-after, and up to two ticks
      odown    asking the other sentinels, a tick at a time
      elected  the votes, and a random start of up to 1 s when they split

      ✗ switchedMs <= 7000: nothing to compare
      ✗ one-master: no node says that it is master

      → sentinelctl status --cluster lab
      → sentinelctl logs --tail 50 --cluster lab
      → sentinelctl failover-test --signal KILL"
    `);
  });

  it('says how to start the old master when it was left down', () => {
    expect(failoverText(notRejoined, plainView(100)).split('\n').slice(-2)).toMatchInlineSnapshot(`
      [
        "→ sentinelctl start redis-1",
        "→ sentinelctl status",
      ]
    `);
  });

  it('in colour', () => {
    expect(failoverText(held, { color: true, columns: 100 }).split('\n').slice(0, 7)).toMatchInlineSnapshot(`
      [
        "[32mHOLDS[39m  mymaster moved from redis-1 to redis-2 127.0.0.1:6380, first switch after 6.29 s, budget",
        "       7.00 s",
        "every sentinel follows redis-2, the old master is its replica again, and every invariant holds",
        "[2mfault kill SIGKILL redis-1 at 2025-01-02T03:04:05.678Z; cluster default (process), redis 7.0.15,[22m",
        "[2m  down-after 5s, quorum 2[22m",
        "",
        "[2mPHASE[22m                                  [2mAT[22m     [2mSTEP[22m     [2mBOUND[22m  [2m0 ──────────────────────────── 17.66 s[22m",
      ]
    `);
  });

  it('fits every width', () => {
    for (const result of [held, cutShort, notRejoined]) expectToFit((v) => failoverText(result, v));
  });
});
