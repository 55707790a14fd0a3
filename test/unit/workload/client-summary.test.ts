import { describe, expect, it } from 'vitest';
import { clientSummary } from '../../../src/workload/client-summary.js';
import { latencyBinOf } from '../../../src/workload/latency-runs.js';
import { recordOf, START_MS, type Write } from '../../helpers/workload-record.js';

const every = (fromMs: number, toMs: number, stepMs: number): Write[] =>
  Array.from({ length: Math.floor((toMs - fromMs) / stepMs) }, (_, i) => ({
    atMs: fromMs + i * stepMs,
    by: 'n1',
  }));
const FAULT = START_MS + 1000;

describe('what clients saw', () => {
  it('is the longest silence of each, and the first and last who is back', () => {
    const record = recordOf(
      [
        [...every(0, 1000, 10), ...every(4000, 6000, 10)],
        [...every(5, 1005, 10), ...every(4600, 6000, 10)],
      ],
      { lengthMs: 6000 },
    );
    const summary = clientSummary(record, FAULT);
    expect(summary).toMatchObject({ policy: 'tuned', firstRecoveredMs: 3000, lastRecoveredMs: 3600 });
    expect(summary.clients.map(({ id, outageMs }) => [id, outageMs])).toEqual([
      ['c1', 3010],
      ['c2', 3605],
    ]);
    expect(summary.outageMs).toBe(3605);
  });

  it('leaves out what was before the fault', () => {
    const record = recordOf([[...every(0, 100, 10), ...every(900, 5000, 10)]], { lengthMs: 5000 });
    expect(clientSummary(record, FAULT)).toMatchObject({ outageMs: 10, firstRecoveredMs: 10 });
  });

  it('of a client that never came back lasts to the end, and no client is the last one back', () => {
    const record = recordOf([every(0, 1000, 10), [...every(0, 1000, 10), ...every(3000, 9000, 10)]], {
      lengthMs: 9000,
    });
    const summary = clientSummary(record, FAULT);
    expect(summary).toMatchObject({ outageMs: 8010, firstRecoveredMs: 2000, lastRecoveredMs: null });
    expect(summary.clients[0]).toMatchObject({ outageMs: 8010, recoveredMs: null });
  });

  it('of one who was back for a moment only is not over', () => {
    const record = recordOf([[...every(0, 1000, 10), { atMs: 2000, by: 'n1' }]], { lengthMs: 9000 });
    expect(clientSummary(record, FAULT)).toMatchObject({ outageMs: 7000, lastRecoveredMs: null });
  });

  it.each([
    [600, 10],
    [1600, null],
  ])('of one who was stopped %i ms after its last acknowledgement', (restMs, recoveredMs) => {
    const record = recordOf([every(0, 5000, 10)], { lengthMs: 5000 + restMs });
    expect(clientSummary(record, FAULT).clients[0]).toMatchObject({ recoveredMs });
  });

  it('is not known of one who was never acknowledged', () => {
    const summary = clientSummary(recordOf([[{ atMs: 5, failed: 'READONLY' }]]), FAULT);
    expect(summary).toMatchObject({ outageMs: null, firstRecoveredMs: null, lastRecoveredMs: null });
  });

  it('counts errors by kind, definite or not', () => {
    const record = recordOf([
      [
        { atMs: 5, failed: 'READONLY' },
        { atMs: 6, failed: 'READONLY' },
        { atMs: 7, unknown: 'timeout' },
      ],
      [{ atMs: 8, unknown: 'closed' }],
    ]);
    expect(clientSummary(record, FAULT).errors).toEqual({ READONLY: 2, timeout: 1, closed: 1 });
  });

  it('is drawn in buckets that start with the record and lose nothing', () => {
    const record = recordOf(
      [[...every(0, 1000, 10), { atMs: 1950, failed: 'READONLY' }, { atMs: 2010, unknown: 'timeout' }]],
      { lengthMs: 2000 },
    );
    const [lane] = clientSummary(record, FAULT).clients;
    expect(lane).toMatchObject({ fromMs: -1000, bucketMs: 100 });
    expect(lane?.ok).toEqual([...Array(10).fill(10), ...Array(10).fill(0)]);
    expect(lane?.errors).toEqual([...Array(19).fill(0), 2]);
  });

  it('of all together is the sum of the clients, with the latency of what was acknowledged', () => {
    const record = {
      ...recordOf(
        [
          [...every(0, 1000, 10), { atMs: 1950, failed: 'READONLY' }],
          [...every(5, 1005, 10), ...every(1500, 1600, 10)],
        ],
        { lengthMs: 2000 },
      ),
      latencyRuns: [
        { bucket: 0, bin: latencyBinOf(1), count: 98 },
        { bucket: 0, bin: latencyBinOf(40), count: 2 },
        { bucket: 15, bin: latencyBinOf(550), count: 10 },
        // Acknowledged after the end.
        { bucket: 20, bin: latencyBinOf(7), count: 1 },
      ],
    };
    const all = clientSummary(record, FAULT).overTime;
    expect(all).toMatchObject({ fromMs: -1000, bucketMs: 100 });
    const quiet = Array(5).fill(0);
    expect(all?.ok).toEqual([...Array(10).fill(20), ...quiet, 10, ...quiet.slice(1)]);
    expect(all?.errors).toEqual([...Array(19).fill(0), 1]);
    const seen = (values: readonly (number | null)[] = []): [number, number][] =>
      values.flatMap((ms, i): [number, number][] => (ms === null ? [] : [[i, Math.round(ms)]]));
    expect(seen(all?.p50Ms)).toEqual([
      [0, 1],
      [15, 548],
      [19, 7],
    ]);
    // The middle of its bin, at most 2.2 % from the 40 ms that fell into it.
    expect(seen(all?.p99Ms)).toEqual([
      [0, 41],
      [15, 548],
      [19, 7],
    ]);
  });

  it('of a long run is in wider buckets', () => {
    const record = recordOf([every(0, 3_600_000, 1000)], { lengthMs: 3_600_000 });
    const all = clientSummary(record, FAULT).overTime;
    expect(all?.bucketMs).toBe(3200);
    expect(all?.ok.reduce((a, b) => a + b, 0)).toBe(3600);
    expect(all?.p50Ms).toHaveLength(all?.ok.length ?? -1);
  });

  it('is drawn in larger buckets where it is long, and in fewer where there are many clients', () => {
    const hour = { lengthMs: 3_600_000 };
    const [alone] = clientSummary(recordOf([every(0, 3_600_000, 1000)], hour), FAULT).clients;
    expect(alone?.bucketMs).toBe(3200);
    expect(alone?.ok.length).toBeLessThanOrEqual(2000);
    expect(alone?.ok.reduce((a, b) => a + b, 0)).toBe(3600);
    const many = clientSummary(recordOf(Array(500).fill(every(0, 100, 10)), hour), FAULT).clients;
    expect(many.reduce((n, lane) => n + lane.ok.length, 0)).toBeLessThanOrEqual(64_000);
  });
});
