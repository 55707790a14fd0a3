import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byRank, eligibility, excludedWords, type KnownMaster } from '../../../src/model/promotable.js';
import { knownMaster, seenReplica } from '../../../src/model/records.js';
import { bestReplica, type Candidate, wasRight } from '../../../src/scenarios/format/best-replica.js';

const DOWN: KnownMaster = { flags: ['master', 's_down'], downAfterMs: 2000, downMs: 100 };
const CALM: KnownMaster = { flags: ['master'], downAfterMs: 2000, downMs: null };

const candidate = (id: string, over: Partial<Candidate> = {}): Candidate => ({
  id,
  flags: ['slave'],
  runId: id,
  priority: 100,
  offset: 1000,
  answeredMsAgo: 100,
  infoMsAgo: 500,
  linkDownMs: 0,
  ...over,
});

it('counts a priority that is not known yet as Sentinel does, as 100', () => {
  const ranked = [200, null, 10].map((priority) => ({ priority, offset: 1, runId: 'a' }));
  expect(ranked.sort(byRank).map(({ priority }) => priority)).toEqual([10, null, 200]);
});

describe('the replica that Sentinel promotes', () => {
  it.each<[string, Candidate[], string | null]>([
    ['the lowest priority', [candidate('a', { priority: 20 }), candidate('b', { priority: 10 })], 'b'],
    ['never priority 0', [candidate('a', { priority: 0 }), candidate('b')], 'b'],
    ['priority before offset', [candidate('a', { priority: 10, offset: 1 }), candidate('b')], 'a'],
    ['then the larger offset', [candidate('a'), candidate('b', { offset: 1001 })], 'b'],
    ['then the smaller run id', [candidate('b'), candidate('a')], 'a'],
    [
      'a run id without regard to case',
      [candidate('x', { runId: 'B' }), candidate('y', { runId: 'a' })],
      'y',
    ],
    ['one without a run id last', [candidate('x', { runId: '' }), candidate('z')], 'z'],
    ['none', [candidate('a', { priority: 0 })], null],
  ])('%s', (_, candidates, best) => {
    expect(bestReplica(candidates, DOWN)?.id ?? null).toBe(best);
  });

  it.each<[string, Partial<Candidate>]>([
    ['is down', { flags: ['slave', 's_down'] }],
    ['is not connected', { flags: ['slave', 'disconnected'] }],
    ['was not heard for five pings', { answeredMsAgo: 5001 }],
    ['has old news', { infoMsAgo: 5001 }],
    ['was without its master for too long', { linkDownMs: 20_101 }],
    ['is not to be', { priority: 0 }],
  ])('none that %s', (_, over) => {
    expect(eligibility(candidate('a', over), DOWN).is).toBe('no');
    expect(bestReplica([candidate('a', over), candidate('b', { offset: 1 })], DOWN)?.id).toBe('b');
  });

  it('takes older news, and less time without a master, while the master is not down', () => {
    expect(eligibility(candidate('a', { infoMsAgo: 29_999 }), CALM)).toEqual({ is: 'yes' });
    expect(eligibility(candidate('a', { linkDownMs: 20_001 }), CALM)).toEqual({
      ...{ is: 'no', by: 'link', forMs: 20_001, allowedMs: 20_000 },
    });
  });

  it('is the same in whatever order they are listed', () => {
    const some = fc.uniqueArray(
      fc.record({ id: fc.string({ minLength: 1 }), priority: fc.nat(2), offset: fc.nat(2) }),
      { selector: (r) => r.id.toLowerCase(), maxLength: 6 },
    );
    fc.assert(
      fc.property(some, (records) => {
        const candidates = records.map((r) => candidate(r.id, r));
        expect(bestReplica(candidates.toReversed(), DOWN)?.id).toBe(bestReplica(candidates, DOWN)?.id);
      }),
    );
  });

  it('a choice is wrong only by a look before it and one after it', () => {
    const slate = (...candidates: Candidate[]) => ({ candidates, master: DOWN });
    const b = slate(candidate('a'), candidate('b', { offset: 2000 }));
    expect(wasRight('b', b, null)).toBe('yes');
    expect(wasRight('a', b, b)).toBe('no');
    expect(wasRight('a', b, null)).toBe('unknown');
    expect(wasRight('a', null, null)).toBe('unknown');
    // News that came between the two.
    expect(wasRight('a', b, slate(candidate('a', { offset: 3000 }), candidate('b', { offset: 2000 })))).toBe(
      'yes',
    );
    const silent = slate(candidate('a'), candidate('b', { offset: 2000, infoMsAgo: 9000 }));
    expect(wasRight('b', silent, silent)).toBe('yes');
    // What promotion itself does.
    const promoted = slate(
      candidate('a'),
      candidate('b', { offset: 2000, flags: ['slave', 'disconnected'] }),
    );
    expect(wasRight('b', null, promoted)).toBe('yes');
    expect(wasRight('b', promoted, null)).toBe('unknown');
  });

  it('is not known of what a sentinel does not say, unless something else excludes it', () => {
    for (const lack of ['priority', 'answeredMsAgo', 'infoMsAgo', 'linkDownMs'] as const) {
      const partly = candidate('a', { [lack]: null });
      expect(eligibility(partly, DOWN), lack).toEqual({ is: 'unknown' });
      expect(eligibility({ ...partly, flags: ['slave', 's_down'] }, DOWN).is, lack).toBe('no');
    }
    const oldNews = candidate('a', { answeredMsAgo: null, infoMsAgo: 6000 });
    expect(eligibility(oldNews, DOWN)).toMatchObject({ is: 'no', by: 'info' });
    // For how long the master is down says how long a link may be.
    const cut = candidate('a', { linkDownMs: 21_000 });
    expect(eligibility(cut, { ...DOWN, downMs: null })).toEqual({ is: 'unknown' });
    expect(eligibility(cut, { ...DOWN, downMs: 1000 })).toEqual({ is: 'yes' });
    const slate = { candidates: [candidate('b'), candidate('a', { priority: null })], master: DOWN };
    expect(wasRight('c', slate, slate)).toBe('unknown');
  });

  it('before INFO of each second has had an effect, older INFO is no obstacle to the next choice', () => {
    const old = candidate('a', { infoMsAgo: 9000 });
    expect(eligibility(old, DOWN, 'now')).toMatchObject({ is: 'no', by: 'info' });
    expect(eligibility(old, DOWN, 'next')).toEqual({ is: 'yes' });
    expect(eligibility(old, { ...DOWN, downMs: 5000 }, 'next')).toMatchObject({ is: 'no', by: 'info' });
  });

  it('counts in the periods that SENTINEL DEBUG set', () => {
    const slow = { ...DOWN, pingPeriodMs: 3000 };
    expect(eligibility(candidate('a', { answeredMsAgo: 14_000 }), slow)).toEqual({ is: 'yes' });
    expect(eligibility(candidate('a', { answeredMsAgo: 16_000 }), slow).is).toBe('no');
  });

  it('is read from what SENTINEL REPLICAS and SENTINEL MASTER give', () => {
    const fields = new Map([
      ['ip', '127.0.0.1'],
      ['port', '6380'],
      ['flags', 'slave'],
      ['runid', 'ab'],
      ['slave-priority', '100'],
      ['slave-repl-offset', '42'],
      ['last-ok-ping-reply', '7'],
      ['info-refresh', '8'],
      ['master-link-down-time', '99000'],
    ]);
    const master = knownMaster(
      new Map([
        ['flags', 'master,s_down'],
        ['down-after-milliseconds', '2000'],
        ['s-down-time', '500'],
      ]),
    );
    const verdict = eligibility(seenReplica(fields), master);
    expect(verdict.is === 'no' && excludedWords(verdict)).toBe(
      'was without its master for 99.00 s, 20.50 s are allowed',
    );
    fields.delete('info-refresh');
    fields.set('master-link-down-time', '9');
    expect(eligibility(seenReplica(fields), master)).toEqual({ is: 'unknown' });
  });
});
