import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../src/cli/failure.js';
import { refused } from '../../../src/errors.js';
import type { StatusResult, Verdict } from '../../../src/model/status.js';
import type { MenuState } from '../../../src/tui/menu-state.js';
import { titleLines } from '../../../src/tui/menu-title.js';

const DOWN: Verdict = {
  word: 'DOWN',
  text: 'mymaster: no writes for 4 s: redis-1 (master) is down; failover expected within 3 s',
  impact: 'no writes for 4 s',
  cause: 'redis-1 (master) is down; failover expected within 3 s',
  forMs: 4000,
  next: 'redis-cli -p 6379 PING',
};
const seen = (verdict: Verdict): MenuState['look'] => ({
  health: 'unhealthy',
  status: {
    cluster: 'c1',
    driver: 'process',
    healthy: false,
    verdict,
    masters: [{ nodes: [] }],
    sentinels: [],
    problems: [],
  } as unknown as StatusResult,
});
const titled = (more: Partial<MenuState>, columns = 120, rows = 24): string[] =>
  titleLines(
    {
      clusters: [],
      target: { kind: 'own', name: 'c1', words: [] },
      look: null,
      reports: [],
      hasHistory: false,
      ambient: null,
      ...more,
    },
    { color: false, columns, rows },
  );

describe('the title of the menu', () => {
  it('is the verdict, with how long it may take, and the next command where the list does not begin with it', () => {
    expect(titled({ look: seen(DOWN) })).toEqual([
      'cluster c1',
      `DOWN  ${DOWN.text}`,
      '→ redis-cli -p 6379 PING',
    ]);
    // As `Fix: start redis-1` it is the first entry.
    expect(titled({ look: seen({ ...DOWN, next: 'sentinelctl start redis-1 --cluster c1' }) })).toHaveLength(
      2,
    );
  });

  it('keeps the whole verdict in a low window, and leaves the name to the command line', () => {
    const lines = titled({ look: seen(DOWN) }, 40, 12);
    expect(lines).toHaveLength(4);
    expect(lines.slice(0, 3).join(' ').replace(/\s+/g, ' ')).toContain('failover expected within 3 s');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
  });

  it('says that there is no cluster, that none was looked at yet, and why a look failed', () => {
    expect(titled({ target: { kind: 'none', named: null } })).toEqual(['No cluster exists.']);
    expect(titled({ target: { kind: 'none', named: 'orders' } })).toEqual(['Cluster orders does not exist.']);
    expect(titled({})).toEqual(['cluster c1', 'looking …']);
    const failure = failureOf(refused('x', 'the password file cannot be read', { hint: '--password-file' }));
    expect(titled({ target: { kind: 'attached', name: null, words: [] }, look: { failure } })).toEqual([
      'attached cluster',
      'UNKNOWN  the password file cannot be read',
      '→ --password-file',
    ]);
  });
});
