import type { Address } from './address.js';
import { ATTACHED, type DriverName } from './drivers.js';
import type { ClusterSpec } from './spec.js';

export type NodeKind = 'redis' | 'sentinel';

/** One server of a cluster: what it is called, where it is and what it is for. */
export interface NodePlan {
  /** `redis-1`, `sentinel-2`: never changes, whatever role the node has at the moment. */
  id: string;
  kind: NodeKind;
  /** What the cluster speaks: the address that Sentinel announces to clients. */
  announce: Address;
  /** Where this machine reaches the node: the same, or a published port. */
  endpoint: Address;
  /** Data nodes: whether AOF and RDB are on. */
  persistent: boolean;
  /** Sentinels: the 40 hexadecimal digits of `sentinel myid`. */
  sentinelId?: string;
}

/** A cluster laid out: every node has its address. The first data node starts as the master. */
export interface ClusterPlan {
  spec: ClusterSpec;
  driver: DriverName;
  nodes: NodePlan[];
  /** For a cluster that sentinelctl did not start: `driver` says only how its nodes are like. */
  attached?: true;
  /** Where its servers are acted on by commands of the operator. */
  byCommands?: true;
}

/** How the nodes of a cluster run, for showing. */
export const driverWord = ({ driver, attached }: Pick<ClusterPlan, 'driver' | 'attached'>): string =>
  attached === true ? ATTACHED : driver;

/** A node before it has an address. */
export type NodeSlot = Omit<NodePlan, 'announce' | 'endpoint'>;

/** The nodes a spec asks for, in order: redis-1 … redis-n, sentinel-1 … sentinel-m. `newSentinelId` yields 40 hex digits. */
export function slotsOf(spec: ClusterSpec, newSentinelId: () => string): NodeSlot[] {
  const data = Array.from(
    { length: spec.replicas + 1 },
    (_, i): NodeSlot => ({
      id: `redis-${i + 1}`,
      kind: 'redis',
      persistent: spec.persistence === 'all' || (spec.persistence === 'procedure' && i > 0),
    }),
  );
  const sentinels = Array.from(
    { length: spec.sentinels },
    (_, i): NodeSlot => ({
      id: `sentinel-${i + 1}`,
      kind: 'sentinel',
      persistent: false,
      sentinelId: newSentinelId(),
    }),
  );
  return [...data, ...sentinels];
}

export const dataNodes = (plan: Pick<ClusterPlan, 'nodes'>): NodePlan[] =>
  plan.nodes.filter((n) => n.kind === 'redis');
export const sentinelNodes = (plan: Pick<ClusterPlan, 'nodes'>): NodePlan[] =>
  plan.nodes.filter((n) => n.kind === 'sentinel');

/** Announced `HOST:PORT` → the address that this machine reaches, of every node: also ioredis's natMap. */
export const addressMapOf = ({
  nodes,
}: {
  nodes: readonly Pick<NodePlan, 'announce' | 'endpoint'>[];
}): Record<string, Address> =>
  Object.fromEntries(
    nodes.map(({ announce, endpoint }) => [
      `${announce.host}:${announce.port}`,
      { host: endpoint.host, port: endpoint.port },
    ]),
  );
