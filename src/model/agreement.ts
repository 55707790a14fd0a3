import { EXIT, type ExitCode } from '../errors.js';
import type { Address } from './address.js';
import { ballots, knownSentinels, witnessesOf } from './facts.js';
import type { Snapshot } from './snapshot.js';
import type { Agreement, StatusResult } from './status.js';
import { type ExitOn, verdictExitCode } from './verdict.js';

/** That of the verdict; 5 when not one server answered. */
export function statusExitCode(status: StatusResult, exitOn?: ExitOn): ExitCode {
  const servers = [...status.sentinels, ...status.masters.flatMap((m) => m.nodes)];
  return servers.some((s) => s.reachable) ? verdictExitCode(status.verdict, exitOn) : EXIT.unreachable;
}

/** The address that more than half of all known sentinels give for this master, silent ones counted; else null. */
export function majorityMaster(snapshot: Snapshot, masterName: string): Address | null {
  const top = ballots(witnessesOf(snapshot, masterName))[0];
  return top !== undefined && top.voices.length * 2 > knownSentinels(snapshot, masterName)
    ? top.address
    : null;
}

/** See Agreement. */
export function agreementOf(snapshot: Snapshot, masterName: string): Agreement {
  const piles = ballots(witnessesOf(snapshot, masterName));
  const known = knownSentinels(snapshot, masterName);
  const top = piles[0];
  if (top === undefined) return 'none';
  if (top.voices.length === known) return 'all';
  if (top.voices.length * 2 > known) return 'majority';
  return piles.length === 1 ? 'minority' : 'split';
}
