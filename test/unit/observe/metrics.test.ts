import { describe, expect, it } from 'vitest';
import { METRICS, metricNamed } from '../../../src/observe/metrics.js';
import type { Reading } from '../../../src/observe/readings.js';
import { PHASES, type Trial } from '../../../src/observe/result.js';
import { client, ledger, nothingCame, trial } from '../../helpers/trials.js';

const full = trial({
  client: client(),
  ledger: ledger({ staleReads: 3, lost: 7 }),
  rejoin: {
    mode: 'as-crashed',
    restartedMs: 1,
    convertedMs: 2,
    linkUpMs: 3,
    caughtUpMs: 4,
    zombieMs: 5,
    zombieWrites: 6,
  },
  spurious: ['a second failover'],
});

const read = (name: string, of: Trial): Reading | undefined => metricNamed(name)?.read(of);

/** Every number in a part of the document, by its path; lists and free-form records hold no metrics. */
function numbersIn(part: object, prefix: string, skip: string[]): [string, number][] {
  return Object.entries(part).flatMap(([key, value]: [string, unknown]): [string, number][] => {
    const path = `${prefix}${key}`;
    if (typeof value === 'number') return [[path, value]];
    if (typeof value !== 'object' || value === null || Array.isArray(value) || skip.includes(key)) return [];
    return numbersIn(value, `${path}.`, skip);
  });
}

describe('the metrics', () => {
  it('are the numbers of a trial’s document, by their paths, each with its value', () => {
    const { phases, ...rest } = full;
    const inDocument = [
      ...numbersIn(phases, '', []),
      ...numbersIn(rest, '', ['oldMaster', 'newMaster', 'sdownAt', 'errors', 'causes']),
    ];
    const measured = METRICS.map((m): [string, number | null] => [m.name, m.of(full)]);
    expect(Object.fromEntries(measured)).toEqual({
      ...Object.fromEntries(inDocument),
      'client.errors': 10,
      spurious: 1,
    });
  });

  it('begin with the phases, in order', () => {
    expect(METRICS.slice(0, PHASES.length).map((m) => m.name)).toEqual([...PHASES]);
  });

  it('say their unit in the name where they are durations', () => {
    for (const m of METRICS)
      expect([m.name, m.unit]).toEqual([m.name, /Ms(\.|$)/.test(m.name) ? 'ms' : 'count']);
  });

  it('each have a meaning of their own', () => {
    expect(new Set(METRICS.map((m) => m.meaning)).size).toBe(METRICS.length);
  });
});

describe('what has no value', () => {
  it('did not happen, where no failover came', () => {
    expect(METRICS.filter((m) => m.read(nothingCame()) === 'never').map((m) => m.name)).toEqual([
      ...PHASES,
      'overheadMs',
    ]);
  });

  it('is not known, where no workload ran and no return was asked for', () => {
    const bare = trial({ rejoin: null });
    const unknown = METRICS.filter((m) => m.read(bare) === 'unknown').map((m) => m.name.split('.')[0]);
    expect([...new Set(unknown)]).toEqual(['rejoin', 'client', 'ledger']);
  });

  it('was missed, where a later phase shows that it must have happened', () => {
    const missed = trial({ phases: { odownMs: null } });
    expect(read('odownMs', missed)).toBe('unknown');
    expect(read('promotedMs', trial({ phases: { promotedMs: null } }))).toBe('unknown');
  });

  it('never came, where the failover stopped half-way', () => {
    const stuck = trial({
      phases: { promotedMs: null, switchedMs: null, agreedMs: null, reattachedMs: null },
    });
    expect(
      ['writableMs', 'promotedMs', 'switchedMs', 'agreedMs', 'reattachedMs'].map((n) => read(n, stuck)),
    ).toEqual([5400, 'never', 'never', 'never', 'never']);
  });

  it('of agreement: never came, though every replica follows the new master', () => {
    expect(read('agreedMs', trial({ phases: { agreedMs: null } }))).toBe('never');
  });

  it('of re-attaching: may be that there is no other replica', () => {
    expect(read('reattachedMs', trial({ phases: { reattachedMs: null } }))).toBe('unknown');
  });

  it('of a return that was waited for: never happened', () => {
    const zombie = trial({
      rejoin: {
        mode: 'as-crashed',
        restartedMs: 6400,
        convertedMs: null,
        linkUpMs: null,
        caughtUpMs: null,
        zombieMs: null,
      },
    });
    expect(read('rejoin.convertedMs', zombie)).toBe('never');
    expect(read('rejoin.zombieMs', zombie)).toBe('never');
    expect(read('rejoin.zombieWrites', zombie)).toBe('unknown');
  });

  it('of clients that were never acknowledged again: never', () => {
    const out = trial({ client: client({ outageMs: 30_000, lastRecoveredMs: null, latencyMs: null }) });
    expect(read('client.outageMs', out)).toBe('never');
    expect(read('client.lastRecoveredMs', out)).toBe('never');
    expect(read('client.firstRecoveredMs', out)).toBe(6300);
    expect(read('client.latencyMs.p99', out)).toBe('unknown');
  });

  it.each([
    ['the new master', ['redis-2'], 'unknown'],
    ['everyone', ['redis-1', 'redis-2', 'redis-3'], 'unknown'],
    ['a replica', ['redis-3'], 0],
  ])('of the read-back, when %s did not answer', (_, silent, expected) => {
    const missingAt = ['redis-1', 'redis-2', 'redis-3'].map((id) => ({
      id,
      missing: silent.includes(id) ? null : 0,
    }));
    const of = trial({ ledger: ledger({ missingAt }) });
    expect(read('ledger.lost', of)).toBe(expected);
    expect(read('ledger.acknowledged', of)).toBe(1000);
  });
});
