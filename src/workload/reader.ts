import type { Order, Writer } from '../wire/writer.js';
import { type Shared, takeReads } from './client.js';
import type { ClientLog } from './client-log.js';

/** Reads that may wait for a replica to answer; what is beyond is not sent, so that writing never waits for reading. */
const MAX_WAITING = 10_000;

/** Looks at one client's writes on a replica, beside its writing. */
export class Reader {
  #waiting: { look: Order; count: number; dueMs: number }[] = [];
  #count = 0;
  #busy = false;

  constructor(
    readonly writer: Writer,
    private readonly log: ClientLog,
    private readonly shared: Shared,
  ) {}

  /** Has the bit looked at so many times, as soon as what was offered before is done. */
  offer(look: Order, count: number, dueMs: number): void {
    if (this.#count + count > MAX_WAITING) return;
    this.#waiting.push({ look, count, dueMs });
    this.#count += count;
    if (!this.#busy) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#count -= next.count;
      const orders = Array.from({ length: next.count }, () => next.look);
      const answer = await this.writer.send(orders, 0);
      takeReads(this.log, this.shared, answer, 0, next.dueMs);
      if (this.shared.stop.aborted) break;
    }
    this.#busy = false;
  }
}
