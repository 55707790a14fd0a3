import { formatAddress, isIp, sameAddress } from '../../model/address.js';
import type { Fields, Gathered, GatheredSentinel } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { CONNECTED_MS, HELLO_OVERDUE_MS } from '../../model/sentinel-timing.js';
import type { GatheredCheck, RawFinding } from '../check.js';
import { addressIn, flagsOf, silentSentinels } from '../evidence.js';
import { groupsOf, idsOf, judged, justStarted, num, unreported } from '../group.js';
import { namesOf, resolveAt } from '../name-lookups.js';
import { answersWrongly } from '../passwords.js';
import { ANNOUNCE_REACHED, spoke } from '../still-speaks.js';
import { type Cut, firewalled, isConnectedAt } from './firewalled.js';

export default {
  id: 'nat-sentinel',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'network',
  title: 'a sentinel cannot connect to another one, whose messages arrive',
  consequence:
    'a sentinel that is known and not reached cannot be asked for its vote: when this holds for a majority, no leader is ever elected',
  explanation:
    'Sentinels announce themselves by messages through the master, with the address of their own connection ' +
    'or a configured one. The message arrives even where that address is unreachable, for example with ' +
    'containers or behind NAT, or where a firewall drops the connection; votes need a connection.',
  remedy: [
    'where the address is right: open the port of the sentinels between their machines',
    'else ' +
      'SENTINEL CONFIG SET announce-ip and announce-port: an address that other sentinels and clients can reach',
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Sentinel, Docker, NAT, and possible issues)',
    'sentinel.c: sentinelProcessHelloMessage',
  ],
  causes: [
    'no-quorum',
    'ghost-sentinel',
    'failover-stuck',
    'sentinel-isolated',
    'seen-down',
    'sentinel-unreachable',
  ],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const found = new Map<string, { by: GatheredSentinel[]; at: string; itself: GatheredSentinel | null }>();
    const missing = unreported(groups);
    const cuts: Cut[] = [];
    for (const { views } of groups) {
      for (const { sentinel, master } of views) {
        if (!master.sentinels.ok) {
          missing.push(`${sentinel.id}: ${master.sentinels.why}`);
          continue;
        }
        for (const peer of master.sentinels.value) {
          const address = addressIn(peer);
          const heardMs = num(peer, 'last-hello-message');
          if (address === null || !isDeaf(peer) || heardMs === null || heardMs > HELLO_OVERDUE_MS) continue;
          // One that has just said hello and answers no connection at all is stopped, not misplaced.
          const itself = gathered.sentinels.find((s) => s.myid.ok && s.myid.value === peer.runid) ?? null;
          if (itself !== null && sameAddress(itself.announce, address) && justStarted(itself)) {
            missing.push(
              `${itself.id} was started less than 5 s ago: the others may not have reconnected yet`,
            );
            continue;
          }
          if (
            itself === null &&
            gathered.sentinels.some(
              (s) =>
                sameAddress(s.announce, address) &&
                s.silence !== null &&
                // Nothing listens there, and its messages still come: it runs at another address.
                !(s.silence.kind === 'refused' && spoke(heardMs, num(peer, 'last-ok-ping-reply'))),
            )
          )
            continue;
          const at = formatAddress(address);
          if (itself !== null && isConnectedAt({ from: sentinel, to: itself }, at)) {
            if (!cuts.some(({ from, to }) => from === sentinel && to === itself))
              cuts.push({ from: sentinel, to: itself });
            continue;
          }
          const entry = found.get(at) ?? { by: [], at, itself };
          if (!entry.by.includes(sentinel)) entry.by.push(sentinel);
          found.set(at, entry);
        }
      }
    }
    const seen = [...found.values()].map(({ by, at, itself }): RawFinding => {
      const names = namesOfEntry(gathered, by, at, itself);
      if (names.length > 0)
        return {
          subject: itself?.id ?? at,
          servers: by.map(({ id }) => id),
          message: `${itself?.id ?? 'a sentinel'} announces ${at}, where ${idsOf(by)} cannot connect: the name may not be resolved there`,
          fix: resolveAt(by, names),
        };
      const right = itself === null || formatAddress(itself.announce) === at ? null : itself;
      return {
        subject: itself?.id ?? at,
        message: `${itself?.id ?? 'a sentinel'} announces ${at}, where ${idsOf(by)} cannot connect, although its messages arrive through the master`,
        fix:
          right === null
            ? [ANNOUNCE_REACHED]
            : [
                cli(right, `SENTINEL CONFIG SET announce-ip ${right.announce.host}`),
                cli(right, `SENTINEL CONFIG SET announce-port ${right.announce.port}`),
              ],
      };
    });
    return judged([...firewalled(cuts), ...seen], missing);
  },
} satisfies GatheredCheck;

/**
 * Down, or not connected to though it was found a while ago: `last-ok-ping-reply` counts from when it was found, where
 * there never was a reply (sentinel.c, createInstanceLink). One that answers, if not with what Sentinel takes for alive
 * (-NOAUTH), is reached.
 */
function isDeaf(peer: Fields): boolean {
  if (answersWrongly(peer)) return false;
  const flags = flagsOf(peer);
  return (
    flags.includes('s_down') ||
    (flags.includes('disconnected') && (num(peer, 'last-ok-ping-reply') ?? CONNECTED_MS) >= CONNECTED_MS)
  );
}

/** Where it announces a name that is not another server's, as far as is known here: what the others have to resolve. */
function namesOfEntry(
  { lookups, own }: Gathered,
  by: readonly GatheredSentinel[],
  at: string,
  itself: GatheredSentinel | null,
): string[] {
  const host = at.slice(0, at.lastIndexOf(':'));
  const found = lookups.find(({ name }) => name === host)?.result;
  const isOther =
    found?.ok === true &&
    itself !== null &&
    ![itself.announce.host, itself.endpoint.host].some(
      (own) => own === host || found.value.addresses.includes(own),
    );
  if (own || isIp(host) || host.includes(':') || isOther) return [];
  const records = by.flatMap(({ masters }) =>
    masters.ok
      ? masters.value.flatMap(({ fields, replicas, sentinels }) => [
          fields,
          ...(replicas.ok ? replicas.value : []),
          ...(sentinels.ok ? sentinels.value : []),
        ])
      : [],
  );
  return namesOf(records.flatMap((record) => addressIn(record) ?? []));
}
