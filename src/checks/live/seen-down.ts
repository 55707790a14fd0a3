import { formatAddress, sameAddress } from '../../model/address.js';
import { isAt } from '../../model/facts.js';
import type { SeenReplica, SeenSentinel } from '../../model/snapshot.js';
import { listed } from '../../model/words.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { namesOf, resolveAt } from '../name-lookups.js';
import { oldAddressesIn } from '../old-addresses.js';
import { grouped, ids, judgeMasters, nameOf, subjectOf } from '../snapshot.js';
import { justStarted, lookAgain } from '../under-way.js';
import { announceOther, sendsWhere, unreachedIn } from '../unreached.js';

export default {
  id: 'seen-down',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'sentinels',
  title: 'a sentinel calls a replica or another sentinel down although it answers',
  consequence:
    'a replica that a sentinel calls down is not promoted by it, and a sentinel that it calls down gives it no vote',
  explanation:
    'The server answers sentinelctl, but the sentinel had no valid answer from it for down-after-milliseconds: ' +
    'the network between them is cut, the sentinel uses a wrong password, or the server returned a moment ago.',
  remedy: [
    'run doctor again after 5 s: the sentinels notice a server that returned within seconds',
    'check the network and the password between the two',
  ],
  sources: ['sentinel.c: sentinelCheckSubjectivelyDown'],
  causes: ['no-quorum', 'no-good-slave'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (master) => {
      const { answered, expectation, snapshot, sentinelViews, hints, name } = master;
      const old = oldAddressesIn(master);
      const alive = [...answered, ...snapshot.sentinels.filter((s) => s.answer !== null)];
      const sightings = sentinelViews.flatMap(({ sentinel, view }) =>
        [...view.replicas, ...view.sentinels]
          .filter((seen) => seen.flags.includes('s_down'))
          // The server is up for it: only the address is old.
          .filter((seen) => !old.some((one) => sameAddress(one.old, seen.address)))
          .flatMap((seen) => {
            const server = alive.find((s) => isAt(s, seen.address));
            return server === undefined
              ? []
              : [{ sentinel, server, names: namesOf([seen.address]), heardMsAgo: heardMsAgo(seen) }];
          }),
      );
      const unreached = unreachedIn(master);
      const isUnreached = (server: { id: string }): boolean =>
        unreached?.nodes.some((n) => n.id === server.id) === true;
      const keyOf = (server: (typeof sightings)[number]['server']): string =>
        isUnreached(server) ? 'unreached' : formatAddress(server.announce);
      return grouped(sightings, (s) => keyOf(s.server)).flatMap((group): RawFinding[] => {
        const [first] = group;
        if (first === undefined) return [];
        if (unreached !== null && isUnreached(first.server))
          return [
            {
              subject: subjectOf(unreached.nodes),
              message: `${sendsWhere(unreached)}: they call ${unreached.nodes.length === 1 ? 'it' : 'them'} down`,
              fix: announceOther(unreached, ''),
            },
          ];
        const sentinels = group.map((s) => s.sentinel);
        const started = justStarted(first.server, Math.min(...group.map((s) => s.heardMsAgo)));
        const names = group.every((s) => s.names.length > 0)
          ? [...new Set(group.flatMap((s) => s.names))]
          : [];
        if (names.length > 0 && started === null && !expectation.own)
          return [
            {
              subject: first.server.id,
              servers: sentinels.map(({ id }) => id),
              message: `${ids(sentinels)} ${sentinels.length === 1 ? 'sees' : 'see'} ${nameOf(first.server)} as down, although it answers here: ${listed(names)} may not be resolved there`,
              fix: resolveAt(sentinels, names),
            },
          ];
        return [
          {
            subject: first.server.id,
            message: `${ids(sentinels)} ${sentinels.length === 1 ? 'sees' : 'see'} ${nameOf(first.server)} as down, although it answers here${started === null ? '' : `: ${started}, and the sentinels notice that within seconds`}`,
            fix:
              started !== null ? lookAgain(hints) : [hints.logs(first.sentinel, `SENTINEL MASTER ${name}`)],
          },
        ];
      });
    }),
} satisfies SnapshotCheck;

/** How long ago a server last gave the sentinel that calls it down any reply; Infinity where that is not known. */
const heardMsAgo = (seen: SeenReplica | SeenSentinel): number =>
  Math.min(
    ...['repliedMsAgo' in seen ? seen.repliedMsAgo : null, seen.answeredMsAgo].map(
      (ms) => ms ?? Number.POSITIVE_INFINITY,
    ),
  );
