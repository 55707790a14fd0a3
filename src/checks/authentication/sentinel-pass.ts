import { type Address, sameAddress } from '../../model/address.js';
import type { Fields, GatheredSentinel } from '../../model/gathered.js';
import { cliSecret } from '../../model/hints.js';
import { knownSecret } from '../../model/secrets.js';
import type { Check, RawFinding } from '../check.js';
import { addressIn, silentSentinels } from '../evidence.js';
import { comparing, judgeSentinelFiles } from '../files/judge.js';
import { comparePasswords, refusingUser, unknownEqual } from '../files/logins.js';
import { sentinelFiles } from '../files/project.js';
import { asksForPassword, passwordLine, sentinelLine, shownAt } from '../files/settings.js';
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
      const refusing = sentinels.filter((peer) => {
        if (peer === sentinel) return false;
        const entry = entryOf(sentinel, peer);
        return (
          (sendsNone && locked.includes(peer)) ||
          (peer.silence === null && entry !== undefined && answersWrongly(entry) && !isDenied(sentinel, peer))
        );
      });
      return refusing.length === 0 ? [] : [{ sentinel, refusing, none }];
    });
    const seen = pairs.map(
      ({ sentinel, refusing, none }): RawFinding => ({
        subject: sentinel.id,
        message: `${idsOf(refusing)} need${refusing.length === 1 ? 's' : ''} a password, but ${sentinel.id} has ${none ? 'no sentinel-pass' : 'a different one or none'}`,
        fix: [
          ...knownSecret('SENTINEL_PASSWORD', 'the password of the sentinels', 'sentinel'),
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
  files(project) {
    return comparing(
      sentinelFiles(project),
      judgeSentinelFiles(project, (sentinels) => {
        const missing: string[] = [];
        const seen = sentinels.flatMap((server) => {
          if (sentinelLine(server, 'sentinel-user') !== undefined) return [];
          const given = sentinelLine(server, 'sentinel-pass') ?? passwordLine(server);
          const asking = sentinels.find((other) => {
            if (other === server || !asksForPassword(other)) return false;
            const asked = passwordLine(other);
            // A line "user default" gives no password to send (sentinel.c, sentinelSendAuthIfNeeded: requirepass).
            if (given === undefined) return true;
            if (asked === undefined)
              return refusingUser(other, 'default', given.args.at(-1) ?? '') !== undefined;
            const compared = comparePasswords(given, asked, project);
            if (compared === 'unknown')
              missing.push(unknownEqual(server, 'sentinel-pass', given, other, asked));
            return compared === 'different';
          });
          const asked =
            asking &&
            (passwordLine(asking) ??
              asking.directives.findLast((d) => d.name === 'user' && d.args[0] === 'default'));
          if (asking === undefined) return [];
          return [
            {
              subject: server.id,
              message: `${asking.id} needs a password${asked ? ` (${shownAt(asked)})` : ''} that this sentinel does not send`,
              fix: ["sentinel sentinel-pass <the sentinels' password>"],
              at: server.at,
            },
          ];
        });
        return judged(seen, missing);
      }),
    );
  },
} satisfies Check;
