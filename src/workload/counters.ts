import { TICKS_PER_MS } from './record.js';

/** Words before the clients' own. */
const ATTEMPTED = 0;
const ACKNOWLEDGED = 1;
const FAILED = 2;
const INDETERMINATE = 3;
const CLIENTS = 4;

export interface Counts {
  attempted: number;
  acknowledged: number;
  failed: number;
  indeterminate: number;
}

/** What is going on, in memory that both threads see: no thread asks or waits. */
export class Counters {
  readonly #words: Uint32Array;

  /** Over a buffer of `bytesFor(clients)`. */
  constructor(readonly shared: SharedArrayBuffer) {
    this.#words = new Uint32Array(shared);
  }

  static bytesFor(clients: number): number {
    return (CLIENTS + clients) * Uint32Array.BYTES_PER_ELEMENT;
  }

  attempted(count: number): void {
    Atomics.add(this.#words, ATTEMPTED, count);
  }

  settled({ acknowledged, failed, indeterminate }: Omit<Counts, 'attempted'>): void {
    if (acknowledged > 0) Atomics.add(this.#words, ACKNOWLEDGED, acknowledged);
    if (failed > 0) Atomics.add(this.#words, FAILED, failed);
    if (indeterminate > 0) Atomics.add(this.#words, INDETERMINATE, indeterminate);
  }

  /** A client was acknowledged, in milliseconds since the workload's start. */
  heard(client: number, atMs: number): void {
    Atomics.store(this.#words, CLIENTS + client, Math.max(1, Math.floor(atMs * TICKS_PER_MS)));
  }

  counts(): Counts {
    return {
      attempted: Atomics.load(this.#words, ATTEMPTED),
      acknowledged: Atomics.load(this.#words, ACKNOWLEDGED),
      failed: Atomics.load(this.#words, FAILED),
      indeterminate: Atomics.load(this.#words, INDETERMINATE),
    };
  }

  /** True once every client was acknowledged later than this, in milliseconds since the workload's start. */
  allHeardSince(atMs: number): boolean {
    for (let i = CLIENTS; i < this.#words.length; i++) {
      const tick = Atomics.load(this.#words, i);
      if (tick === 0 || tick / TICKS_PER_MS <= atMs) return false;
    }
    return true;
  }
}
