import { type Address, formatAddress } from '../../model/address.js';
import type { Got } from '../../model/gathered.js';
import type { AppNode } from '../../wire/app-side.js';

export interface NatAsking {
  /** Where the sentinels answer: their machine may publish the nodes' ports too. */
  hosts: Address[];
  alsoAt: (announce: Address) => Address[];
  ask: (address: Address) => Promise<Got<AppNode>>;
}

/**
 * Where nodes that are announced by addresses that do not lead anywhere from here can be reached: candidates are
 * asked, and count only where the server's run id is the one that the sentinel knows. Announced address → the one
 * that is reachable; without those that were not found.
 */
export async function natMapFor(
  nodes: readonly { announce: Address; runId: string }[],
  { hosts, alsoAt, ask }: NatAsking,
): Promise<Record<string, string>> {
  const known = nodes.filter((node) => node.runId !== '');
  const machines = [...new Set(hosts.map((h) => h.host))];
  const candidates = new Map<string, Address>();
  for (const { announce } of known) {
    const published = machines.map((host) => ({ host, port: announce.port }));
    for (const address of [...alsoAt(announce), ...published])
      candidates.set(formatAddress(address), address);
  }
  const announced = new Set(known.map((node) => formatAddress(node.announce)));
  const asked = await Promise.all(
    [...candidates.values()]
      .filter((address) => !announced.has(formatAddress(address)))
      .map(async (address) => ({ address, answer: await ask(address) })),
  );
  return Object.fromEntries(
    known.flatMap(({ announce, runId }) => {
      const found = asked.find(({ answer }) => answer.ok && answer.value.runId === runId);
      return found === undefined ? [] : [[formatAddress(announce), formatAddress(found.address)]];
    }),
  );
}
