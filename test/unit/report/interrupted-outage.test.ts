import { describe, expect, it } from 'vitest';
import type { FailoverResult, Trial } from '../../../src/observe/result.js';
import { failoverHtml } from '../../../src/report/html/page.js';
import { failoverMarkdown } from '../../../src/report/markdown/failover.js';
import { failoverText } from '../../../src/report/text/failover.js';
import { keyNumbers } from '../../../src/report/words/numbers.js';
import { heldResult, restoredResult } from '../../helpers/results.js';
import { plainView } from './lines.js';

/** Interrupted while all but the first client had no answer for 3.20 s. */
const OPEN: Trial[] = restoredResult().trials.map((trial): Trial => {
  const { client } = trial;
  if (client === undefined) throw new Error('no client in the fixture');
  const clients = client.clients.map((lane, i) =>
    i === 0 ? { ...lane, outageMs: 1400 } : { ...lane, outageMs: 3200, recoveredMs: null },
  );
  return { ...trial, client: { ...client, clients, outageMs: 3200, lastRecoveredMs: null } };
});
const interrupted: FailoverResult = { ...restoredResult(), trials: OPEN, summary: {}, outageBudgetMs: 5000 };
const text = (result: FailoverResult): string => failoverText(result, plainView(200));

describe('an outage that was open when its run was interrupted', () => {
  it('is no whole one in the terminal', () => {
    expect(text(interrupted)).toContain(
      '\nclients had no answer for at least 3.20 s, still open when it was interrupted (budget 5.00 s)\n',
    );
  });

  it('is no whole one in the page: not in its numbers, its tables and its lanes', () => {
    const page = failoverHtml(interrupted);
    expect(page).toMatch(
      /<b>at least 3\.20 s<\/b><\/p><p class="quiet">still open when it was interrupted<\/p>/,
    );
    expect(page).toMatch(
      /<td[^>]*>(<span[^>]*>)*at least <data [^>]*>3\.20 s<\/data> \(still open when it was interrupted\)/,
    );
    expect(page).toContain('out ≥ 3.20 s');
    expect(page).toContain(
      'longest time without an answer at least 3.20 s (still open when it was interrupted)',
    );
    expect(page).toContain('out 1.40 s');
  });

  it('over several trials is the worst where none that ended was longer', () => {
    const [held] = heldResult().trials;
    if (held?.client === undefined) throw new Error('no trial');
    const behind = (outageMs: number): FailoverResult => ({
      ...interrupted,
      trialsAsked: 2,
      trials: [{ ...held, client: { ...held.client, outageMs } as NonNullable<Trial['client']> }, ...OPEN],
    });
    expect(keyNumbers(behind(3100))[0]).toMatchObject({
      id: 'outage',
      value: 'at least 3.20 s',
      note: 'still open when it was interrupted',
      state: 'warn',
    });
    expect(keyNumbers(behind(3300))[0]).toMatchObject({ value: '3.30 s', note: null, state: 'ok' });
    expect(text(behind(3100))).toContain(
      'clients had no answer for at least 3.20 s at worst, still open when it',
    );
    expect(failoverMarkdown(behind(3100))).toContain('at least 3.20 s (still open when it was interrupted)');
    expect(failoverHtml(behind(3100))).toMatch(/at least <data [^>]*data-at="\/trials\/1\/client\/outageMs"/);
  });

  it('is no whole one in Markdown, of one trial and of its threshold neither', () => {
    const expression = 'client.outageMs<=5000';
    const markdown = failoverMarkdown({
      ...interrupted,
      thresholds: [{ expression, value: null, holds: 'unknown' }],
    });
    const words = 'at least 3.20 s (still open when it was interrupted)';
    expect(markdown).toContain(`| \`${expression}\` | ${words} |`);
    expect(markdown.match(/at least 3\.20 s/g)?.length).toBe(2);
    expect(markdown).not.toContain('no value was measured');
  });

  it('beyond its budget is over it, whatever would have come', () => {
    const tight = { ...interrupted, outageBudgetMs: 3000 };
    expect(keyNumbers(tight)[0]).toMatchObject({ state: 'bad', isOverBudget: true });
  });
});
