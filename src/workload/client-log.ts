import { type ClientRecord, FAILURE_WORDS, RUN_WORDS, TICKS_PER_MS } from './record.js';

/** Acknowledgements that follow each other within this are one run: what is lost of the time is less, in ticks. */
const SAME_RUN_TICKS = TICKS_PER_MS / 2;
const SAME_FAILURE_TICKS = 10 * TICKS_PER_MS;
const MAX_COUNT = 0xff_ffff;

/**
 * Takes down what becomes of one client's writes in two bits each, and when and by which node in runs of 12 bytes, at most
 * 2,000 a second. Times are milliseconds since the workload's start.
 */
export class ClientLog {
  #attempted = 0;
  #acknowledged = new Uint8Array(1024);
  #indeterminate = new Uint8Array(1024);
  readonly #runs = new Words();
  readonly #failures = new Words();

  get attempted(): number {
    return this.#attempted;
  }

  /** Numbers the next `count` writes, and answers with the first number. Until they are settled, anything may be. */
  attempt(count: number): number {
    const first = this.#attempted;
    this.#attempted += count;
    const bytes = (this.#attempted + 7) >> 3;
    if (bytes > this.#acknowledged.length) {
      this.#acknowledged = grown(this.#acknowledged, bytes);
      this.#indeterminate = grown(this.#indeterminate, bytes);
    }
    for (let seq = first; seq < this.#attempted; seq++) set(this.#indeterminate, seq);
    return first;
  }

  /** Write number `seq` was acknowledged by the node with this index (below 256). */
  acknowledge(seq: number, atMs: number, node: number): void {
    clear(this.#indeterminate, seq);
    set(this.#acknowledged, seq);
    const tick = ticksOf(atMs);
    const runs = this.#runs;
    const packed = runs.last(1);
    const count = packed & MAX_COUNT;
    const follows =
      count > 0 &&
      count < MAX_COUNT &&
      packed >>> 24 === node &&
      runs.last(3) + count === seq &&
      tick - runs.last(2) < SAME_RUN_TICKS;
    if (follows) runs.setLast(packed + 1);
    else runs.push(seq, tick, ((node << 24) | 1) >>> 0);
  }

  /** It was not acknowledged: certainly not carried out where `definite`, otherwise unknown. */
  fail(seq: number, atMs: number, kind: number, definite: boolean): void {
    if (definite) clear(this.#indeterminate, seq);
    this.failed(atMs, kind);
  }

  /** Something failed that is not a write of the ledger: a read. */
  failed(atMs: number, kind: number): void {
    const tick = ticksOf(atMs);
    const packed = this.#failures.last(1);
    const count = packed & MAX_COUNT;
    const same = count > 0 && count < MAX_COUNT && packed >>> 24 === kind;
    if (same && tick - this.#failures.last(2) < SAME_FAILURE_TICKS) this.#failures.setLast(packed + 1);
    else this.#failures.push(tick, ((kind << 24) | 1) >>> 0);
  }

  /** All of it, in arrays of its own that can be handed to another thread. */
  record(id: string): ClientRecord {
    const bytes = (this.#attempted + 7) >> 3;
    return {
      id,
      attempted: this.#attempted,
      acknowledged: this.#acknowledged.slice(0, bytes),
      indeterminate: this.#indeterminate.slice(0, bytes),
      runs: this.#runs.all(),
      failures: this.#failures.all(),
    };
  }
}

/** Words that only grow, in blocks, so that growing copies nothing. */
class Words {
  /** A multiple of what one run takes, so that a run is never split. */
  static readonly #BLOCK = RUN_WORDS * FAILURE_WORDS * 8192;
  readonly #full: Uint32Array[] = [];
  #block = new Uint32Array(1024 * RUN_WORDS * FAILURE_WORDS);
  #used = 0;

  push(...words: number[]): void {
    if (this.#used === this.#block.length) {
      this.#full.push(this.#block);
      this.#block = new Uint32Array(Words.#BLOCK);
      this.#used = 0;
    }
    for (const word of words) this.#block[this.#used++] = word;
  }

  /** The word `back` places from the end, 1 for the last one; 0 where a block has just begun. */
  last(back: number): number {
    return this.#block[this.#used - back] ?? 0;
  }

  setLast(word: number): void {
    this.#block[this.#used - 1] = word;
  }

  all(): Uint32Array {
    const parts = [...this.#full, this.#block.subarray(0, this.#used)];
    const whole = new Uint32Array(parts.reduce((n, part) => n + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

function grown(bits: Uint8Array, bytes: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(bytes, Math.ceil(bits.length * 1.5)));
  larger.set(bits);
  return larger;
}

const ticksOf = (ms: number): number => Math.max(0, Math.round(ms * TICKS_PER_MS));

function set(bits: Uint8Array, index: number): void {
  bits[index >> 3] = (bits[index >> 3] ?? 0) | (0x80 >> (index & 7));
}

function clear(bits: Uint8Array, index: number): void {
  bits[index >> 3] = (bits[index >> 3] ?? 0) & ~(0x80 >> (index & 7));
}
