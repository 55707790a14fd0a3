import type { GatheredNode, GatheredSentinel } from '../model/gathered.js';
import { directivesOf, lastOf, sentinelLines } from './sentinels.js';
import { settingOf } from './set-config.js';

/** Whether a data node wants a password; undefined where nobody tells. */
export function wantsPassword(node: GatheredNode): boolean | undefined {
  if (node.silence?.kind === 'auth') return true;
  if (node.config.ok) return Boolean(settingOf(node.config.value, 'requirepass'));
  const directives = directivesOf(node);
  return directives === null ? undefined : Boolean(lastOf(directives, 'requirepass')?.[0]);
}

/** The same of a sentinel, which has no CONFIG: only its file says so, or that it refused us. */
export function sentinelWantsPassword(sentinel: GatheredSentinel): boolean | undefined {
  if (sentinel.silence?.kind === 'auth') return true;
  const directives = directivesOf(sentinel);
  if (directives === null) return undefined;
  if (lastOf(directives, 'requirepass')?.[0]) return true;
  // A rewrite keeps the password of the default user as the hash in its `user` line.
  return directives.some(
    (d) =>
      d.name === 'user' && d.args[0] === 'default' && d.args.includes('on') && !d.args.includes('nopass'),
  );
}

/** Whether a sentinel's file has the password of a master; undefined where the file can not be read. */
export function hasAuthPass(sentinel: GatheredSentinel, masterName: string): boolean | undefined {
  const directives = directivesOf(sentinel);
  if (directives === null) return undefined;
  return sentinelLines(directives, 'auth-pass').some(([name]) => name === masterName);
}

/** In milliseconds: Sentinel pings once a second, so an answer that is older is none. */
const FRESH_MS = 3000;

/**
 * Whether something answers a sentinel's PINGs, and never with what Sentinel takes for alive: an instance that is
 * down for it with a fresh last-ping-reply and an old last-ok-ping-reply (sentinel.c, sentinelPingReplyCallback).
 */
export function answersWrongly(fields: Readonly<Record<string, string>>): boolean {
  const reply = Number(fields['last-ping-reply'] ?? Number.NaN);
  const accepted = Number(fields['last-ok-ping-reply'] ?? Number.NaN);
  const down = (fields.flags ?? '').split(',').includes('s_down');
  return down && reply < FRESH_MS && accepted > reply + FRESH_MS / 2;
}
