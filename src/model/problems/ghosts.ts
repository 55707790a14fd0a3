import { type Address, formatAddress, sameAddress } from '../address.js';
import { type Facts, isAt, type Witness } from '../facts.js';
import type { NodeState } from '../snapshot.js';
import type { Problem } from '../status.js';
import { type Check, grouped, ids, warning } from './problem.js';
import { isLeftover } from './sentinels.js';

/** Peers that sentinels list as down, and that nobody answers for. */
export const ghostSentinel: Check = (facts) =>
  ghosts(
    facts,
    (w) => w.view.sentinels,
    (address) => {
      const here = facts.snapshot.sentinels.find((s) => isAt(s, address));
      return here === undefined || isLeftover(here, facts.snapshot, facts.expectation);
    },
  ).map(([address, voices]) =>
    report(
      facts,
      'ghost-sentinel',
      'sentinel',
      address,
      voices,
      'it counts towards the majority that a failover needs',
    ),
  );

/** Replicas that sentinels list as down, and that nobody answers for. */
export const ghostReplica: Check = (facts) =>
  ghosts(
    facts,
    (w) => w.view.replicas,
    (address) => {
      const here = facts.nodes.find((n) => isAt(n, address));
      return here === undefined ? !expected(facts, address) : isNodeLeftover(here, facts);
    },
  ).map(([address, voices]) =>
    report(facts, 'ghost-replica', 'replica', address, voices, 'sentinels keep trying to reach it, for ever'),
  );

/** A silent data node of our cluster's sentinels that no plan lists: reported as a ghost instead. */
export function isNodeLeftover(node: NodeState, facts: Facts): boolean {
  const { own, nodes } = facts.expectation;
  if (node.answer !== null || node.silence?.kind === 'auth') return false;
  // Docker gives a stopped container's name no address: Sentinel then keeps an entry without a host.
  if (node.announce.host === '' || node.announce.port === 0) return true;
  return own && nodes !== undefined && !nodes.some((n) => n.id === node.id);
}

const expected = (facts: Facts, address: Address): boolean =>
  facts.expectation.nodes?.some((n) => sameAddress(n.announce, address)) ?? false;

function ghosts(
  facts: Facts,
  entriesOf: (witness: Witness) => { address: Address; flags: string[] }[],
  nobodyAt: (address: Address) => boolean,
): [Address, Witness[]][] {
  const entries = facts.witnesses.flatMap((witness) =>
    entriesOf(witness)
      .filter((e) => e.flags.includes('s_down') && nobodyAt(e.address))
      .map((e) => ({ address: e.address, witness })),
  );
  return grouped(entries, (e) => formatAddress(e.address)).flatMap((group): [Address, Witness[]][] =>
    group[0] === undefined ? [] : [[group[0].address, group.map((e) => e.witness)]],
  );
}

function report(
  facts: Facts,
  id: string,
  noun: string,
  address: Address,
  voices: Witness[],
  harm: string,
): Problem {
  const place = formatAddress(address);
  const sentinels = voices.map((w) => w.sentinel);
  const first = sentinels[0];
  // A RESET while the master is down forgets all replicas and peers: no failover would ever come.
  const safe = !facts.witnesses.some(
    (w) => w.view.flags.includes('s_down') || w.view.flags.includes('o_down'),
  );
  const command = safe ? `SENTINEL RESET ${facts.name}` : `SENTINEL MASTER ${facts.name}`;
  return warning(
    id,
    [{ id: place, announce: address }],
    `${ids(sentinels)} still ${sentinels.length === 1 ? 'lists' : 'list'} the ${noun} ${place}, which is down and which nobody answers for`,
    first === undefined ? facts.hints.ctl('status') : facts.hints.cli(first, command),
    safe
      ? `${harm}; RESET at one sentinel after the other, 30 s apart, and only while the master is healthy`
      : `${harm}; bring the master back before any RESET: it would forget the replicas and prevent every failover`,
  );
}
