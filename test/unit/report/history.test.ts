import { describe, expect, it } from 'vitest';
import { trendsOf } from '../../../src/cluster/store/run-record.js';
import { runRecordOf } from '../../../src/failover/record-run.js';
import { cell } from '../../../src/report/rows.js';
import { type HistoryResult, historyText } from '../../../src/report/text/history.js';
import { HISTORY_ROWS } from '../../../src/report/tsv.js';
import { bareResult, cutShortResult, heldResult, violatedResult } from '../../helpers/results.js';
import { expectToFit, plainView } from './lines.js';

const day = (n: number): string => `2025-01-0${n}T03:04:00.000Z`;
const records = [heldResult(10), violatedResult(), bareResult(), cutShortResult()].map((result, i) => ({
  ...runRecordOf(result),
  fault: i === 2 ? 'freeze' : 'kill',
  startedAt: day(i + 1),
}));
const trends = trendsOf(records);
const history: HistoryResult = {
  cluster: 'default',
  masterName: null,
  total: 7,
  runs: records.map((r, i) => ({ ...r, trend: trends[i] ?? null })).reverse(),
  unreadable: { lines: [3, 8], truncated: true },
  pruned: 2,
};

describe('the history', () => {
  it('120 columns: the newest first, with what is missing said', () => {
    expect(historyText(history, plainView(120))).toMatchInlineSnapshot(`
      "STARTED               VERDICT              FAULT   DOWN-AFTER    PASSED  SWITCHED  SLOWEST  CLIENTS OUT  LOST  TREND
      2025-01-04T03:04:00Z  ? UNKNOWN cut short  kill            2s    1 of 1         -        -            -    40  -
      2025-01-03T03:04:00Z  ✔ PASS               freeze          2s    1 of 1    3.74 s   3.74 s            -     -  -
      2025-01-02T03:04:00Z  ✗ FAIL               kill            2s   9 of 10    3.29 s   3.74 s       3.40 s    48  = 0 ms
      2025-01-01T03:04:00Z  ✔ PASS               kill            2s  10 of 10    3.29 s   3.74 s       3.40 s    48  -
      PASSED: trials in which everything held, of all; SWITCHED: the median; SLOWEST: the slowest switch; CLIENTS OUT: the
        median
      2 older runs removed
      ! 2 lines of the history cannot be read (3 and 8); the last line was cut off during a write
      3 older of 7 not shown: --limit 7"
    `);
  });

  it('60 columns', () => {
    expect(historyText(history, plainView(60))).toMatchInlineSnapshot(`
      "STARTED               VERDICT              FAULT   SWITCHED
      2025-01-04T03:04:00Z  ? UNKNOWN cut short  kill           -
      2025-01-03T03:04:00Z  ✔ PASS               freeze    3.74 s
      2025-01-02T03:04:00Z  ✗ FAIL               kill      3.29 s
      2025-01-01T03:04:00Z  ✔ PASS               kill      3.29 s
      6 columns not shown here: DOWN-AFTER, PASSED, SLOWEST,
        CLIENTS OUT, LOST and TREND; a wider terminal or --output
        tsv shows them
      SWITCHED: the median
      2 older runs removed
      ! 2 lines of the history cannot be read (3 and 8); the last
        line was cut off during a write
      3 older of 7 not shown: --limit 7"
    `);
  });

  it.each([80, 100])('%i columns: what happened to the master can be seen', (columns) => {
    const [titles, , frozen, killed] = historyText(history, plainView(columns)).split('\n');
    expect(titles).toContain('FAULT');
    expect(frozen).toContain(' freeze ');
    expect(killed).toContain(' kill ');
  });

  it('without a run it says how to make one', () => {
    const none = {
      ...history,
      cluster: 'lab',
      total: 0,
      runs: [],
      pruned: 0,
      unreadable: { lines: [], truncated: false },
    };
    expect(historyText(none, plainView(80))).toBe(
      'no run of cluster "lab" is recorded: each failover-test records one\n→ sentinelctl failover-test --help --cluster lab',
    );
  });

  it('names the master where there are several, and compares no run of one with another’s', () => {
    const [first, second] = [heldResult(10), heldResult(10)].map(runRecordOf);
    if (first === undefined || second === undefined) throw new Error('no run');
    const { masterName: _, ...older } = {
      ...first,
      command: 'sentinelctl failover-test --master-name carts',
    };
    const runs = [older, { ...second, masterName: 'orders' }];
    expect(trendsOf(runs)).toEqual([null, null]);
    expect(trendsOf([older, { ...second, masterName: 'carts' }])[1]).not.toBeNull();
    const shown = ['carts', 'orders'].map((name) => ({ ...second, masterName: name, trend: null }));
    const text = historyText({ ...history, runs: shown }, plainView(120));
    expect(text.split('\n').slice(0, 3).join('\n')).toMatch(/VERDICT +MASTER .*\n.* carts .*\n.* orders /);
  });

  it('fits every width', () => expectToFit((view) => historyText(history, view)));

  it('has a value for every column in some row', () => {
    for (const column of HISTORY_ROWS.columns) {
      expect(
        HISTORY_ROWS.of(history).some((run) => cell(run, column) !== ''),
        column,
      ).toBe(true);
    }
  });
});
