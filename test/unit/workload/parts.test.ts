import { describe, expect, it } from 'vitest';
import { bitAt, countBits } from '../../../src/workload/bits.js';
import { Counters } from '../../../src/workload/counters.js';
import { CHUNK_BITS, keyOf, keysOf } from '../../../src/workload/keys.js';
import { Latency } from '../../../src/workload/latency.js';
import { latencyBinOf, latencyPercentile } from '../../../src/workload/latency-runs.js';
import { Names, nodeNamer } from '../../../src/workload/names.js';
import { scheduleOf } from '../../../src/workload/schedule.js';

describe('a schedule', () => {
  it('shares the rate among the clients and offsets them, whatever becomes of the batches', () => {
    const rate = { ratePerS: 1000, clients: 4, pipeline: 10 };
    const schedules = [0, 1, 2, 3].map((client) => scheduleOf(rate, client, 5000));
    // 40 ms per client between batches of 10; a late caller gets what was due, not what is now.
    expect(schedules.map((s) => s.next(5000))).toEqual([5000, 5010, 5020, 5030]);
    expect(schedules.map((s) => s.next(9999))).toEqual([5040, 5050, 5060, 5070]);
  });

  it('is at once, as fast as possible', () => {
    const schedule = scheduleOf({ ratePerS: 0, clients: 4, pipeline: 1 }, 3, 5000);
    expect([schedule.next(5001), schedule.next(5001.5)]).toEqual([5001, 5001.5]);
  });
});

describe('keys', () => {
  it('hold 65,536 writes each, and one more is looked at', () => {
    expect(keyOf('p', 3, CHUNK_BITS - 1)).toBe('p:3:0');
    expect(keyOf('p', 3, CHUNK_BITS)).toBe('p:3:1');
    expect(keysOf('p', 3, CHUNK_BITS + 1)).toEqual(['p:3:0', 'p:3:1', 'p:3:2']);
    expect(keysOf('p', 0, 0)).toEqual(['p:0:0']);
  });
});

describe('bitmaps', () => {
  it('are in the order of Redis: bit 0 is the highest of byte 0', () => {
    const bits = Uint8Array.of(0b1000_0001, 0b0100_0000);
    expect([0, 1, 7, 8, 9, 99].map((n) => bitAt(bits, n))).toEqual([1, 0, 1, 0, 1, 0]);
    expect([0, 1, 8, 10].map((from) => countBits(bits, from))).toEqual([3, 2, 1, 0]);
  });
});

describe('counters', () => {
  it('say when every client was acknowledged after a moment', () => {
    const counters = new Counters(new SharedArrayBuffer(Counters.bytesFor(2)));
    expect(counters.allHeardSince(-1)).toBe(false);
    counters.heard(0, 0);
    counters.heard(1, 50);
    expect([counters.allHeardSince(0), counters.allHeardSince(50)]).toEqual([true, false]);
    counters.heard(0, 80);
    counters.heard(1, 51);
    expect(counters.allHeardSince(50)).toBe(true);
  });
});

describe('names', () => {
  it('never grow beyond a byte', () => {
    const names = new Names(['a']);
    expect([names.indexOf('b'), names.indexOf('a'), names.indexOf('b')]).toEqual([1, 0, 1]);
    for (let i = 0; i < 400; i++) names.indexOf(`more ${i}`);
    expect([names.list.length, names.indexOf('yet another')]).toEqual([256, 255]);
  });

  it('of nodes are found by announced and reachable address, and by a port that only one has', () => {
    const at = (host: string, port: number) => ({ host, port });
    const nameOf = nodeNamer([
      { id: 'r1', announce: at('172.30.0.2', 6379), endpoint: at('127.0.0.1', 7001) },
      { id: 'r2', announce: at('172.30.0.3', 6379), endpoint: at('localhost', 7002) },
      { id: 'r3', announce: at('redis-3', 6380), endpoint: at('redis-3', 6380) },
    ]);
    const peers = ['172.30.0.3:6379', '127.0.0.1:7001', '127.0.0.1:7002', '10.0.0.9:6380', '10.0.0.9:6379'];
    expect(peers.map(nameOf)).toEqual(['r2', 'r1', 'r2', 'r3', '10.0.0.9:6379']);
  });
});

describe('latencies', () => {
  it('are true to three digits', () => {
    const latency = new Latency();
    expect(latency.summary()).toBeNull();
    latency.take(1, 98, 0);
    latency.take(250, 1, 0);
    latency.take(12_000, 1, 0);
    const summary = latency.summary();
    expect(summary?.p50).toBeCloseTo(1, 2);
    expect(summary?.p99).toBeCloseTo(250, -1);
    expect(Math.round((summary?.max ?? 0) / 100)).toBe(120);
  });

  it('over time are in the bucket of their acknowledgement, and lose nothing', () => {
    const latency = new Latency();
    latency.take(3, 5, 0);
    latency.take(3, 2, 99.9);
    latency.take(6000, 4, 6250);
    const runs = latency.runs();
    expect(runs.map(({ bucket, count }) => [bucket, count])).toEqual([
      [0, 7],
      [62, 4],
    ]);
  });

  it.each([0.001, 0.37, 1, 42, 999, 86_400_000])('%s ms stay within 3 %% in their bin', (ms) => {
    const back = latencyPercentile(new Map([[latencyBinOf(ms), 1]]), 50) ?? 0;
    expect(Math.abs(back - ms) / ms).toBeLessThan(0.03);
  });

  it('percentiles of bins are the nearest rank', () => {
    const bins = new Map([
      [latencyBinOf(500), 1],
      [latencyBinOf(1), 99],
    ]);
    expect(latencyPercentile(bins, 50)).toBeCloseTo(1, 1);
    expect(latencyPercentile(bins, 99)).toBeCloseTo(1, 1);
    expect(latencyPercentile(bins, 100)).toBeGreaterThan(480);
    expect(latencyPercentile(new Map(), 50)).toBeNull();
  });
});
