import type { NodeKind } from '../model/plan.js';
import { type Asked, usesPassword, withPasswords } from '../model/secrets.js';
import type { NodeState, SentinelState, Snapshot } from '../model/snapshot.js';
import type { RawFinding } from './check.js';
import { deniedIn } from './live/lacks-right.js';

/** A server that a command may ask. */
export const asked = ({ endpoint }: Pick<Asked, 'endpoint'>, kind: NodeKind, wants = false): Asked => ({
  endpoint,
  kind,
  wantsPassword: wants,
});

/** The servers of a snapshot that redis-cli must be given a password for, also where this command needed none. */
export function lockedIn({ sentinels, groups }: Pick<Snapshot, 'sentinels' | 'groups'>): Asked[] {
  // One that denies a command to the user that is logged in without a password wants none.
  const locked = ({ silence }: NodeState | SentinelState): boolean =>
    silence?.kind === 'auth' && deniedIn(silence.message) === null;
  return [
    ...groups.flatMap(({ nodes }) =>
      nodes.map((n) => asked(n, 'redis', locked(n) || Boolean(n.answer?.settings?.requirepass))),
    ),
    ...sentinels.map((s) => asked(s, 'sentinel', locked(s))),
  ].filter(({ kind, wantsPassword }) => wantsPassword || usesPassword(kind));
}

/** Puts how redis-cli is given a password before the commands at these servers. */
export function rawWithLogins(raw: RawFinding, servers: readonly Asked[]): RawFinding {
  const { later } = raw;
  const lines = withPasswords([...raw.fix, ...(later === undefined ? [] : [later.fix])], servers);
  const last = later === undefined ? undefined : lines.pop();
  return { ...raw, fix: lines, ...(later !== undefined && { later: { ...later, fix: last ?? later.fix } }) };
}
