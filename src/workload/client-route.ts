import { accessOf } from '../cluster/ask.js';
import type { NodeHost } from '../drivers/node-host.js';
import { refused } from '../errors.js';
import { driverFacts } from '../model/drivers.js';
import { type ClusterPlan, sentinelNodes } from '../model/plan.js';
import { APP, type ClusterSecrets } from '../model/users.js';
import type { Access, ClientLogin } from '../wire/access.js';
import type { WorkloadTarget } from './target.js';

/** The parts of a LiveCluster that say how it is reached. */
interface Reached {
  host: NodeHost;
  plan: ClusterPlan;
  state: { routable: boolean };
  asking: { access: Access };
  secrets: ClusterSecrets;
}

export type ClientRoute = Pick<WorkloadTarget, 'sentinels' | 'access' | 'localAddress'>;

/**
 * What clients log in with: what was given for them, else as the application, whose user is known of a cluster that
 * sentinelctl made with users, else as sentinelctl does. Sentinels are asked with their own login.
 */
function clientAccess({ plan, asking, secrets }: Reached, login: ClientLogin | undefined): Access {
  const { access } = asking;
  const known = secrets.users === null ? access : { ...access, ...loginsIn(accessOf(plan, secrets, APP)) };
  return login === undefined ? known : { ...known, redis: { ...known.redis, ...login } };
}

const loginsIn = ({ redis, sentinel }: Access): Pick<Access, 'redis' | 'sentinel'> => ({ redis, sentinel });

/** Who the clients log in as at data nodes; null where nothing is logged in to. */
export const clientUser = (live: Reached, login: ClientLogin | undefined): string | null => {
  const { username, password } = clientAccess(live, login).redis;
  return password == null ? null : (username ?? 'default');
};

/**
 * How clients get to a cluster created by sentinelctl. `apart`: from an address of their own, so that they can be cut off from nodes
 * that this program still sees; among processes with addresses of their own that is always so, where packet rules can be
 * made. Throws `no-links` (3) where they must be apart and cannot be.
 */
export async function clientRouteOf(
  live: Reached,
  { apart = false, login }: { apart?: boolean; login?: ClientLogin | undefined } = {},
): Promise<ClientRoute> {
  const { host, plan, state } = live;
  const access = clientAccess(live, login);
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
