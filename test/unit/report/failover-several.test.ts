import { describe, expect, it } from 'vitest';
import { runAgain } from '../../../commands/shared/failover-options.js';
import { metricsHtml } from '../../../src/report/html/metrics-table.js';
import { failoverMarkdown } from '../../../src/report/markdown/failover.js';
import { failoverText } from '../../../src/report/text/failover.js';
import { notRejoinedResult, thawedResult } from '../../helpers/rejoin-results.js';
import { cutShortResult, heldResult, hostileResult, violatedResult } from '../../helpers/results.js';
import { expectToFit, plainView } from './lines.js';

/** What an operator's terminal shows at once. */
const SCREEN_LINES = 44;

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
    notRejoined: notRejoinedResult(),
    thawed: thawedResult(),
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
