import { usageError } from '../../errors.js';
import { nearest } from '../../model/nearest.js';
import { DATA_FAULTS } from './data.js';
import type { Fault } from './fault.js';
import { FROZEN_FAULTS } from './frozen.js';
import { NETWORK_FAULTS } from './network.js';
import { NODE_FAULTS } from './nodes.js';
import { SENTINEL_FAULTS } from './sentinels.js';

/** Everything that happens to a Sentinel cluster, in the order in which it is listed. */
export const catalogue: readonly Fault[] = [
  ...NODE_FAULTS,
  ...FROZEN_FAULTS,
  ...NETWORK_FAULTS,
  ...SENTINEL_FAULTS,
  ...DATA_FAULTS,
];

/** The fault of that name. Throws `unknown-fault` (64), with the one that was probably meant. */
export function faultOf(name: string): Fault {
  const fault = catalogue.find((one) => one.name === name);
  if (fault !== undefined) return fault;
  const names = catalogue.map((one) => one.name);
  const found = nearest(name, names);
  throw usageError('unknown-fault', `unknown fault "${name.slice(0, 60)}"`, {
    why: found === undefined ? `there are: ${names.join(', ')}` : `did you mean ${found}?`,
    hint: 'sentinelctl faults',
  });
}
