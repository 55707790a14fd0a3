import { type Address, sameAddress } from '../model/address.js';
import type { AnsweredNode, MasterFacts } from '../model/facts.js';
import { oncePer } from '../model/once-per.js';

/** The master as one sentinel has it. */
export interface Claim {
  address: Address;
  epoch: number;
}

/** The data node at a claimed address, as it says itself. */
export interface ClaimedNode {
  isMaster: boolean;
  /** How many data nodes follow it. */
  replicas: number;
  keys: number;
}

/**
 * Which address is right where the sentinels disagree: the newest configuration, as they decide themselves (sentinel.c,
 * sentinelProcessHelloMessage); of one epoch, the one whose node says that it is the master; then the one that has the
 * most replicas, the most votes, the most keys. Votes come late: of a switch that has reached one of three, two still
 * name the dead one. Null where no sentinel names one.
 */
export function believed(
  claims: readonly Claim[],
  at: (address: Address) => ClaimedNode | undefined,
): Address | null {
  const votes = ({ address }: Claim): number =>
    claims.filter((claim) => sameAddress(claim.address, address)).length;
  const [best] = claims
    .filter(({ address }) => address.host !== '' && address.port !== 0)
    .map((claim) => ({ ...claim, node: at(claim.address) }))
    .toSorted(
      (a, b) =>
        b.epoch - a.epoch ||
        Number(b.node?.isMaster ?? false) - Number(a.node?.isMaster ?? false) ||
        (b.node?.replicas ?? 0) - (a.node?.replicas ?? 0) ||
        votes(b) - votes(a) ||
        (b.node?.keys ?? 0) - (a.node?.keys ?? 0),
    );
  return best?.address ?? null;
}

/**
 * Whether a sentinel hands over to a replica that it has promoted: SENTINEL MASTER still shows the old address then, with
 * the new epoch, while it tells all others the new one (sentinel.c, sentinelGetCurrentMasterAddress).
 */
export const isHandingOver = (failoverState: string | null | undefined): boolean =>
  failoverState === 'reconf_slaves' || failoverState === 'update_config';

/** The same of what a snapshot shows. */
export const believedMaster = oncePer(({ sentinelViews, answered, refOf }: MasterFacts): Address | null => {
  const own = sentinelViews.filter(({ view }) => !isHandingOver(view.failoverState));
  const claims = (own.length > 0 ? own : sentinelViews).map(({ view }) => ({
    address: view.address,
    epoch: view.configEpoch,
  }));
  return believed(claims, (address) => {
    const node = answered.find((n) => n.id === refOf(address).id);
    return (
      node && {
        isMaster: node.answer.role === 'master',
        replicas: followersOf({ answered, refOf }, node),
        keys: node.answer.keys ?? 0,
      }
    );
  });
});

/** The data node that the sentinels name, by their newest configuration, as it answered; undefined where none does. */
export function believedNode(facts: MasterFacts): AnsweredNode | undefined {
  const id = believedId(facts);
  return facts.answered.find((n) => n.id === id);
}

/** The id of that node, whether it answers or not; null where no sentinel names one. */
export function believedId(facts: MasterFacts): string | null {
  const address = believedMaster(facts);
  return address === null ? null : facts.refOf(address).id;
}

/** The nodes that say that they are the master, and which the sentinels do not name. */
export function unnamedMasters(facts: MasterFacts): AnsweredNode[] {
  const right = believedId(facts);
  return facts.answered.filter((n) => n.answer.role === 'master' && n.id !== right);
}

/** The data nodes that follow this one. */
export const followersIn = (
  { answered, refOf }: Pick<MasterFacts, 'answered' | 'refOf'>,
  node: AnsweredNode,
): AnsweredNode[] =>
  answered.filter(({ answer: { follows } }) => follows !== null && refOf(follows).id === node.id);

/** How many there are. */
export const followersOf = (facts: Pick<MasterFacts, 'answered' | 'refOf'>, node: AnsweredNode): number =>
  followersIn(facts, node).length;
