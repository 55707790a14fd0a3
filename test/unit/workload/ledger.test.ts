import { describe, expect, it } from 'vitest';
import { ledgerOf, zombieWritesOf } from '../../../src/workload/ledger.js';
import { finalOf, killed, recordOf, START_MS, type Write } from '../../helpers/workload-record.js';

const by = (node: string, ...atMs: number[]): Write[] => atMs.map((at) => ({ atMs: at, by: node }));

describe('the ledger', () => {
  it('holds where every acknowledged write is there', () => {
    const record = recordOf([by('n1', 1, 2, 3), by('n1', 1, 2)]);
    const finals = ['n1', 'n2'].map((id) =>
      finalOf(id, [
        [0, 1, 2],
        [0, 1],
      ]),
    );
    expect(ledgerOf(record, finals, 'n2', killed())).toEqual({
      attempted: 5,
      acknowledged: 5,
      indeterminate: 0,
      failed: 0,
      lost: 0,
      recovered: 0,
      unexpected: 0,
      staleReads: null,
      causes: {},
      missingAt: [
        { id: 'n1', missing: 0 },
        { id: 'n2', missing: 0 },
      ],
      lostRuns: [],
    });
  });

  it('counts what was refused, what is unknown, and which of that was written', () => {
    const record = recordOf([
      [
        { atMs: 1, by: 'n1' },
        { atMs: 2, failed: 'READONLY' },
        { atMs: 3, unknown: 'timeout' },
        { atMs: 4, unknown: 'closed' },
        'pending',
        'pending',
      ],
    ]);
    const ledger = ledgerOf(record, [finalOf('n2', [[0, 2, 4]])], 'n2', killed());
    expect(ledger).toMatchObject({ attempted: 6, acknowledged: 1, failed: 1, indeterminate: 4 });
    expect(ledger).toMatchObject({ lost: 0, recovered: 2, unexpected: 0 });
  });

  it('calls unexpected what was never attempted, and what was written although it was refused', () => {
    const record = recordOf([
      [
        { atMs: 1, by: 'n1' },
        { atMs: 2, failed: 'READONLY' },
      ],
      [],
    ]);
    const finals = [finalOf('n2', [[0, 1, 9, 65_535], [0]])];
    expect(ledgerOf(record, finals, 'n2', killed()).unexpected).toBe(4);
  });

  it('says per node what it lacks, and null for one that did not answer', () => {
    const record = recordOf([by('n1', 1, 2, 3)]);
    const finals = [finalOf('n1', [[]]), finalOf('n2', [[0, 1, 2]]), finalOf('n3', null)];
    const ledger = ledgerOf(record, finals, 'n2', killed());
    expect(ledger.missingAt).toEqual([
      { id: 'n1', missing: 3 },
      { id: 'n2', missing: 0 },
      { id: 'n3', missing: null },
    ]);
    expect(ledger.lost).toBe(0);
  });

  it.each([
    ['did not answer', [finalOf('n2', null)]],
    ['was not asked', []],
  ])('claims no loss where the node that is the truth %s', (_, finals) => {
    const ledger = ledgerOf(recordOf([by('n1', 1)]), finals, 'n2', killed());
    expect(ledger).toMatchObject({ acknowledged: 1, lost: 0, causes: {}, lostRuns: [] });
    expect(ledger.missingAt.every(({ missing }) => missing === null)).toBe(true);
  });

  it('counts stale reads where anything was read', () => {
    const record = recordOf([by('n1', 1)], { reads: 10, staleReads: 3 });
    expect(ledgerOf(record, [], 'n2', killed()).staleReads).toBe(3);
  });

  it('explains every lost write, and draws it by client, node and cause', () => {
    const record = recordOf([
      [...by('n1', 100, 900, 910, 6000, 6010, 9000), ...by('n2', 16_000)],
      by('n1', 905),
    ]);
    const ledger = ledgerOf(record, [finalOf('n2', [[0, 6], []])], 'n2', killed());
    expect(ledger.lost).toBe(6);
    expect(ledger.causes).toEqual({ unreplicated: 3, zombie: 3 });
    expect(ledger.lostRuns).toEqual([
      { client: 'c1', fromMs: -100, toMs: -90, count: 2, acknowledgedBy: 'n1', cause: 'unreplicated' },
      { client: 'c1', fromMs: 5000, toMs: 5010, count: 2, acknowledgedBy: 'n1', cause: 'zombie' },
      { client: 'c1', fromMs: 8000, toMs: 8000, count: 1, acknowledgedBy: 'n1', cause: 'zombie' },
      { client: 'c2', fromMs: -95, toMs: -95, count: 1, acknowledgedBy: 'n1', cause: 'unreplicated' },
    ]);
  });

  it('draws no more than 500 runs, and counts all of them all the same', () => {
    const far = Array.from({ length: 3000 }, (_, i) => 6000 + i * 100);
    const record = recordOf([by('n1', ...far), by('n1', ...far)], { lengthMs: 400_000 });
    const ledger = ledgerOf(record, [finalOf('n2', [[], []])], 'n2', killed());
    expect(ledger).toMatchObject({ lost: 6000, causes: { zombie: 6000 } });
    expect(ledger.lostRuns.length).toBeLessThanOrEqual(500);
    expect(ledger.lostRuns.reduce((n, run) => n + run.count, 0)).toBe(6000);
  });
});

describe('writes that a zombie took', () => {
  it('are those that it acknowledged in that time', () => {
    const record = recordOf([[...by('n1', 100, 5000, 6000, 15_001), ...by('n2', 16_000)], by('n1', 5500)]);
    expect(zombieWritesOf(record, 'n1', START_MS + 5000, START_MS + 15_000)).toBe(3);
    expect(zombieWritesOf(record, 'n3', 0, 1e9)).toBe(0);
  });
});
