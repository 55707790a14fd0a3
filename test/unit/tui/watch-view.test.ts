import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../src/cli/failure.js';
import { refused } from '../../../src/errors.js';
import type { StatusResult } from '../../../src/model/status.js';
import { clockTime, type Watched, watchLines } from '../../../src/tui/watch-view.js';

const AT = Date.UTC(2026, 0, 2, 3, 4, 5);
const STATUS: StatusResult = {
  cluster: 'default',
  driver: 'process',
  healthy: false,
  verdict: {
    word: 'UNKNOWN',
    text: 'default: none of 3 sentinels answers',
    ...{ impact: null, cause: 'none of 3 sentinels answers', forMs: null, next: 'sentinelctl up' },
  },
  sentinels: ['sentinel-1', 'sentinel-2', 'sentinel-3'].map((id, i) => ({
    ...{ id, host: '127.0.0.1', port: 26379 + i },
    ...{ reachable: false, version: null, tilt: null, error: 'refused the connection' },
  })),
  masters: [],
  problems: [],
};
const watched = (changes: number, more: Partial<Watched> = {}): Watched => ({
  everyMs: 2000,
  sinceMs: AT,
  look: { atMs: AT, tookMs: 34, status: STATUS },
  changes: Array.from({ length: changes }, (_, i) => ({
    ...{ id: 'away', subject: 'redis-1', turn: 'worse' as const, atMs: AT },
    message: `change ${i + 1}`,
  })),
  ...more,
});
const drawn = (w: Watched, columns: number, rows: number): string[] =>
  watchLines(w, { color: false, columns, rows });

describe('what a watch shows', () => {
  it('does not name itself as the next command', () => {
    const verdict = { ...STATUS.verdict, next: 'sentinelctl status --watch --cluster orders' };
    const look = { atMs: AT, tookMs: 34, status: { ...STATUS, verdict } };
    expect(drawn(watched(0, { look }), 80, 30).join('\n')).not.toContain('--watch');
    expect(drawn(watched(0), 80, 30)).toContain('→ sentinelctl up');
  });

  it('the time, how to leave, the status, and what changed, the latest first', () => {
    const lines = drawn(watched(2), 80, 30);
    expect(lines[0]).toBe(`${clockTime(AT)}  q quits  every 2s  reading took 34 ms`);
    expect(lines[2]).toMatch(/^UNKNOWN {2}default: none of 3/);
    expect(lines.slice(-3)).toEqual([
      'what changed',
      `${clockTime(AT)} - change 2`,
      `${clockTime(AT)} - change 1`,
    ]);
  });

  it('says since when nothing changed, and that it looks before it has seen anything', () => {
    expect(drawn(watched(0), 80, 30).at(-1)).toBe(`no change since ${clockTime(AT)}`);
    expect(drawn(watched(0, { look: null }), 80, 30)).toContain('looking …');
  });

  it('keeps the latest changes in sight in a low window, and says how much of the status is missing', () => {
    const lines = drawn(watched(9), 80, 9);
    expect(lines.slice(-3)).toEqual([9, 8, 7].map((n) => `${clockTime(AT)} - change ${n}`));
    expect(lines.some((line) => /… \d+ more lines: enlarge the window/.test(line))).toBe(true);
  });

  it.each([1, 2, 3, 5, 10, 24, 60])('is never higher than a window of %i rows', (rows) => {
    for (const changes of [0, 1, 20])
      expect(drawn(watched(changes), 80, rows).length).toBeLessThanOrEqual(rows);
  });

  it.each([20, 40, 80])('is never wider than a window of %i columns', (columns) => {
    const failure = failureOf(
      refused('x', 'there is no cluster here', { why: 'gone '.repeat(30), hint: 'up' }),
    );
    for (const look of [watched(3).look, { atMs: AT, tookMs: 1, failure }]) {
      const lines = drawn(watched(3, { look }), columns, 40);
      expect(lines.filter((line) => stringWidth(line) > columns)).toEqual([]);
    }
  });

  it('shows why a look failed, and what to type', () => {
    const failure = failureOf(
      refused('gone', 'there is no cluster', { why: 'it is gone', hint: 'sentinelctl up' }),
    );
    expect(drawn(watched(0, { look: { atMs: AT, tookMs: 1, failure } }), 80, 30).slice(2, 5)).toEqual([
      'error: there is no cluster',
      '  why: it is gone',
      '  try: sentinelctl up',
    ]);
  });
});
