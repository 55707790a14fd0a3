/** Bitmaps in Redis's order (bitops.c, setbitCommand): bit 0 is the highest bit of byte 0. */

const POPULATION = Uint8Array.from({ length: 256 }, (_, byte) => {
  let n = 0;
  for (let rest = byte; rest > 0; rest >>= 1) n += rest & 1;
  return n;
});

export const bitAt = (bits: Uint8Array, index: number): number =>
  ((bits[index >> 3] ?? 0) >> (7 - (index & 7))) & 1;

export const byteAt = (bits: Uint8Array, byte: number): number => bits[byte] ?? 0;

/** How many bits are set, from `fromBit` on; a multiple of 8 is fastest. */
export function countBits(bits: Uint8Array, fromBit = 0): number {
  let n = 0;
  for (let byte = fromBit >> 3; byte < bits.length; byte++) {
    const masked = byte === fromBit >> 3 ? byteAt(bits, byte) & (0xff >> (fromBit & 7)) : byteAt(bits, byte);
    n += POPULATION[masked] ?? 0;
  }
  return n;
}

/** How many bits `of` yields over all bytes, which it makes of one byte of each bitmap. */
export function countWhere(bytes: number, of: (byte: number) => number): number {
  let n = 0;
  for (let byte = 0; byte < bytes; byte++) n += POPULATION[of(byte) & 0xff] ?? 0;
  return n;
}
