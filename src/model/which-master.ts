import { unreachable, usageError } from '../errors.js';
import type { Address } from './address.js';
import { ballots, monitoredNames, sentinelAnswers, sentinelViewsOf } from './facts.js';
import type { Snapshot } from './snapshot.js';
import type { Ref } from './status.js';
import { noSentinel } from './unasked.js';
import { listed } from './words.js';

/** A sentinel that was asked: `error` says why it gave no answer, null where it gave one. */
export interface Asked extends Ref {
  error: string | null;
}

/** `master-addr`: where clients are sent. */
export interface MasterAddrResult extends Address {
  masterName: string;
  /** What each sentinel that monitors it answers. */
  answers: { sentinel: string; host: string; port: number }[];
  /** True when all that answer give the same address. */
  agreed: boolean;
  sentinels: Asked[];
}

/** A sentinelctl command for the cluster that is looked at: `ctl` of hints.ts. */
type Ctl = (words: string) => string;

/**
 * The master that a command means: the one that was asked for, else the only one there is.
 * Throws `no-sentinel` (5) when none answers, `unknown-master-name` and `master-name-needed` (64).
 */
export function masterNameOf(snapshot: Snapshot, wanted: string | null, ctl: Ctl): string {
  const names = monitoredNames(snapshot);
  if (!snapshot.sentinels.some(sentinelAnswers)) {
    throw noSentinel(snapshot, { hint: `${ctl('status')} # shows what can be reached` });
  }
  if (wanted !== null) {
    if (names.includes(wanted)) return wanted;
    throw usageError('unknown-master-name', `no sentinel monitors a master named ${wanted}`, {
      why: names.length === 0 ? undefined : `they monitor ${listed(names)}`,
      hint: names[0] === undefined ? ctl('masters') : `--master-name ${names[0]}`,
    });
  }
  const [first, ...others] = names;
  if (first !== undefined && others.length === 0) return first;
  throw usageError(
    'master-name-needed',
    first === undefined
      ? 'the sentinels monitor no master'
      : `the sentinels monitor ${listed(names)}: say which`,
    { hint: first === undefined ? ctl('status') : `--master-name ${first}` },
  );
}

/** The address that most sentinels give, the newest epoch where they are even. Throws as masterNameOf does. */
export function masterAddrResult(snapshot: Snapshot, askedName: string | null, ctl: Ctl): MasterAddrResult {
  const masterName = masterNameOf(snapshot, askedName, ctl);
  const sentinelViews = sentinelViewsOf(snapshot, masterName);
  const piles = ballots(sentinelViews);
  const top = piles[0];
  if (top === undefined) throw unreachable('no-sentinel', `no sentinel answers for ${masterName}`);
  return {
    masterName,
    ...top.address,
    answers: sentinelViews.map((w) => ({ sentinel: w.sentinel.id, ...w.view.address })),
    agreed: piles.length === 1,
    sentinels: asked(snapshot),
  };
}

/** Every sentinel that was asked. */
export const asked = (snapshot: Snapshot): Asked[] =>
  snapshot.sentinels.map((s) => ({
    id: s.id,
    host: s.announce.host,
    port: s.announce.port,
    error: s.answer === null ? (s.silence?.message ?? 'no answer') : null,
  }));
