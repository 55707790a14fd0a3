import { describe, expect, it } from 'vitest';
import type { LiveRun } from '../../../src/model/live-run.js';
import { widthOf } from '../../../src/report/plain-text.js';
import { type LiveState, liveFrame } from '../../../src/report/text/live-run.js';

const run = (change: Partial<LiveRun> = {}): LiveRun => ({
  title: 'trial 2 of 5',
  beganMs: 10_000,
  leftMs: 80_000,
  fault: { words: 'SIGKILL to redis-1', atMs: 12_000 },
  limits: { downAfterMs: 5000, budgetMs: 7000, outageBudgetMs: null },
  phase: null,
  switchedMs: null,
  doing: null,
  writes: { perS: 1985, dueS: 2000, errors: 12, heardMs: 12_000 },
  ...change,
});

const frame = (state: Partial<LiveState>, { columns = 80, rows = 23, color = false } = {}): string[] =>
  liveFrame(
    { run: run(), nowMs: 15_400, step: { label: 'waiting: first +sdown master', missing: [] }, ...state },
    { columns, rows, color },
  );

describe('the live block of a run', () => {
  it('before down-after: elapsed, the bar against down-after and the budget, what is awaited, the clients', () => {
    expect(frame({})).toMatchInlineSnapshot(`
      [
        "trial 2 of 5  SIGKILL to redis-1 3.4 s ago  about 75 s left",
        "switch ━━━━━━━━━━━━━━━━━────────┊────────│ 3.4 s (┊ down-after 5s, │ budget 7s)",
        "… waiting: first +sdown master",
        "writes 1,985/s, 12 errors; no answer for 3.4 s",
      ]
    `);
  });

  it('after an outage: clients that send what was due meanwhile are catching up', () => {
    const writes = { perS: 3527, dueS: 1000, errors: 12, heardMs: 15_300 };
    expect(frame({ run: run({ writes }) }).at(-1)).toBe(
      'writes 3,527/s (catching up, 1,000/s are due), 12 errors',
    );
    const unpaced = { ...writes, dueS: 0 };
    expect(frame({ run: run({ writes: unpaced }) }).at(-1)).toBe('writes 3,527/s, 12 errors');
  });

  it('after the switch the bar stands still, and what does not agree yet is named with its reason', () => {
    const missing = [
      'sentinel-2 still names redis-1',
      'redis-2 follows redis-3, its link is connecting',
      'sentinel-3 does not answer',
      'redis-4 does not answer',
    ];
    expect(
      frame({
        run: run({ switchedMs: 6270, phase: { label: 'first sentinel switches', ms: 6270 } }),
        nowMs: 18_400,
        step: { label: 'waiting: the last sentinel gives the new address', missing },
      }),
    ).toMatchInlineSnapshot(`
      [
        "trial 2 of 5  SIGKILL to redis-1 6.4 s ago  about 72 s left",
        "switch ━━━━━━━━━━━━━━━━━━━━━━━━┊━━━━━───│ 6.27 s (┊ down-after 5s, │ budget 7s)",
        "✔ first sentinel switches  6.27 s",
        "… waiting: the last sentinel gives the new address",
        "  sentinel-2 still names redis-1",
        "  redis-2 follows redis-3, its link is connecting",
        "  sentinel-3 does not answer",
        "  and 1 more",
        "writes 1,985/s, 12 errors; no answer for 6.4 s",
      ]
    `);
  });

  it('before the fault there is no bar, and nothing is claimed of the clients', () => {
    const before = run({
      fault: null,
      limits: null,
      writes: null,
      leftMs: null,
      doing: 'choosing a replica',
    });
    expect(frame({ run: before, step: null })).toEqual(['trial 2 of 5  5.4 s', '… choosing a replica']);
  });

  it('beyond the budget the bar says so by its colour and by its scale', () => {
    const late = frame({ nowMs: 26_000 }, { color: true });
    expect(late.find((line) => line.includes('switch'))).toContain('\x1b[31m');
    expect(late.find((line) => line.includes('switch'))).toMatch(/━│━+ 14\.0 s/);
  });

  it('clients that are out for longer than their budget are red', () => {
    const limits = { downAfterMs: 5000, budgetMs: 7000, outageBudgetMs: 3000 };
    const lines = frame({ run: run({ limits }) }, { color: true });
    expect(lines.at(-1)).toContain('\x1b[31mwrites 1,985/s, 12 errors; no answer for 3.4 s');
  });

  it.each([20, 40, 60, 80, 200])('in %i columns no line is as wide as the terminal', (columns) => {
    const lines = frame(
      {
        run: run({ phase: { label: 'the other replicas follow it', ms: 6310 } }),
        step: { label: 'waiting until the whole cluster agrees', missing: ['x'.repeat(300)] },
      },
      { columns },
    );
    expect(lines.length).toBeGreaterThan(4);
    expect(lines.filter((line) => widthOf(line) >= columns)).toEqual([]);
  });

  it('the time of a long title is never cut', () => {
    const title = 'a majority down, then the master: no failover until they are started again';
    const quorum = run({ title, fault: null, limits: null, writes: null, leftMs: null });
    expect(frame({ run: quorum, step: null })).toEqual([
      'a majority down, then the master: no failover until they are started ag…  5.4 s',
    ]);
    expect(frame({}, { columns: 40 })[0]).toBe('trial 2 …  SIGKILL to redis-1 3.4 s ago');
  });

  it('a low terminal keeps what was done and what is awaited', () => {
    const step = { label: 'waiting', missing: ['one', 'two', 'three'] };
    expect(frame({ step }, { rows: 2 })).toEqual([
      'trial 2 of 5  SIGKILL to redis-1 3.4 s ago  about 75 s left',
      '… waiting',
    ]);
    expect(frame({ step }, { rows: 5 })).toHaveLength(5);
  });

  it('what a server sent moves no cursor', () => {
    const step = { label: 'waiting', missing: ['evil\x1b[2Jname\nnext'] };
    const drawn = frame({ step }).join('');
    expect(drawn).not.toContain('\x1b');
    expect(drawn).not.toContain('\n');
  });
});
