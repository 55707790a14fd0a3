import { describe, expect, it } from 'vitest';
import type { FailoverResult, Trial } from '../../../src/observe/result.js';
import { failoverHtml } from '../../../src/report/html/page.js';
import { failoverJunitXml } from '../../../src/report/junit.js';
import { failoverMarkdown } from '../../../src/report/markdown/failover.js';
import { failoverText } from '../../../src/report/text/failover.js';
import { headline } from '../../../src/report/words/headline.js';
import { cutShortResult, heldResult, restoredResult } from '../../helpers/results.js';
import { NO_PHASES } from '../../helpers/trials.js';
import { plainView } from './lines.js';

describe('the result of one failover', () => {
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

  it('one that was interrupted has one first line on the screen and in every report', () => {
    const result = restoredResult();
    const trials = result.trials.map((trial): Trial => {
      const same = { id: 'redis-1', host: '127.0.0.1', port: 6379 };
      return { ...trial, newMaster: null, restored: { undone: [], keysRemoved: 0, master: same } };
    });
    const same = { ...result, trials };
    const words =
      'mymaster: interrupted after the loss of redis-1; redis-1 127.0.0.1:6379 is still the master: no failover happened';
    expect(failoverText(same, plainView(200)).split('\n')[0]).toBe(`UNKNOWN  ${words}`);
    expect(/<h1>.*<\/h1>/.exec(failoverHtml(same))?.[0]).toContain(`</span> ${words}</h1>`);
    expect(failoverMarkdown(same).split('\n')[0]).toContain(`UNKNOWN: ${words}`);
    expect(failoverJunitXml(same)).toContain(`value="${words}"`);
  });

  it('does not claim that no failover came where it stopped looking', () => {
    const result = cutShortResult();
    const trials = result.trials.map((trial) => ({ ...trial, cutShort: true as const }));
    expect(headline({ ...result, trials })).toBe(
      'mymaster: interrupted after the loss of redis-1; its master is not known',
    );
    expect(failoverHtml({ ...result, trials })).toContain(
      '<p class="note">The old master was not seen to return before the interruption.</p>',
    );
  });
});
