import { isInChain, PHASE_TABLE } from './phases.js';
import type { ClientSummary, LedgerSummary, PhaseId, Rejoin, Trial } from './result.js';

/** A measured value; or why there is none: what was waited for never happened, or it is not known. */
export type Reading = number | 'never' | 'unknown';

/** The fields of T that hold a number, or null. */
export type Numbers<T> = { [K in keyof T]-?: number extends T[K] ? K : never }[keyof T] & string;
export type Latency = NonNullable<ClientSummary['latencyMs']>;

const ORDER = PHASE_TABLE.map((row) => row.id);

/** What is missing before a later one was missed. */
export function readPhase(id: PhaseId, { phases }: Trial): Reading {
  const value = phases[id];
  if (value !== null) return value;
  const passed = isInChain(id) && ORDER.slice(ORDER.indexOf(id) + 1).some((later) => phases[later] !== null);
  // Where there is no other replica, none is re-attached after a switch.
  const unused = id === 'reattachedMs' && phases.switchedMs !== null;
  return passed || unused ? 'unknown' : 'never';
}

/** Each moment of the return that was waited for and not seen did not happen; without a return nothing is known. */
export const readRejoin =
  (key: Exclude<Numbers<Rejoin>, 'zombieWrites'>) =>
  ({ rejoin }: Trial): Reading =>
    rejoin === null ? 'unknown' : (rejoin[key] ?? 'never');

/** A client that was not acknowledged again never recovered, and then the worst outage did not end either. */
export const readClient =
  (key: Numbers<ClientSummary>) =>
  ({ client }: Trial): Reading => {
    if (client === undefined) return 'unknown';
    if (client.lastRecoveredMs === null && key !== 'firstRecoveredMs') return 'never';
    return client[key] ?? 'never';
  };

export const readLatency =
  (key: Numbers<Latency>) =>
  ({ client }: Trial): Reading =>
    client?.latencyMs?.[key] ?? 'unknown';

/** What was counted while the clients wrote. */
export const readWritten =
  (key: Exclude<Numbers<LedgerSummary>, 'lost' | 'recovered' | 'unexpected'>) =>
  ({ ledger }: Trial): Reading =>
    ledger?.[key] ?? 'unknown';

/** What only the read-back of the master tells: of the new one, or of the old one where none was promoted. */
export const readBack =
  (key: 'lost' | 'recovered' | 'unexpected') =>
  ({ ledger, oldMaster, newMaster }: Trial): Reading => {
    const truth = (newMaster ?? oldMaster).id;
    const wasRead = ledger?.missingAt.some((node) => node.id === truth && node.missing !== null);
    return ledger === undefined || wasRead !== true ? 'unknown' : ledger[key];
  };
