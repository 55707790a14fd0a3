import { usageError } from '../errors.js';
import type { Fault } from './catalogue/fault.js';

/** Those that a request may have, in milliseconds. */
interface Durations {
  forMs: number | null;
  delayMs?: number | undefined;
  jitterMs?: number | undefined;
}

/** An option that changes nothing is a mistake. Throws usageError (64). */
export function requireHeeded(fault: Fault, { forMs, delayMs, jitterMs }: Durations): void {
  const given = Object.entries({ for: forMs ?? undefined, delay: delayMs, jitter: jitterMs }).flatMap(
    ([name, ms]) => (ms === undefined ? [] : [name]),
  );
  const unheeded = given.find((name) => !(`${name}Ms` in fault.params));
  if (unheeded === undefined) return;
  throw usageError('bad-value', `${fault.name} does not take --${unheeded}`, {
    hint: `sentinelctl faults ${fault.name} # shows its options`,
  });
}
