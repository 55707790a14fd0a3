import type { NodeHost } from '../drivers/node-host.js';
import { refused } from '../errors.js';
import { driverFacts } from '../model/drivers.js';
import { type ClusterPlan, sentinelNodes } from '../model/plan.js';
import type { Access } from '../wire/access.js';
import type { WorkloadTarget } from './target.js';

/** The parts of a LiveCluster that say how it is reached. */
interface Reached {
  host: NodeHost;
  plan: ClusterPlan;
  state: { routable: boolean };
  asking: { access: Access };
}

export type ClientRoute = Pick<WorkloadTarget, 'sentinels' | 'access' | 'localAddress'>;

/**
 * How clients get to a cluster created by sentinelctl. `apart`: from an address of their own, so that they can be cut off from nodes
 * that this program still sees; among processes with addresses of their own that is always so, where packet rules can be
 * made. Throws `no-links` (3) where they must be apart and cannot be.
 */
export async function clientRouteOf(
  { host, plan, state, asking }: Reached,
  apart = false,
): Promise<ClientRoute> {
  const { access } = asking;
  const usual: ClientRoute = {
    sentinels: sentinelNodes(plan).map(({ endpoint }) => endpoint),
    access: state.routable ? { ...access, addresses: {} } : access,
  };
  if (!apart && !driverFacts(plan.driver).clientsApart) return usual;
  const probe = await host.links();
  if (probe.ok && probe.client.ok) {
    const { localAddress, byEndpoint } = probe.client;
    return { ...usual, localAddress, access: byEndpoint ? access : usual.access };
  }
  if (!apart) return usual;
  throw refused('no-links', 'the clients cannot be cut off from nodes here', {
    why: probe.ok ? (probe.client.ok ? undefined : probe.client.reason) : probe.reason,
    hint: probe.ok ? undefined : probe.hint,
  });
}
