import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bestReplica,
  type Candidate,
  candidateOf,
  wasRight,
  whyIneligible,
} from '../../../src/scenarios/format/best-replica.js';

const DOWN = { downAfterMs: 2000, masterDownForMs: 100 };

const candidate = (id: string, over: Partial<Candidate> = {}): Candidate => ({
  id,
  flags: ['slave'],
  runId: id,
  priority: 100,
  offset: 1000,
  lastOkPingMs: 100,
  infoRefreshMs: 500,
  masterLinkDownMs: 0,
  ...over,
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
    ['was not heard for five pings', { lastOkPingMs: 5001 }],
    ['has old news', { infoRefreshMs: 5001 }],
    ['was without its master for too long', { masterLinkDownMs: 20_101 }],
    ['is not to be', { priority: 0 }],
  ])('none that %s', (_, over) => {
    expect(whyIneligible(candidate('a', over), DOWN)).not.toBeNull();
    expect(bestReplica([candidate('a', over), candidate('b', { offset: 1 })], DOWN)?.id).toBe('b');
  });

  it('takes older news, and less time without a master, while the master is not down', () => {
    const calm = { downAfterMs: 2000, masterDownForMs: null };
    expect(whyIneligible(candidate('a', { infoRefreshMs: 29_999 }), calm)).toBeNull();
    expect(whyIneligible(candidate('a', { masterLinkDownMs: 20_001 }), calm)).not.toBeNull();
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
    const slate = (...candidates: Candidate[]) => ({ candidates, electorate: DOWN });
    const b = slate(candidate('a'), candidate('b', { offset: 2000 }));
    expect(wasRight('b', b, null)).toBe('yes');
    expect(wasRight('a', b, b)).toBe('no');
    expect(wasRight('a', b, null)).toBe('unknown');
    expect(wasRight('a', null, null)).toBe('unknown');
    // News that came between the two.
    expect(wasRight('a', b, slate(candidate('a', { offset: 3000 }), candidate('b', { offset: 2000 })))).toBe(
      'yes',
    );
    const silent = slate(candidate('a'), candidate('b', { offset: 2000, infoRefreshMs: 9000 }));
    expect(wasRight('b', silent, silent)).toBe('yes');
    // What promotion itself does.
    const promoted = slate(
      candidate('a'),
      candidate('b', { offset: 2000, flags: ['slave', 'disconnected'] }),
    );
    expect(wasRight('b', null, promoted)).toBe('yes');
    expect(wasRight('b', promoted, null)).toBe('unknown');
  });

  it('is read from what SENTINEL REPLICAS gives', () => {
    const fields = {
      ip: '127.0.0.1',
      port: '6380',
      flags: 'slave,disconnected',
      runid: 'ab',
      'slave-priority': '100',
      'slave-repl-offset': '42',
      'last-ok-ping-reply': '7',
      'info-refresh': '8',
      'master-link-down-time': '9',
    };
    expect(candidateOf(fields, ({ port }) => `at-${port}`)).toEqual({
      id: 'at-6380',
      flags: ['slave', 'disconnected'],
      runId: 'ab',
      priority: 100,
      offset: 42,
      lastOkPingMs: 7,
      infoRefreshMs: 8,
      masterLinkDownMs: 9,
    });
  });
});
