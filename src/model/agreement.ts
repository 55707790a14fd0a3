import { EXIT, type ExitCode } from '../errors.js';
import type { Address } from './address.js';
import { ballots, knownSentinels, sentinelViewsOf } from './facts.js';
import { majorityOf } from './sentinel-timing.js';
import type { Snapshot } from './snapshot.js';
import type { Agreement, StatusResult } from './status.js';
import { type ExitOn, verdictExitCode } from './verdict.js';
import { count } from './words.js';

/** That of the verdict; 5 when not one server answered: one that wants a password did. */
export function statusExitCode(status: StatusResult, exitOn?: ExitOn): ExitCode {
  const servers = [...status.sentinels, ...status.masters.flatMap((m) => m.nodes)];
  return servers.some((s) => s.reachable || s.locked === true)
    ? verdictExitCode(status.verdict, exitOn)
    : EXIT.unreachable;
}

/** The address that more than half of all known sentinels give for this master, silent ones counted; else null. */
export function majorityMaster(snapshot: Snapshot, masterName: string): Address | null {
  const top = ballots(sentinelViewsOf(snapshot, masterName))[0];
  return top !== undefined && top.voices.length * 2 > knownSentinels(snapshot, masterName)
    ? top.address
    : null;
}

/** Why `majorityMaster` names none: too few sentinels answer to know it, or those that answer do not agree. */
export function noMasterWords(snapshot: Snapshot, masterName: string): string {
  const known = knownSentinels(snapshot, masterName);
  const needed = majorityOf(known);
  const answering = snapshot.sentinels.filter((s) => s.answer !== null).length;
  return answering >= needed
    ? 'the sentinels do not agree on a master'
    : `${answering} of ${count(known, 'sentinel')} ${answering === 1 ? 'answers' : 'answer'}, ${needed} ${needed === 1 ? 'is' : 'are'} needed to know the master`;
}

/** See Agreement. */
export function agreementOf(snapshot: Snapshot, masterName: string): Agreement {
  const piles = ballots(sentinelViewsOf(snapshot, masterName));
  const known = knownSentinels(snapshot, masterName);
  const top = piles[0];
  if (top === undefined) return 'none';
  if (top.voices.length === known) return 'all';
  if (top.voices.length * 2 > known) return 'majority';
  return piles.length === 1 ? 'minority' : 'split';
}
