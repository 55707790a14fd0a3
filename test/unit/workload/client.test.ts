import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/clock.js';
import type { Writer } from '../../../src/wire/writer.js';
import { runClient } from '../../../src/workload/client.js';
import { ClientLog } from '../../../src/workload/client-log.js';
import { Counters } from '../../../src/workload/counters.js';
import { Latency } from '../../../src/workload/latency.js';
import { Reader, type Shared } from '../../../src/workload/reader.js';
import { parsePolicy } from '../../../src/workload/settings.js';

/** What the server takes for every answer, in milliseconds. */
const SERVER_MS = 0.2;

/** A clock whose timers ring up to `earlyMs` before their time, as those of Node do. */
function earlyClock(earlyMs: number): Clock & { nowMs: number } {
  const clock = {
    nowMs: 0,
    now: () => clock.nowMs,
    wallMs: () => clock.nowMs,
    sleep: async (ms: number) => {
      clock.nowMs += Math.max(0, ms - earlyMs);
    },
    after: () => () => {},
  };
  return clock;
}

/** The latencies of `batches` writes and reads, 100 a second; answer number `stall.at` takes `stall.ms` longer. */
async function latenciesOf(earlyMs: number, batches: number, stall = { at: -1, ms: 0 }) {
  const clock = earlyClock(earlyMs);
  const stop = new AbortController();
  const latency = new Latency();
  const settings = {
    clients: 1,
    ratePerS: 100,
    pipeline: 1,
    readRatio: 0,
    readFrom: 'replicas' as const,
    policy: 'tuned',
  };
  let sent = 0;
  const writer: Writer = {
    async send(orders) {
      clock.nowMs += SERVER_MS + (sent === stall.at ? stall.ms : 0);
      if (++sent >= batches) stop.abort();
      return { results: orders.map(() => 0), confirmed: null, atMs: clock.nowMs, peer: '127.0.0.1:1' };
    },
    close() {},
  };
  const shared: Shared = {
    settings,
    policy: parsePolicy(settings.policy),
    keyPrefix: 'p',
    clock,
    counters: new Counters(new SharedArrayBuffer(Counters.bytesFor(1))),
    latency,
    stop: stop.signal,
    nodeIndexOf: () => 0,
    kindIndexOf: () => 0,
    reads: { done: 0, stale: 0 },
  };
  const log = new ClientLog();
  await runClient({ index: 0, writer, reader: new Reader(writer, log, shared), log }, shared, 0);
  return latency.summary();
}

describe('a client', () => {
  it.each([0, 0.4, 1.5])(
    'measures no latency below what the server takes, its timers %s ms early',
    async (earlyMs) => {
      const latency = await latenciesOf(earlyMs, 50);
      expect(latency?.p50).toBeGreaterThanOrEqual(SERVER_MS);
      expect(latency?.max).toBeLessThan(2 * SERVER_MS);
    },
  );

  it('counts from when a write was due where it began late', async () => {
    const latency = await latenciesOf(1.5, 50, { at: 10, ms: 100 });
    // Ten more were due in those 100 ms, and waited for it.
    expect(latency?.max).toBeGreaterThan(98);
    expect(latency?.p95).toBeGreaterThan(70);
    expect(latency?.p50).toBeLessThan(2 * SERVER_MS);
  });
});
