/**
 * Every write sets one bit of a bitmap: `SETBIT <prefix>:<client>:<chunk> <offset> 1`. A bit can be set twice without
 * harm, so that a client's own resending cannot confuse the ledger; ten million writes are read back as 1.2 MB; and
 * a bit that was never attempted would show. 65,536 writes a key: 8 KiB.
 */
export const CHUNK_BITS = 65_536;
export const CHUNK_BYTES = CHUNK_BITS / 8;

/** The key of a client's write number `seq`, which is bit `seq % CHUNK_BITS` of it. */
export const keyOf = (prefix: string, client: number, seq: number): string =>
  `${prefix}:${client}:${Math.floor(seq / CHUNK_BITS)}`;

/** All of a client's keys, and one more, in which nothing should be. */
export function keysOf(prefix: string, client: number, attempted: number): string[] {
  const chunks = Math.ceil(attempted / CHUNK_BITS) + 1;
  return Array.from({ length: chunks }, (_, chunk) => `${prefix}:${client}:${chunk}`);
}
