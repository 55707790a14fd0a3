import { type Address, sameAddress } from '../model/address.js';
import type { MasterFacts } from '../model/facts.js';

/**
 * Which address is right where the sentinels disagree: the newest configuration, as they decide themselves (sentinel.c,
 * sentinelProcessHelloMessage); of one epoch, the one whose node says that it is the master; then the most votes. Votes
 * come last: of a switch that has reached one of three, two still name the dead one. Null where no sentinel answers.
 */
export function believedMaster({ witnesses, answered, refOf }: MasterFacts): Address | null {
  const isMaster = (address: Address): number =>
    answered.some((n) => n.id === refOf(address).id && n.answer.role === 'master') ? 1 : 0;
  const votes = (address: Address): number =>
    witnesses.filter(({ view }) => sameAddress(view.address, address)).length;
  const [best] = witnesses
    .map(({ view }) => view)
    .filter(({ address }) => address.host !== '' && address.port !== 0)
    .toSorted(
      (a, b) =>
        b.configEpoch - a.configEpoch ||
        isMaster(b.address) - isMaster(a.address) ||
        votes(b.address) - votes(a.address),
    );
  return best?.address ?? null;
}
