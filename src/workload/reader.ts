import type { Clock } from '../clock.js';
import type { WorkloadSettings } from '../observe/result.js';
import type { Answer, Order, Writer } from '../wire/writer.js';
import type { ClientLog } from './client-log.js';
import type { Counters } from './counters.js';
import type { Latency } from './latency.js';
import type { Policy } from './settings.js';

/** What all clients of a workload share. Times are milliseconds since its start. */
export interface Shared {
  settings: WorkloadSettings;
  policy: Policy;
  keyPrefix: string;
  clock: Clock;
  counters: Counters;
  latency: Latency;
  /** Aborted: no further batch. */
  stop: AbortSignal;
  nodeIndexOf(peer: string): number;
  kindIndexOf(kind: string): number;
  reads: { done: number; stale: number };
}

/** Reads that may wait for a replica to answer; what is beyond is not sent, so that writing never waits for reading. */
const MAX_WAITING = 10_000;

/** Looks at one client's writes on a replica, beside its writing. */
export class Reader {
  #waiting: { look: Order; count: number; fromMs: number }[] = [];
  #count = 0;
  #busy = false;

  constructor(
    readonly writer: Writer,
    private readonly log: ClientLog,
    private readonly shared: Shared,
  ) {}

  /** Has the bit looked at so many times, as soon as what was offered before is done; its time counts from `fromMs`. */
  offer(look: Order, count: number, fromMs: number): void {
    if (this.#count + count > MAX_WAITING) return;
    this.#waiting.push({ look, count, fromMs });
    this.#count += count;
    if (!this.#busy) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#count -= next.count;
      const orders = Array.from({ length: next.count }, () => next.look);
      const answer = await this.writer.send(orders, 0);
      takeReads(this.log, this.shared, answer, 0, next.fromMs);
      if (this.shared.stop.aborted) break;
    }
    this.#busy = false;
  }
}

/** Takes down the reads, which come after the writes; a bit that is 0 was acknowledged before, and is missing. */
export function takeReads(
  log: ClientLog,
  shared: Shared,
  answer: Answer,
  first: number,
  fromMs: number,
): void {
  let read = 0;
  for (const result of answer.results.slice(first)) {
    if (typeof result === 'number') {
      read++;
      if (result === 0) shared.reads.stale++;
    } else log.failed(shared.clock.now(), shared.kindIndexOf(`read-${result.kind}`));
  }
  shared.reads.done += read;
  shared.latency.take(answer.atMs - fromMs, read, answer.atMs);
}
