import { holderOf } from '../host/port-holder.js';
import { becomesFree } from '../host/ports.js';
import { type Address, isLoopback } from '../model/address.js';
import type { NodePlan } from '../model/plan.js';
import type { Runtime } from './runtime.js';

/** A server at the address of a node that was removed, which sentinelctl did not start. */
export interface LeftRunning {
  /** The node that had this address. */
  node: string;
  address: Address;
  /** Null where it cannot be found out, for instance of another user's process. */
  pid: number | null;
  /** The program and its arguments up to the first option; null with `pid`. */
  command: string | null;
}

/** What still listens at addresses of this machine after the nodes that had them have ended. */
export async function leftRunning(
  { clock }: Pick<Runtime, 'clock'>,
  nodes: readonly NodePlan[],
): Promise<LeftRunning[]> {
  const here = nodes.filter(({ endpoint }) => isLoopback(endpoint.host));
  const found = await Promise.all(
    here.map(async ({ id, endpoint }): Promise<LeftRunning[]> => {
      if (await becomesFree(endpoint, { clock })) return [];
      const holder = await holderOf(endpoint.port).catch(() => undefined);
      return [{ node: id, address: endpoint, pid: holder?.pid ?? null, command: holder?.command ?? null }];
    }),
  );
  return found.flat();
}
