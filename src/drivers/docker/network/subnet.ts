/** Pure arithmetic over IPv4 subnets, and the choice of an unused one. */

interface Range {
  first: number;
  last: number;
}

/** `10.0.0.0/8` as the numbers of its first and last address; undefined for anything but an IPv4 subnet. */
export function rangeOf(cidr: string): Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  if (match === null) return undefined;
  const [a = 256, b = 256, c = 256, d = 256, bits = 33] = match.slice(1).map(Number);
  if (a > 255 || b > 255 || c > 255 || d > 255 || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const first = address - (address % size);
  return { first, last: first + size - 1 };
}

/** The n-th address of a subnet: (`10.213.7.0/24`, 11) → `10.213.7.11`. */
export function addressIn(cidr: string, n: number): string {
  const number = (rangeOf(cidr)?.first ?? 0) + n;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

/** Whether a subnet has room for all pinned addresses (up to the 29th). */
export const isRoomy = (cidr: string): boolean => {
  const range = rangeOf(cidr);
  return range !== undefined && range.last - range.first >= 31;
};

export function overlaps(a: string, b: string): boolean {
  const one = rangeOf(a);
  const other = rangeOf(b);
  return one !== undefined && other !== undefined && one.first <= other.last && other.first <= one.last;
}

/**
 * Searched in this order: a part of 10/8 that few networks use; for a VPN that routes all of 10/8, the end of Docker's
 * own range, and 192.168/16.
 */
const CORNERS = ['10.213', '172.31', '192.168'];

/**
 * The first free /24 from `start` on (0 to 255, random: two clusters that start at the same time must not collide, and a
 * pool that the engine reserves without listing it is not tried twice). Undefined when all are in use.
 */
export function chooseSubnet(taken: readonly string[], start: number): string | undefined {
  for (const corner of CORNERS) {
    for (let i = 0; i < 256; i++) {
      const candidate = `${corner}.${(start + i) % 256}.0/24`;
      if (!taken.some((other) => overlaps(candidate, other))) return candidate;
    }
  }
  return undefined;
}
