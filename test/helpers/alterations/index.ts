import { ACCESS } from './access.js';
import type { Alteration, Place } from './alteration.js';
import { CONFIGURATION } from './configuration.js';
import { DATA } from './data.js';
import { LIVE } from './live.js';
import { WATCHED } from './watched.js';

export { type Alteration, altered, flawless, type Place } from './alteration.js';

/** A fault for every check that looks at a cluster. */
export const ALTERATIONS: readonly Alteration[] = [...CONFIGURATION, ...ACCESS, ...DATA, ...LIVE, ...WATCHED];

/** Each of them wherever it can be, with its words. */
export const CASES = (['one machine', 'three machines'] as const).flatMap((place) =>
  ALTERATIONS.filter(({ only }) => only === undefined || only === place).map(
    (fault): [string, Place, Alteration] => [`${fault.id} of ${fault.subject} on ${place}`, place, fault],
  ),
);
