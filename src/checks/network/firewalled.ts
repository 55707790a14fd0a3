import { formatAddress, isLoopback } from '../../model/address.js';
import type { GatheredSentinel } from '../../model/gathered.js';
import { byNumber, listed } from '../../model/words.js';
import type { RawFinding } from '../check.js';
import { idsOf } from '../group.js';
import { openPort } from '../still-speaks.js';

/** A sentinel that cannot connect to another one, at the address where sentinelctl is connected. */
export interface Cut {
  from: GatheredSentinel;
  to: GatheredSentinel;
}

/**
 * Whether sentinelctl is connected to a sentinel at the address that it announces: then the address is right, and
 * something between the two machines drops the connection. A loopback address is right on one machine alone.
 */
export const isConnectedAt = ({ from, to }: Cut, at: string): boolean =>
  to.silence === null &&
  formatAddress(to.endpoint) === at &&
  (!isLoopback(to.endpoint.host) || isLoopback(from.announce.host));

/** Who is to blame is the side with fewer sentinels: one that reaches no other, or one that none reaches. */
export function firewalled(cuts: readonly Cut[]): RawFinding[] {
  return apart(cuts).map((group): RawFinding => {
    const sources = distinct(group.map(({ from }) => from));
    const targets = distinct(group.map(({ to }) => to));
    const all = distinct([...sources, ...targets]);
    const isMutual = sources.some((s) => targets.includes(s));
    const subject = isMutual ? all : sources.length <= targets.length ? sources : targets;
    const isWhole = isMutual && group.length === all.length * (all.length - 1);
    const words = isWhole
      ? `${listed(all.map(({ id }) => id))} cannot connect to each other`
      : sources
          .map((s) => `${s.id} cannot connect to ${listed(reachedBy(group, s).map(({ id }) => id))}`)
          .join('; ');
    const inContainer = targets.filter(({ life }) => life.ok && life.value.kind === 'container');
    return {
      subject: idsOf(subject),
      servers: all.map(({ id }) => id),
      brief: words,
      message: `${words}, although sentinelctl is connected there and the messages arrive through the master: the connection is dropped between the machines`,
      evidence:
        'sentinelctl is connected at those addresses, and the messages arrive through the master: the connection is dropped between the machines',
      fix: [
        ...targets.map((to) =>
          openPort(
            group.filter((cut) => cut.to === to).map(({ from }) => from.announce.host),
            to.announce,
          ),
        ),
        ...(inContainer.length === 0
          ? []
          : [
              `# or, where that address exists on its own machine alone (a container network): SENTINEL CONFIG SET announce-ip at ${idsOf(inContainer)}, with the address of the machine`,
            ]),
      ],
    };
  });
}

const distinct = (sentinels: readonly GatheredSentinel[]): GatheredSentinel[] =>
  [...new Set(sentinels)].toSorted((a, b) => byNumber(a.id, b.id));

const reachedBy = (group: readonly Cut[], source: GatheredSentinel): GatheredSentinel[] =>
  distinct(group.filter(({ from }) => from === source).map(({ to }) => to));

/** Cuts that share a sentinel are one fault. */
function apart(cuts: readonly Cut[]): Cut[][] {
  const groups: Cut[][] = [];
  for (const cut of cuts) {
    const meets = groups.filter((g) =>
      g.some((c) => [c.from, c.to].some((s) => s === cut.from || s === cut.to)),
    );
    const joined = [...meets.flat(), cut];
    groups.splice(0, groups.length, ...groups.filter((g) => !meets.includes(g)), joined);
  }
  return groups;
}
