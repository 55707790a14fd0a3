import type { NodeKind } from '../model/plan.js';
import { type Asked, withPasswords } from '../model/secrets.js';
import type { NodeState, SentinelState, Snapshot } from '../model/snapshot.js';
import type { RawFinding } from './check.js';

/** A server that a command may ask. */
export const asked = ({ endpoint }: Pick<Asked, 'endpoint'>, kind: NodeKind, wants = false): Asked => ({
  endpoint,
  kind,
  wantsPassword: wants,
});

/** Puts how redis-cli is given a password before the commands that need one, for what a snapshot showed. */
export function rawWithLogins(raw: RawFinding, { sentinels, groups }: Snapshot): RawFinding {
  const locked = ({ silence }: NodeState | SentinelState): boolean => silence?.kind === 'auth';
  const servers = [
    ...groups.flatMap(({ nodes }) => nodes.map((n) => asked(n, 'redis', locked(n)))),
    ...sentinels.map((s) => asked(s, 'sentinel', locked(s))),
  ];
  const { later } = raw;
  const lines = withPasswords([...raw.fix, ...(later === undefined ? [] : [later.fix])], servers);
  const last = later === undefined ? undefined : lines.pop();
  return { ...raw, fix: lines, ...(later !== undefined && { later: { ...later, fix: last ?? later.fix } }) };
}
