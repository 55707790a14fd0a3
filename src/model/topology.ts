import { EXIT, type ExitCode } from '../errors.js';
import { type Address, formatAddress, sameAddress } from './address.js';
import { majorityMaster } from './agreement.js';
import { isAt, refIn, sentinelViewsOf } from './facts.js';
import { isLocked, type NodeState, type Snapshot } from './snapshot.js';
import type { Ref } from './status.js';

/** A server in the tree of a replication. */
export interface TopologyNode extends Ref {
  /** From the node's own ROLE; `unknown` where it did not answer. */
  role: 'master' | 'replica' | 'unknown';
  /** Whether most sentinels name it as the master. */
  isNamed: boolean;
  /** Whether a sentinel lists it, as master or replica. */
  isListed: boolean;
  /** Why it did not answer; null where it did, and where it was not asked: only the node that it follows names it. */
  error: string | null;
  /** Only where it is there and refuses this command's password, user or TLS. */
  locked?: true;
  /** `redis 7.0.15`; null where it did not say. */
  server: string | null;
  linkStatus: 'up' | 'down' | null;
  /** Behind the node that it follows, bytes. */
  lagBytes: number | null;
  keys: number | null;
  /** replica-priority; 0: never promoted. */
  priority: number | null;
  /** The servers that follow it. */
  replicas: TopologyNode[];
}

/** The document of `topology`: the trees of one master's group. */
export interface TopologyResult {
  masterName: string;
  /** What most sentinels name; null where they do not agree. */
  master: Ref | null;
  /** Servers that follow no other, or one that is not known here; of servers that follow each other in a ring the first. */
  roots: TopologyNode[];
}

/** 2 where the role of a server is not known for lack of a password, a right or TLS; what is down is only shown. */
export const topologyExitCode = ({ roots }: Pick<TopologyResult, 'roots'>): ExitCode =>
  roots.some(hasLocked) ? EXIT.unknown : EXIT.ok;

const hasLocked = ({ locked, replicas }: TopologyNode): boolean =>
  locked === true || replicas.some(hasLocked);

/** Which server follows which one in a master's group, also what the sentinels do not list: replicas of replicas, and strangers. */
export function topologyOf(snapshot: Snapshot, masterName: string): TopologyResult {
  const nodes = snapshot.groups.find((group) => group.masterName === masterName)?.nodes ?? [];
  const master = majorityMaster(snapshot, masterName);
  const views = sentinelViewsOf(snapshot, masterName).map(({ view }) => view);
  const isListed = (address: Address): boolean =>
    views.some((view) => [view, ...view.replicas].some((one) => sameAddress(one.address, address)));
  const ref = (address: Address): Ref => refIn([...nodes, ...snapshot.sentinels], {}, address);
  const reached = new Set<NodeState>();

  const treeOf = (node: NodeState, leader: NodeState | null): TopologyNode => {
    reached.add(node);
    const { answer, announce, silence } = node;
    const followers = nodes.filter(
      (other) => !reached.has(other) && other.answer?.follows != null && isAt(node, other.answer.follows),
    );
    const asked = followers.map((other) => treeOf(other, node));
    const strangers = (answer?.attached ?? [])
      .filter(({ address }) => !nodes.some((other) => isAt(other, address)))
      .map((seen) => unasked(seen, answer?.offset ?? null));
    return {
      ...{ id: node.id, host: announce.host, port: announce.port },
      role: answer?.role ?? 'unknown',
      isNamed: sameAddress(announce, master),
      isListed: isListed(announce),
      error: silence?.message ?? null,
      ...(isLocked(silence) && { locked: true as const }),
      server: answer === null ? null : `${answer.engine} ${answer.version}`,
      linkStatus: answer?.linkStatus ?? null,
      lagBytes: behind(leader?.answer?.offset ?? null, answer?.offset ?? null),
      keys: answer?.keys ?? null,
      priority: answer?.priority ?? null,
      replicas: [...asked, ...strangers].toSorted((a, b) => a.id.localeCompare(b.id)),
    };
  };
  const unasked = (
    { address, state, offset }: { address: Address; state: string; offset: number },
    leadersOffset: number | null,
  ): TopologyNode => ({
    ...ref(address),
    role: 'replica',
    isNamed: false,
    isListed: isListed(address),
    error: null,
    server: null,
    linkStatus: state === 'online' ? 'up' : 'down',
    lagBytes: behind(leadersOffset, offset),
    keys: null,
    priority: null,
    replicas: [],
  });

  const isRoot = ({ answer }: NodeState): boolean => {
    const follows = answer?.follows ?? null;
    return follows === null || !nodes.some((other) => isAt(other, follows));
  };
  const roots = nodes.filter(isRoot).map((node) => treeOf(node, null));
  // What is left follows others that are left: a ring.
  for (const node of nodes) if (!reached.has(node)) roots.push(treeOf(node, null));
  const order = (node: TopologyNode): number => (node.isNamed ? 0 : node.role === 'master' ? 1 : 2);
  return {
    masterName,
    master: master === null ? null : ref(master),
    roots: roots.toSorted((a, b) => order(a) - order(b) || formatAddress(a).localeCompare(formatAddress(b))),
  };
}

const behind = (ahead: number | null, own: number | null): number | null =>
  ahead === null || own === null ? null : Math.max(0, ahead - own);
