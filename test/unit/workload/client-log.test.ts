import { describe, expect, it } from 'vitest';
import { countBits } from '../../../src/workload/bits.js';
import { ClientLog } from '../../../src/workload/client-log.js';
import { failuresOf, runsOf, type WorkloadRecord } from '../../../src/workload/record.js';
import { recordOf, START_MS } from '../../helpers/workload-record.js';

const around = (log: ClientLog): WorkloadRecord => ({ ...recordOf([]), clients: [log.record('c1')] });
const runs = (log: ClientLog) => around(log).clients.flatMap((c) => [...runsOf(around(log), c)]);
const failures = (log: ClientLog) => around(log).clients.flatMap((c) => [...failuresOf(around(log), c)]);

describe('the log of a client', () => {
  it('joins acknowledgements of one node that follow each other at once, and no others', () => {
    const log = new ClientLog();
    log.attempt(7);
    log.acknowledge(0, 1, 0);
    log.acknowledge(1, 1.2, 0);
    log.acknowledge(2, 1.4, 1); // another node
    log.acknowledge(4, 1.4, 1); // not the next one
    log.acknowledge(5, 2.5, 1); // later
    log.acknowledge(6, 2.6, 255);
    expect(runs(log)).toEqual([
      { firstSeq: 0, count: 2, atMs: START_MS + 1, node: 0 },
      { firstSeq: 2, count: 1, atMs: START_MS + 1.4, node: 1 },
      { firstSeq: 4, count: 1, atMs: START_MS + 1.4, node: 1 },
      { firstSeq: 5, count: 1, atMs: START_MS + 2.5, node: 1 },
      { firstSeq: 6, count: 1, atMs: START_MS + 2.6, node: 255 },
    ]);
  });

  it('joins failures of one kind', () => {
    const log = new ClientLog();
    log.attempt(4);
    log.fail(0, 5, 2, true);
    log.fail(1, 6, 2, false);
    log.fail(2, 7, 3, true);
    log.fail(3, 50, 3, true);
    expect(failures(log).map(({ atMs, count }) => [atMs - START_MS, count])).toEqual([
      [5, 2],
      [7, 1],
      [50, 1],
    ]);
  });

  it('knows nothing of what was not settled', () => {
    const log = new ClientLog();
    log.attempt(20_000);
    log.acknowledge(3, 1, 0);
    log.fail(4, 1, 0, true);
    const record = log.record('c1');
    expect([record.attempted, countBits(record.acknowledged), countBits(record.indeterminate)]).toEqual([
      20_000, 1, 19_998,
    ]);
  });

  it('keeps ten million writes in some megabytes, and all of them', () => {
    const log = new ClientLog();
    const writes = 10_000_000;
    for (let seq = 0; seq < writes; seq += 16) {
      const first = log.attempt(16);
      for (let i = 0; i < 16; i++)
        log.acknowledge(first + i, seq / 50, i % 2 === 0 && seq % 3200 === 0 ? 1 : 0);
    }
    const record = log.record('c1');
    expect(countBits(record.acknowledged)).toBe(writes);
    const bytes = [record.acknowledged, record.indeterminate, record.runs, record.failures].map(
      (a) => a.byteLength,
    );
    expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThan(20_000_000);
    let counted = 0;
    let next = 0;
    for (const run of runsOf(around(log), record)) {
      if (run.firstSeq === next) counted += run.count;
      next = run.firstSeq + run.count;
    }
    expect(counted).toBe(writes);
  });
});
