import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { refused } from '../../errors.js';
import { CLIENT, type Party } from '../links.js';

/**
 * A loopback address per node, out of 127.0.0.0/8, all of which Linux has on `lo`. As with containers: data nodes from
 * .11 on, sentinels from .21 on; the proxies of a slow network have .253, the clients of a workload .254.
 */
const FIRST = { redis: 10, sentinel: 20 } as const;
const PROXY = 253;
const CLIENTS = 254;
/** 127.0 and its neighbours have names and servers on many machines. */
const LOWEST = 16;
const HIGHEST = 239;

/** `127.88.3` and a node's id → `127.88.3.11`; the workload's clients too. */
export function loopbackOf(net: string, party: Party): string {
  if (party === CLIENT) return `${net}.${CLIENTS}`;
  const [, kind, number] = /^(redis|sentinel)-(\d{1,2})$/.exec(party) ?? [];
  if (kind === undefined) throw refused('no-such-node', `${JSON.stringify(party)} is not a node`);
  return `${net}.${FIRST[kind as keyof typeof FIRST] + Number(number)}`;
}

export const proxyAddress = (net: string): string => `${net}.${PROXY}`;

/**
 * The first three numbers of a cluster's own addresses: from the hash of its directory, so that clusters rarely collide,
 * or the next ones where a process already listens there. Throws `no-loopback-net` (3).
 */
export async function chooseNet(clusterDir: string): Promise<string> {
  const taken = listeningNets(await readFile('/proc/net/tcp', 'utf8').catch(() => ''));
  const hash = createHash('sha256').update(clusterDir).digest().readUInt16BE(0);
  const count = (HIGHEST - LOWEST + 1) * 256;
  for (let i = 0; i < count; i++) {
    const at = (hash + i) % count;
    const net = `127.${LOWEST + Math.floor(at / 256)}.${at % 256}`;
    if (!taken.has(net)) return net;
  }
  throw refused('no-loopback-net', 'no loopback network is free for this cluster', {
    hint: '--loopback shared',
  });
}

/**
 * `127.A.B` of every listening socket (state 0A) in a table of /proc/net/tcp, where an address is hexadecimal in the
 * machine's byte order (net/ipv4/tcp_ipv4.c, get_tcp4_sock): 127.88.3.11 is 0B03587F.
 * @internal Tested with tables of other machines.
 */
export function listeningNets(table: string): Set<string> {
  const nets = new Set<string>();
  for (const line of table.split('\n')) {
    const [, local, , state] = line.trim().split(/\s+/);
    const bytes = /^[0-9A-F]{2}([0-9A-F]{2})([0-9A-F]{2})7F:/.exec(local ?? '');
    if (state !== '0A' || bytes === null) continue;
    const [, third = '', second = ''] = bytes;
    nets.add(`127.${Number.parseInt(second, 16)}.${Number.parseInt(third, 16)}`);
  }
  return nets;
}
