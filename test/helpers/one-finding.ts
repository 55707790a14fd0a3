import type { RawFinding } from '../../src/checks/check.js';
import type { Gathered } from '../../src/model/gathered.js';
import { viewsIn } from './healthy-gathering.js';

/** What every sentinel says of the master. */
export const masterIs = (g: Gathered, fields: Record<string, string>): void => {
  for (const view of viewsIn(g)) Object.assign(view.fields, fields);
};

/** The only finding. */
export function first(found: RawFinding[] | string): RawFinding {
  if (typeof found === 'string' || found[0] === undefined || found.length > 1)
    throw new Error(`expected one finding: ${JSON.stringify(found)}`);
  return found[0];
}
