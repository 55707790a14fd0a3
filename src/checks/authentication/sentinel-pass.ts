import { type Address, sameAddress } from '../../model/address.js';
import type { Fields, GatheredSentinel } from '../../model/gathered.js';
import { cliSecret } from '../../model/hints.js';
import { dutySecret } from '../../model/secrets.js';
import type { Check, RawFinding } from '../check.js';
import { addressIn, silentSentinels } from '../evidence.js';
import { idsOf, judged, readAll } from '../group.js';
import { answersWrongly, sentinelWantsPassword } from '../passwords.js';
import { deniedAt, peerUser } from '../peer-users.js';

/** The entry that one sentinel has of another. */
function entryOf(
  sentinel: GatheredSentinel,
  peer: { announce: Address; endpoint: Address },
): Fields | undefined {
  const masters = sentinel.masters.ok ? sentinel.masters.value : [];
  return masters
    .flatMap((m) => (m.sentinels.ok ? m.sentinels.value : []))
    .find((r) => [peer.announce, peer.endpoint].some((a) => sameAddress(a, addressIn(r))));
}

/** Whether a PING is refused for want of a right, not of a password: that is sentinel-acl-short. */
const isDenied = (sentinel: GatheredSentinel, peer: GatheredSentinel): boolean =>
  deniedAt(peer, peerUser(sentinel) ?? 'default').includes('ping');

export default {
  id: 'sentinel-pass',
  needs: 'gathered',
  severity: 'warning',
  impact: 'degraded',
  group: 'authentication',
  title: 'a sentinel needs a password that another one does not have',
  consequence:
    'the sentinel without it calls the other one down and gets no vote from it: with 3 sentinels the majority is lost at once, or as soon as one more is missing',
  explanation:
    'requirepass in a sentinel’s file applies to all connections, also to those of the other sentinels. A ' +
    'sentinel sends sentinel-pass to the others, or its own requirepass if sentinel-pass is not set. So both must ' +
    'be the same at every sentinel.',
  remedy: ['SENTINEL CONFIG SET sentinel-pass PASSWORD at every sentinel'],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Configuring Sentinel instances with authentication)',
    'sentinel.c: sentinelSendAuthIfNeeded',
  ],
  causes: ['no-quorum', 'ghost-sentinel', 'nat-sentinel', 'seen-down', 'sentinel-isolated'],
  live(gathered) {
    const { sentinels } = gathered;
    if (!sentinels.some((s) => s.silence === null)) return silentSentinels(gathered);
    const locked = sentinels.filter((s) => sentinelWantsPassword(s) === true);
    const pairs = sentinels.flatMap((sentinel) => {
      const none = sentinel.config.ok && !sentinel.config.value['sentinel-pass'];
      // Without sentinel-pass it sends its own requirepass (sentinel.c, sentinelSendAuthIfNeeded): whether that is the
      // right one only the answers show.
      const sendsNone = none && sentinelWantsPassword(sentinel) === false;
      const isSeen = (peer: GatheredSentinel): boolean => {
        const entry = entryOf(sentinel, peer);
        return (
          peer.silence === null && entry !== undefined && answersWrongly(entry) && !isDenied(sentinel, peer)
        );
      };
      const refusing = sentinels.filter(
        (peer) => peer !== sentinel && ((sendsNone && locked.includes(peer)) || isSeen(peer)),
      );
      // What status sees too is said in its words, which does not ask for the setting.
      return refusing.length === 0 ? [] : [{ sentinel, refusing, none: none && !refusing.some(isSeen) }];
    });
    const seen = pairs.map(
      ({ sentinel, refusing, none }): RawFinding => ({
        subject: sentinel.id,
        message: `${idsOf(refusing)} need${refusing.length === 1 ? 's' : ''} a password, but ${sentinel.id} has ${none ? 'no sentinel-pass' : 'a different one or none'}`,
        fix: [
          ...dutySecret('SENTINEL_PASSWORD', 'the password of the sentinels', 'sentinel'),
          cliSecret(sentinel, 'SENTINEL CONFIG SET sentinel-pass', 'SENTINEL_PASSWORD'),
        ],
      }),
    );
    return judged(
      seen,
      readAll(sentinels, (s) =>
        s.silence?.kind === 'auth' || peerUser(s) !== undefined ? { ok: true, value: {} } : s.config,
      ).missing,
    );
  },
} satisfies Check;
