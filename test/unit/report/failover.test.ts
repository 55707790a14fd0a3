import { describe, expect, it } from 'vitest';
import { runAgain } from '../../../commands/shared/failover-options.js';
import type { FailoverResult, Trial } from '../../../src/observe/result.js';
import { metricsHtml } from '../../../src/report/html/metrics-table.js';
import { failoverHtml } from '../../../src/report/html/page.js';
import { failoverMarkdown } from '../../../src/report/markdown/failover.js';
import { failoverText } from '../../../src/report/text/failover.js';
import { headline } from '../../../src/report/words/headline.js';
import { phaseRows } from '../../../src/report/words/time-rows.js';
import {
  bareResult,
  cutShortResult,
  heldResult,
  hostileResult,
  restoredResult,
  violatedResult,
} from '../../helpers/results.js';
import { NO_PHASES, trial } from '../../helpers/trials.js';
import { expectToFit, plainView } from './lines.js';

it('80 columns have room for phases in words', () => {
  const text = failoverText(heldResult(), plainView(80), 'sentinelctl failover-test');
  expect(text).toMatch(/^every sentinel names it +\d/m);
  expect(text).not.toMatch(/^(agreed|reattached|converted) /m);
});

it('no report has the names that JSON has for a second master', () => {
  const result = heldResult(3);
  const page = failoverHtml(result);
  const seen = page.slice(page.indexOf('<main>'), page.indexOf('<script')).replace(/<[^>]+>/g, ' ');
  expect(seen).toContain('a second writable master');
  const words = [40, 80, 120].map((columns) => failoverText(result, plainView(columns)));
  for (const text of [...words, failoverMarkdown(result), seen]) expect(text).not.toMatch(/zombie/i);
});

/** What an operator's terminal shows at once. */
const SCREEN_LINES = 44;

const notRejoined = (() => {
  const result = bareResult();
  return { ...result, trials: result.trials.map((trial) => ({ ...trial, rejoin: null })) };
})();

/** One trial that was frozen instead of killed, and came back by itself. */
const thawed: FailoverResult = (() => {
  const result = heldResult();
  return {
    ...result,
    fault: 'freeze',
    trials: result.trials.map((t) => ({ ...t, rejoin: t.rejoin && { ...t.rejoin, mode: 'thawed' } })),
  };
})();

function losing(lost: number): FailoverResult {
  const result = heldResult();
  return {
    ...result,
    trials: result.trials.map((t) => (t.ledger === undefined ? t : { ...t, ledger: { ...t.ledger, lost } })),
  };
}

describe('the result of one failover', () => {
  it('100 columns: phases and rejoin on one time axis, the zombie window drawn, losses with their cause', () => {
    expect(failoverText(heldResult(), plainView(100))).toMatchInlineSnapshot(`
      "PASS  40 of 61,168 acknowledged writes lost (38 of them: clients wrote to the old master for 10.99 s
            after its return); clients had no answer for 3.82 s; redis-1 → redis-3
      ! the old master came back as a second master, which stayed writable for up to 10.99 s, and cost 38
        writes: next time use sentinelctl start (a replica first), or set min-replicas-to-write 1
      ! PASS: each loss is explained, and no limit was set: --threshold 'ledger.lost==0'
      OUTAGE  LOST          SWITCH           SECOND MASTER  REJOIN
      3.82 s  40 of 61,168  3.74 s ≤ 4.00 s  10.99 s        14.81 s
      why  2.57 s until a sentinel marked it as down (down-after 2s), 1.17 s until the first sentinel
           switched, 73 ms until the last client wrote again
      fault kill SIGKILL at 2025-01-02T03:05:05.678Z; cluster default (process), redis 7.0.15, down-after
        2s, quorum 2; 8 clients (tuned) at 2000 operations per second; seed 42

      PHASE                                  AT     STEP     BOUND  0 ──────────────────────────── 14.81 s
      one sentinel marks it down         2.57 s   2.57 s  ! 2.20 s  ██████▌
      a quorum marks it down             2.65 s    88 ms  ≤ 300 ms        ▊
      the first sentinel votes           2.67 s    15 ms  ≤ 200 ms        ▊
      a leader is elected                2.76 s    85 ms  ≤ 1.10 s        █
      a replica is chosen                2.83 s    77 ms  ≤ 200 ms         ▎
      the new master accepts writes      2.93 s    98 ms  ≤ 400 ms         ▌
      the leader confirms it             3.71 s   775 ms  ! 500 ms         ██▌
      first sentinel switches            3.74 s    33 ms  ≤ 200 ms           ▌
      every sentinel names it            3.74 s     3 ms  ≤ 200 ms           ▌
      the other replicas follow it       3.74 s     3 ms  ≤ 1.20 s           ▌
      the old master is restarted        3.82 s        -         -           ▊
      a second writable master                   10.99 s         -           ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
      the old master becomes a replica  14.81 s  10.99 s         -           ████████████████████████████▉
      the old master’s link is up       14.81 s     0 ms         -                                       ▉
      the old master has caught up      14.81 s     4 ms         -                                       █

      clients   tuned: write again 3.76 s (first) to 3.81 s (last) after the fault; longest time between
                two answers of a client 3.82 s; errors: 61 connection refused, 8 closed and 3 timeout
      ledger    61,168 writes acknowledged, 40 lost (38 second master: acknowledged by the old master
                after its return, before it became a replica; 2 unreplicated: acknowledged before the
                fault, but not replicated), 11 unanswered, 4 of them arrived
      sdown     2.57 s, predicted at most 2.20 s: 2.57 s of waiting for down-after, and up to two ticks
      promoted  775 ms, predicted at most 500 ms: 0.77 s of waiting for the next INFO, one a second

      ✔ client.outageMs:p(95)<8s: 3.82 s
      ✔ one-master, sentinels-agree, replicas-attached, old-master-rejoined, quorum-usable, one-failover

      ! 2 acknowledged writes died with the master: WAIT 1 after important writes, or
        min-replicas-to-write 1, makes that rarer
      → sentinelctl status
      → sentinelctl history  # beside the runs before it"
    `);
  });

  it('60 columns', () => {
    expect(failoverText(bareResult(), plainView(60))).toMatchInlineSnapshot(`
      "PASS  the first sentinel switched after 3.74 s (budget
            4.00 s); redis-1 → redis-3
      switch         3.74 s, budget 4.00 s
      second master  10.99 s
      rejoin         14.81 s
      why  2.57 s until a sentinel marked it as down (down-after
           2s), 1.17 s until the first sentinel switched
      fault kill SIGKILL at 2025-01-02T03:05:05.678Z; cluster
        default (process), redis 7.0.15, down-after 2s, quorum 2;
        seed 42

      PHASE            AT     STEP     BOUND  0 ────────── 14.81 s
      sdown        2.57 s   2.57 s  ! 2.20 s  ███▍
      odown        2.65 s    88 ms  ≤ 300 ms     ▌
      votes        2.67 s    15 ms  ≤ 200 ms     ▌
      elected      2.76 s    85 ms  ≤ 1.10 s     ▋
      selected     2.83 s    77 ms  ≤ 200 ms     ▊
      writable     2.93 s    98 ms  ≤ 400 ms     ▉
      promoted     3.71 s   775 ms  ! 500 ms     ██
      switched     3.74 s    33 ms  ≤ 200 ms       ▏
      agreed       3.74 s     3 ms  ≤ 200 ms       ▏
      reattached   3.74 s     3 ms  ≤ 1.20 s       ▏
      restarted    3.82 s        -         -       ▏
      2nd master           10.99 s         -       ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
      converted   14.81 s  10.99 s         -       ██████████████▉
      linked      14.81 s     0 ms         -                     ▉
      caught up   14.81 s     4 ms         -                     █

      sdown     2.57 s, predicted at most 2.20 s: 2.57 s of
                waiting for down-after, and up to two ticks
      promoted  775 ms, predicted at most 500 ms: 0.77 s of
                waiting for the next INFO, one a second

      ✔ one-master, sentinels-agree, replicas-attached,
          old-master-rejoined, quorum-usable, one-failover

      ! the old master came back as a second master, which stayed
        writable for up to 10.99 s: next time start it with
        sentinelctl start, which makes it a replica first
      → sentinelctl status
      → sentinelctl history  # beside the runs before it"
    `);
  });

  it('40 columns', () => {
    expect(failoverText(bareResult(), plainView(40))).toMatchInlineSnapshot(`
      "PASS  the first sentinel switched after
        3.74 s (budget 4.00 s); redis-1 →
        redis-3
      switch         3.74 s, budget 4.00 s
      second master  10.99 s
      rejoin         14.81 s
      why  2.57 s until a sentinel marked it
           as down (down-after 2s), 1.17 s
           until the first sentinel switched
      fault kill SIGKILL at
        2025-01-02T03:05:05.678Z; cluster
        default (process), redis 7.0.15,
        down-after 2s, quorum 2; seed 42

      PHASE            AT  0 ───────── 14.81 s
      sdown        2.57 s  ███▎
      odown        2.65 s     ▍
      votes        2.67 s     ▍
      elected      2.76 s     ▌
      selected     2.83 s     ▋
      writable     2.93 s     ▊
      promoted     3.71 s     █▊
      switched     3.74 s      ▊
      agreed       3.74 s      ▊
      reattached   3.74 s      ▊
      restarted    3.82 s      ▉
      2nd master               ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
      converted   14.81 s      ██████████████▉
      linked      14.81 s                    ▉
      caught up   14.81 s                    █

      sdown     2.57 s, predicted at most
                2.20 s: 2.57 s of waiting for
                down-after, and up to two
                ticks
      promoted  775 ms, predicted at most
                500 ms: 0.77 s of waiting for
                the next INFO, one a second

      ✔ one-master, sentinels-agree,
          replicas-attached,
          old-master-rejoined, quorum-usable,
          one-failover

      ! the old master came back as a second
        master, which stayed writable for up
        to 10.99 s: next time start it with
        sentinelctl start, which makes it a
        replica first
      → sentinelctl status
        # beside the runs before it:
      → sentinelctl history"
    `);
  });

  it('one that was interrupted says what was seen, what was rolled back and which node is the master', () => {
    const result = cutShortResult();
    const [trial] = result.trials;
    if (trial === undefined) throw new Error('no trial');
    const master = { id: 'redis-2', host: '127.0.0.1', port: 6380 };
    const undone = ['redis-1 runs again as a replica of redis-2'];
    const interrupted = {
      ...trial,
      cutShort: true as const,
      invariants: [],
      restored: { undone, master, keysRemoved: 8 },
    };
    const text = (more: Partial<Trial>): string =>
      failoverText(
        { ...result, thresholds: [], invariants: [], trials: [{ ...interrupted, ...more }] },
        plainView(100),
        'sentinelctl failover-test',
      );
    expect(text({})).toMatchInlineSnapshot(`
      "UNKNOWN  mymaster: interrupted after the loss of redis-1; redis-2 127.0.0.1:6380 is the master now
      seen: one sentinel marks it down (2.57 s), a quorum marks it down (2.65 s)
      clients had no answer for 3.82 s
      rolled back: redis-1 runs again as a replica of redis-2; 8 keys of the run removed; all nodes agree
        again
      fault kill SIGKILL at 2025-01-02T03:05:05.678Z; cluster lab (process), redis 7.0.15, down-after 2s,
        quorum 2; 8 clients (tuned) at 2000 operations per second; seed 42

      → sentinelctl status --cluster lab
      → sentinelctl logs --tail 50 --cluster lab"
    `);
    // Of several trials, below what the others measured.
    const several = failoverText(
      { ...result, thresholds: [], invariants: [], trials: [trial, interrupted] },
      plainView(100),
    ).replace(/\s+/g, ' ');
    expect(several).toContain(
      'trial 2 was interrupted after the loss of redis-1; redis-2 127.0.0.1:6380 is the master now seen: one sentinel',
    );
    expect(several).toContain('rolled back: redis-1 runs again as a replica of redis-2');
    // Seen in another order than that of the table, and ended by the same master.
    const early = { ...NO_PHASES, writableMs: 2900, promotedMs: 3400, reattachedMs: 3100 };
    const same = { undone: [], master: interrupted.oldMaster, keysRemoved: 0 };
    const unchanged = text({ phases: early, restored: same }).replace(/\s+/g, ' ');
    expect(unchanged).toContain('redis-1 127.0.0.1:6379 is still the master: no failover happened');
    expect(unchanged).toMatch(
      /accepts writes \(2\.90 s\), .* follow it \(3\.10 s\), .* confirms it \(3\.40 s\) /,
    );
    // Asked at intervals, it can be seen after what it caused: an order that cannot be is not printed.
    const late = text({ phases: { ...early, writableMs: 3450 }, restored: same });
    expect(late).not.toContain('accepts writes');
    expect(text({ phases: NO_PHASES, restored: { undone: [], master: null, keysRemoved: 0 } })).toMatch(
      /its master is not known\nseen: no sentinel had marked it down\nclients had no answer for 3\.82 s\nnothing had to be rolled back\n/,
    );
  });

  it('one that was interrupted names what is broken, two masters, and the trials that did not end', () => {
    const result = restoredResult();
    const text = (change: Partial<FailoverResult>): string =>
      failoverText({ ...result, ...change }, plainView(200));
    const broken = { expression: `switchedMs<=${result.budgetMs}`, value: 9000, holds: 'violated' as const };
    const switched = result.trials.map((t) => ({ ...t, phases: { ...t.phases, switchedMs: 9000 } }));
    expect(text({ outcome: 'violated', trials: switched, thresholds: [broken] })).toMatch(
      /^FAIL {2}mymaster: the first sentinel switched after 9\.00 s \(budget 4\.00 s\); interrupted after the loss of redis-1; redis-2 /,
    );
    const outage = { expression: 'client.outageMs<=3000', value: 3820, holds: 'violated' as const };
    expect(text({ outcome: 'violated', outageBudgetMs: 3000, thresholds: [outage] })).toMatch(
      /^FAIL {2}mymaster: clients had no answer for 3\.82 s \(budget 3\.00 s\); interrupted/,
    );
    const two = result.trials.map((t) => ({ ...t, secondMasterMs: 1610 }));
    const second =
      'two masters for 1.61 s: redis-1 came back as it had crashed, and is a replica of redis-2 now';
    expect(text({ trials: two })).toContain(`\n! ${second}\nrolled back: `);
    expect(failoverMarkdown({ ...result, trials: two })).toContain(second);
    expect(failoverHtml({ ...result, trials: two })).toContain(second);
    expect(text({ trials: two, fault: 'freeze' })).toContain(
      'two masters for 1.61 s: redis-1 thawed, and is',
    );

    const [held] = heldResult().trials;
    if (held === undefined) throw new Error('no trial');
    const passed = { ...held, outcome: 'holds' as const };
    const cut = result.trials.map((t) => ({ ...t, outcome: 'unknown' as const }));
    expect(headline({ ...result, trials: [passed, ...cut], trialsAsked: 3 })).toMatch(
      /; 1 of 3 trials passed, 1 interrupted, 1 not begun$/,
    );
    expect(text({ trials: cut, trialsAsked: 2 })).toMatch(
      /is the master now; 0 of 2 trials passed, 1 interrupted, 1 not begun$/m,
    );
    // Killed: how far the next one had come is not known.
    expect(headline({ ...result, trials: [passed], trialsAsked: 2 })).toMatch(
      /1 of 2 trials passed, 1 not finished$/,
    );
    const account = ['rolled back: replica-priority of redis-1', 'redis-3 127.0.0.1:6381 is the master now'];
    const between = { trials: [passed], trialsAsked: 2, account };
    expect(text(between)).toContain('; 1 of 2 trials passed, 1 not begun\n');
    expect(text(between)).toContain(`\ntrial 2 was interrupted, and has no result\n${account.join('\n')}\n`);
    const stopped = { ...between, stoppedBy: 'mymaster is not steady: sentinel-3 does not answer' };
    expect(text(stopped)).toContain(
      `\ntrial 2 could not be played: ${stopped.stoppedBy}\n${account.join('\n')}\n`,
    );
  });

  it('one that was cut short says so, and shows what was measured until then', () => {
    expect(failoverText(cutShortResult(), plainView(100))).toMatchInlineSnapshot(`
      "UNKNOWN  40 of 61,168 acknowledged writes lost (38 of them: clients wrote to the old master after
               its return); clients had no answer for 3.82 s; redis-1 → no new master
      ! the run ended early: what is shown was measured, the rest is missing
      OUTAGE  LOST          SWITCH                 SECOND MASTER  REJOIN
      3.82 s  40 of 61,168  never (budget 4.00 s)  not measured   not measured
      why  interrupted 5.80 s after the fault: no sentinel had switched yet
      fault kill SIGKILL at 2025-01-02T03:05:05.678Z; cluster lab (process), redis 7.0.15, down-after 2s,
        quorum 2; 8 clients (tuned) at 2000 operations per second; seed 42

      PHASE                                AT    STEP     BOUND  0 ──────────────────────────────── 2.65 s
      one sentinel marks it down       2.57 s  2.57 s  ! 2.20 s  ███████████████████████████████████████▋
      a quorum marks it down           2.65 s   88 ms  ≤ 300 ms                                         ██
      the first sentinel votes       not seen       -  ≤ 200 ms
      a leader is elected            not seen       -  ≤ 1.10 s
      a replica is chosen            not seen       -  ≤ 200 ms
      the new master accepts writes  not seen       -  ≤ 400 ms
      the leader confirms it         not seen       -  ≤ 500 ms
      first sentinel switches        not seen       -  ≤ 200 ms
      every sentinel names it        not seen       -  ≤ 200 ms
      the other replicas follow it   not seen       -  ≤ 1.20 s

      clients  tuned: write again 3.76 s (first) to 3.81 s (last) after the fault; longest time between
               two answers of a client 3.82 s; errors: 61 connection refused, 8 closed and 3 timeout
      ledger   61,168 writes acknowledged, 40 lost (38 second master: acknowledged by the old master after
               its return, before it became a replica; 2 unreplicated: acknowledged before the fault, but
               not replicated), 11 unanswered, 4 of them arrived
      sdown    2.57 s, predicted at most 2.20 s: 2.57 s of waiting for down-after, and up to two ticks
      elected  not seen: -failover-abort-no-good-slave: no replica was eligible

      ? switchedMs<=4000: no value was measured
      ✗ ledger.lost==0: 40
      ✗ one-master: no node says that it is master

      ! 2 acknowledged writes died with the master: WAIT 1 after important writes, or
        min-replicas-to-write 1, makes that rarer
      → sentinelctl status --cluster lab
      → sentinelctl logs --tail 50 --cluster lab"
    `);
  });

  it('does not claim that no failover came where it stopped looking', () => {
    const result = cutShortResult();
    const trials = result.trials.map((trial) => ({ ...trial, cutShort: true as const }));
    expect(headline({ ...result, trials })).toMatch(
      /^mymaster had no new master yet after the loss of redis-1 /,
    );
    expect(failoverHtml({ ...result, trials })).toContain(
      '<p class="note">The old master was not seen to return before the interruption.</p>',
    );
  });

  it('says how to start the old master when it was left down', () => {
    expect(failoverText(notRejoined, plainView(100)).split('\n').slice(-2)).toEqual([
      '→ sentinelctl start redis-1',
      '→ sentinelctl status',
    ]);
  });

  it('clients that were never acknowledged again are not shown as if they had come back', () => {
    const result = heldResult();
    const [trial] = result.trials;
    const client = trial?.client;
    if (trial === undefined || client === undefined) throw new Error('no client in the fixture');
    const stranded = client.clients.map((lane, i) => (i === 0 ? { ...lane, recoveredMs: null } : lane));
    const text = failoverText(
      { ...result, trials: [{ ...trial, client: { ...client, lastRecoveredMs: null, clients: stranded } }] },
      plainView(120),
    );
    expect(text).toContain('had no answer until the end, 3.82 s or longer');
    expect(text).toContain('some do not');
    expect(text).toContain('! 1 client in 1 of 1 trial was never acknowledged again');
  });

  it('its first line says what was lost, and in every format', () => {
    const lost =
      '40 of 61,168 acknowledged writes lost (38 of them: clients wrote to the old master for 10.99 s after its return); clients had no answer for 3.82 s; redis-1 → redis-3';
    const [head = '', second = '', third = ''] = failoverText(heldResult(), plainView(220)).split('\n');
    const first = (text: string): string => text.split('\n')[0] ?? '';
    expect(head).toBe(`PASS  ${lost}`);
    expect(second).toMatch(/^! the old master came back .* or set min-replicas-to-write 1$/);
    expect(third).toContain("no limit was set: --threshold 'ledger.lost==0'");
    expect(first(failoverMarkdown(heldResult()))).toContain(lost);
    expect(failoverHtml(heldResult())).toContain(`${lost}</h1>`);
    // Without a loss there is nothing to warn of.
    expect(failoverText(losing(0), plainView(220))).not.toContain('no limit was set');
    const painted = (result: FailoverResult): string =>
      first(failoverText(result, { color: true, columns: 220 }));
    expect(painted(heldResult())).toContain('\u001B[33mPASS');
    expect(painted(losing(0))).toContain('\u001B[32mPASS');
    expect(first(failoverText(bareResult(), plainView(200)))).toContain(
      'switched after 3.74 s (budget 4.00 s); redis-1 → redis-3',
    );
    expect(headline(losing(38))).toMatch(/^38 of 61,168 acknowledged writes lost: clients wrote to the old/);
    expect(headline(losing(1695))).toMatch(/^1,695 of 61,168 acknowledged writes lost \(38 of them: /);
    expect(headline(losing(0))).toMatch(/^clients had no answer for 3\.82.s, 0 of 61,168 writes lost;/);
  });

  it('a master that thaws was not restarted, and what helps is said', () => {
    const text = failoverText(thawed, plainView(220));
    expect(text).toContain('the old master thaws');
    expect(text).not.toContain('the old master is restarted');
    expect(failoverText(thawed, plainView(60))).toMatch(/^thawed {5}/m);
    expect(text).toContain(
      '! a second master that thawed stayed writable for up to 10.99 s, and cost 38 writes: restart it while it is frozen (sentinelctl restart redis-1); min-replicas-to-write 1 refuses most writes',
    );
    expect(text).not.toContain('bring it back');
    expect(failoverHtml(thawed)).toContain('the old master thaws');
  });

  it('what a returned master took counts, also where it was not seen for how long it could', () => {
    const trials = thawed.trials.map((t) => ({ ...t, rejoin: t.rejoin && { ...t.rejoin, zombieMs: 0 } }));
    expect(failoverText({ ...thawed, trials }, plainView(200))).toContain(
      '! a second master that thawed took 38 writes that are lost: restart it while it is frozen',
    );
  });

  it('in colour', () => {
    expect(
      failoverText(bareResult(), { color: true, columns: 100 }).split('\n').slice(0, 8),
    ).toMatchInlineSnapshot(`
      [
        "[32mPASS[39m  the first sentinel switched after 3.74 s (budget 4.00 s); redis-1 → redis-3",
        "[2mSWITCH[22m           [2mSECOND MASTER[22m  [2mREJOIN[22m",
        "[1m3.74 s ≤ 4.00 s[22m  [33m10.99 s[39m        [1m14.81 s[22m",
        "why  2.57 s until a sentinel marked it as down (down-after 2s), 1.17 s until the first sentinel",
        "     switched",
        "[2mfault kill SIGKILL at 2025-01-02T03:05:05.678Z; cluster default (process), redis 7.0.15, down-after[22m",
        "[2m  2s, quorum 2; seed 42[22m",
        "",
      ]
    `);
  });
});

describe('the result of several', () => {
  it('100 columns: a summary instead of a time axis', () => {
    expect(failoverText(heldResult(10), plainView(100))).toMatchInlineSnapshot(`
      "PASS  48 of 611,680 acknowledged writes lost (38 of them: clients wrote to the old master for
            10.99 s after its return); clients had no answer for 3.82 s at worst; 10 of 10 trials passed
      ! the old master came back as a second master, which stayed writable for up to 10.99 s, and cost 38
        writes: next time use sentinelctl start (a replica first), or set min-replicas-to-write 1
      ! PASS: each loss is explained, and no limit was set: --threshold 'ledger.lost==0'
              OUTAGE  LOST           SWITCH           SECOND MASTER  REJOIN
      worst   3.82 s  48 of 611,680  3.74 s ≤ 4.00 s  10.99 s        14.81 s
      median  3.40 s                 3.29 s           10.72 s
      why  every invariant held in 10 of 10 trials
      fault kill SIGKILL at 2025-01-02T03:05:05.678Z; cluster default (process), redis 7.0.15, down-after
        2s, quorum 2; 8 clients (tuned) at 2000 operations per second; seed 42

      trials  ✔✔✔✔✔✔✔✔✔✔

      METRIC                          N      P50      P95      MAX     95 % CI OF P50  0 ───────── 10.99 s
      one sentinel marks it down     10   2.36 s   2.57 s   2.57 s    2.28 s – 2.51 s  ████
      a quorum marks it down         10   2.45 s   2.66 s   2.66 s    2.36 s – 2.59 s  ████░
      the first sentinel votes       10   2.46 s   2.67 s   2.67 s    2.38 s – 2.61 s  ████░
      a leader is elected            10   2.55 s   2.76 s   2.76 s    2.47 s – 2.69 s  ████░
      a replica is chosen            10   2.63 s   2.83 s   2.83 s    2.54 s – 2.77 s  █████
      the new master accepts writes  10   2.72 s   2.93 s   2.93 s    2.64 s – 2.87 s  █████
      the leader confirms it         10   3.25 s   3.71 s   3.71 s    3.12 s – 3.57 s  ██████
      first sentinel switches        10   3.29 s   3.74 s   3.74 s    3.15 s – 3.60 s  ██████
      every sentinel names it        10   3.29 s   3.74 s   3.74 s    3.15 s – 3.60 s  ██████
      the other replicas follow it   10   3.29 s   3.74 s   3.74 s    3.16 s – 3.61 s  ██████
      a second writable master       10  10.72 s  10.99 s  10.99 s  10.53 s – 10.86 s  ███████████████████
      client outage (worst client)   10   3.40 s   3.82 s   3.82 s    3.26 s – 3.69 s  ██████░
      acknowledged writes lost       10        0       40       40              0 – 2

      ledger  611,680 writes acknowledged, 48 lost (38 second master: acknowledged by the old master after
              its return, before it became a replica; 10 unreplicated: acknowledged before the fault, but
              not replicated), 110 unanswered, 40 of them arrived

      ✔ client.outageMs:p(95)<8s: 3.82 s
      ✔ one-master, sentinels-agree, replicas-attached, old-master-rejoined, quorum-usable, one-failover

      ! 10 acknowledged writes died with the master: WAIT 1 after important writes, or
        min-replicas-to-write 1, makes that rarer
      → sentinelctl status
      → sentinelctl history  # beside the runs before it"
    `);
  });

  it('percentiles and intervals only where there are trials enough for them', () => {
    const words = (trials: number): string[] => [
      failoverText(heldResult(trials), plainView(120)),
      failoverMarkdown(heldResult(trials)),
    ];
    for (const text of words(8)) expect(text).toMatch(/\bp95\b.*\b95 % CI of p50/i);
    const few = (trials: number): string[] => [...words(trials), metricsHtml(heldResult(trials))];
    for (const text of [...few(7), ...few(3)]) {
      expect(text).toMatch(/\bmetric\b.*\bleast\b.*\bmedian\b.*\bmost\b/i);
      expect(text).not.toMatch(/\bp95\b|95 % CI/i);
    }
    // Of two the lower median would be the lesser one.
    for (const text of few(2)) {
      expect(text).toMatch(/\bmetric\b.*\bleast\b.*\bmost\b/i);
      expect(text).not.toMatch(/\bmedian\b/i);
    }
  });

  it('names the trials that do not hold, and what does not', () => {
    const text = failoverText(violatedResult(), plainView(100));
    expect(text).toContain('trials  ✔✔✗✔✔✔✔✔✔✔');
    expect(text).toContain('✗ trial 3, redis-2 → redis-1: one-failover');
    expect(text).toContain('✗ ledger.lost==0: 40');
    expect(text).toContain('✗ one-failover: +switch-master to 127.0.0.1:6380, then');
  });

  it('nothing measured is said, not drawn', () => {
    const text = failoverText({ ...heldResult(), trials: [], summary: {} }, plainView(80));
    expect(text.split('\n')[0]).toBe('PASS  mymaster: nothing was measured');
  });
});

describe('every result', () => {
  const results = {
    held: heldResult(),
    ten: heldResult(10),
    violated: violatedResult(),
    cutShort: cutShortResult(),
    notRejoined,
    thawed,
    hostile: hostileResult(),
  };

  it.each(Object.entries(results))('%s fits every width', (_name, result) => {
    expectToFit((view) => failoverText(result, view));
  });

  it.each(Object.entries(results).filter(([name]) => name !== 'hostile'))(
    '%s stays one screen at 100 columns',
    (_name, result) => {
      const again = runAgain(result.command);
      expect(failoverText(result, plainView(100), again).split('\n').length).toBeLessThanOrEqual(
        SCREEN_LINES,
      );
    },
  );
});

it('where the sentinels differ, the time to the first +sdown stands beside the down-after that it waits for', () => {
  const held = heldResult();
  const config = { ...held.config, downAfterMs: 8000, earliestDownAfterMs: 2000 };
  const text = failoverText({ ...held, config }, plainView(200));
  expect(text).toContain(
    'until a sentinel marked it as down (down-after 8s at a quorum, 2s at the first sentinel)',
  );
  const rows = phaseRows(trial(), config);
  expect(rows.slice(0, 2).map(({ boundMs }) => boundMs)).toEqual([2200, 6300]);
});
