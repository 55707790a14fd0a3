import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';

/** Every IPv4 subnet that this machine has an interface in or a route to, but for the default route. */
export async function hostSubnets(): Promise<string[]> {
  const own = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ cidr, family }) => (family === 'IPv4' && cidr !== null ? [cidr] : [])),
  );
  // Only Linux has the file; elsewhere containers live in a virtual machine with routes of its own.
  const routes = await readFile('/proc/net/route', 'utf8').catch(() => '');
  return [...own, ...parseRoutes(routes)];
}

/**
 * /proc/net/route: columns Iface Destination Gateway Flags … Mask, addresses as hexadecimal in the machine's byte
 * order (net/ipv4/fib_trie.c, fib_route_seq_show); all of Node's platforms with this file are little-endian but s390x.
 */
export function parseRoutes(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const columns = line.trim().split(/\s+/);
      const destination = bytesOf(columns[1]);
      const mask = bytesOf(columns[7]);
      if (destination === undefined || mask === undefined) return [];
      const bits = mask.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
      return bits === 0 ? [] : [`${destination.join('.')}/${bits}`];
    });
}

function bytesOf(hex: string | undefined): number[] | undefined {
  return hex !== undefined && /^[0-9A-F]{8}$/i.test(hex) ? [...Buffer.from(hex, 'hex').reverse()] : undefined;
}
