import { type Address, sameAddress } from '../model/address.js';
import type { MasterFacts } from '../model/facts.js';

/** The master as one sentinel has it. */
export interface Claim {
  address: Address;
  epoch: number;
}

/**
 * Which address is right where the sentinels disagree: the newest configuration, as they decide themselves (sentinel.c,
 * sentinelProcessHelloMessage); of one epoch, the one whose node says that it is the master; then the most votes. Votes
 * come last: of a switch that has reached one of three, two still name the dead one. Null where no sentinel names one.
 */
export function believed(
  claims: readonly Claim[],
  saysMaster: (address: Address) => boolean,
): Address | null {
  const votes = ({ address }: Claim): number =>
    claims.filter((claim) => sameAddress(claim.address, address)).length;
  const [best] = claims
    .filter(({ address }) => address.host !== '' && address.port !== 0)
    .toSorted(
      (a, b) =>
        b.epoch - a.epoch ||
        Number(saysMaster(b.address)) - Number(saysMaster(a.address)) ||
        votes(b) - votes(a),
    );
  return best?.address ?? null;
}

/** The same of what a snapshot shows. */
export const believedMaster = ({ witnesses, answered, refOf }: MasterFacts): Address | null =>
  believed(
    witnesses.map(({ view }) => ({ address: view.address, epoch: view.configEpoch })),
    (address) => answered.some((n) => n.id === refOf(address).id && n.answer.role === 'master'),
  );
