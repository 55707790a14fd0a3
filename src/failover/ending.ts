import type { Address } from '../model/address.js';
import type { Rejoin } from '../observe/result.js';
import type { Fault } from './fault.js';

/** How it ended, as far as it decides what was lost and why. Moments are on the run's clock, in milliseconds. */
export interface Ending {
  /** What was done, by its name. */
  fault: string;
  faultAtMs: number;
  /** Who took over from the old master; null where nobody did. */
  newMaster: { id: string; announce: Address } | null;
  /** The old master answered again, and became a replica; null where that was not seen. */
  returnedAtMs: number | null;
  convertedAtMs: number | null;
  /** The old master came back without its data, and nobody had taken over. */
  cameBackEmpty: boolean;
  /** Whether there is a master that clients could find. */
  servesAgain: boolean;
}

/** How a trial's failover ended. */
export function endingOf(
  fault: Fault,
  newMaster: { id: string; announce: Address } | null,
  back: Rejoin | null,
): Ending {
  const at = (ms: number | null | undefined): number | null => (ms == null ? null : fault.atMs + ms);
  return {
    fault: fault.name,
    faultAtMs: fault.atMs,
    newMaster,
    returnedAtMs: at(back?.restartedMs),
    convertedAtMs: at(back?.convertedMs),
    // It is never started before another one was promoted, unless it has its data.
    cameBackEmpty: false,
    servesAgain: newMaster !== null,
  };
}
