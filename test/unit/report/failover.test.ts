import { describe, expect, it } from 'vitest';
import type { FailoverResult } from '../../../src/observe/result.js';
import { failoverHtml } from '../../../src/report/html/page.js';
import { failoverMarkdown } from '../../../src/report/markdown/failover.js';
import { failoverText } from '../../../src/report/text/failover.js';
import { headline } from '../../../src/report/words/headline.js';
import { phaseRows } from '../../../src/report/words/time-rows.js';
import { notRejoinedResult, thawedResult } from '../../helpers/rejoin-results.js';
import { bareResult, heldResult } from '../../helpers/results.js';
import { trial } from '../../helpers/trials.js';
import { plainView } from './lines.js';

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

const thawed = thawedResult();

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

  it('says how to start the old master when it was left down', () => {
    expect(failoverText(notRejoinedResult(), plainView(100)).split('\n').slice(-2)).toEqual([
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
