import { describe, expect, it } from 'vitest';
import type { LiveRun } from '../../../src/model/live-run.js';
import { widthOf } from '../../../src/report/plain-text.js';
import { type LiveState, liveFrame } from '../../../src/report/text/live-run.js';

const run = (change: Partial<LiveRun> = {}): LiveRun => ({
  title: 'trial 2 of 5',
  beganMs: 10_000,
  leftMs: 80_000,
  fault: { words: 'SIGKILL to redis-1', atMs: 12_000, frozen: null },
  thawedMs: null,
  limits: { downAfterMs: 5000, budgetMs: 7000, outageBudgetMs: null },
  phase: null,
  switchedMs: null,
  doing: null,
  writes: { perS: 1985, dueS: 2000, errors: 12, heardMs: 12_000 },
  ...change,
});

const WAITING = { label: 'waiting: one sentinel marks it down', missing: [], closes: 'first +sdown master' };

const frame = (state: Partial<LiveState>, { columns = 80, rows = 23, color = false } = {}): string[] =>
  liveFrame({ run: run(), nowMs: 15_400, step: WAITING, ...state }, { columns, rows, color });

describe('the live block of a run', () => {
  it('before down-after: elapsed, the bar against down-after and the budget, what is awaited, the clients', () => {
    expect(frame({})).toMatchInlineSnapshot(`
      [
        "trial 2 of 5  SIGKILL to redis-1 3.4 s ago  about 75 s left",
        "switch ━━━━━━━━━━━━━━━━━────────┊────────│ 3.4 s (┊ down-after 5s, │ budget 7s)",
        "… waiting: one sentinel marks it down (first +sdown master)",
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
        step: { label: 'waiting: every sentinel names it', missing },
      }),
    ).toMatchInlineSnapshot(`
      [
        "trial 2 of 5  SIGKILL to redis-1 6.4 s ago  about 72 s left",
        "switch ━━━━━━━━━━━━━━━━━━━━━━━━┊━━━━━───│ 6.27 s (┊ down-after 5s, │ budget 7s)",
        "✔ first sentinel switches  6.27 s",
        "… waiting: every sentinel names it",
        "  sentinel-2 still names redis-1",
        "  redis-2 follows redis-3, its link is connecting",
        "  sentinel-3 does not answer",
        "  and 1 more",
        "writes 1,985/s, 12 errors; no answer for 6.4 s",
      ]
    `);
  });

  it('Sentinel’s own word stands dim behind the plain one, where there is room for it', () => {
    expect(frame({}, { color: true })[2]).toBe(
      '\x1b[36m… waiting: one sentinel marks it down\x1b[39m \x1b[2m(first +sdown master)\x1b[22m',
    );
    expect(frame({}, { columns: 59 })[2]).toBe('… waiting: one sentinel marks it down');
    expect(frame({}, { columns: 60 })[2]).toBe('… waiting: one sentinel marks it down (first +sdown master)');
  });

  it('a reason that is too long for a line goes on in the next one', () => {
    const missing = [
      `sentinel-3 knows redis-1 by the run id ${'a'.repeat(40)}, which is really ${'b'.repeat(40)}`,
      'redis-2 does not answer',
    ];
    expect(
      frame({ step: { label: 'waiting until the whole cluster agrees', missing } }).slice(2, -1),
    ).toEqual([
      '… waiting until the whole cluster agrees',
      '  sentinel-3 knows redis-1 by the run id',
      `    ${'a'.repeat(40)}, which is really`,
      `    ${'b'.repeat(40)}`,
      '  redis-2 does not answer',
    ]);
  });

  it('a frozen master: when it thaws, and then since when it runs again', () => {
    const frozen = run({
      fault: {
        words: 'frozen for 15 s: redis-1',
        atMs: 12_000,
        frozen: { node: 'redis-1', untilMs: 27_000 },
      },
    });
    const head = (change: Partial<LiveRun>, nowMs: number): string | undefined =>
      frame({ run: { ...frozen, leftMs: null, ...change }, nowMs })[0];
    expect(head({}, 15_400)).toBe('trial 2 of 5  redis-1 frozen 3.4 s ago, thaws in 11.6 s');
    expect(head({}, 27_050)).toBe('trial 2 of 5  redis-1 frozen 15.1 s ago, thaws now');
    expect(head({ thawedMs: 27_100 }, 28_300)).toBe('trial 2 of 5  redis-1 thawed 1.2 s ago');
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
