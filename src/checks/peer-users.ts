import type { GatheredSentinel } from '../model/gathered.js';

/** Before 6.2 there is no SENTINEL CONFIG, and no sentinel-user either. */
const isTooOld = (why: string): boolean => /unknown (sentinel )?subcommand/i.test(why);

/**
 * The user that a sentinel logs in to its peers as: without sentinel-pass it sends no user's name (sentinel.c,
 * sentinelSendAuthIfNeeded). undefined where it is not known.
 */
export const peerUser = ({ config }: GatheredSentinel): string | undefined =>
  config.ok
    ? (config.value['sentinel-pass'] && config.value['sentinel-user']) || 'default'
    : isTooOld(config.why)
      ? 'default'
      : undefined;

/** What a sentinel does not let this user of its peers run; nothing where that is not known. */
export function deniedAt({ peerRights }: GatheredSentinel, user: string): string[] {
  const rights = peerRights?.[user];
  return rights?.ok ? Object.keys(rights.value).filter((name) => rights.value[name] !== 'OK') : [];
}
