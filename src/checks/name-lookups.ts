import { type Address, isIp } from '../model/address.js';
import type { MasterFacts, SnapshotFacts } from '../model/facts.js';
import type { SentinelState } from '../model/snapshot.js';
import { byNumber, listed } from '../model/words.js';

/** The names by which sentinels know the servers of these groups, each once. */
const namesIn = (masters: readonly MasterFacts[]): string[] =>
  namesOf(
    masters.flatMap(({ sentinelViews }) =>
      sentinelViews.flatMap(({ view }) => [view, ...view.replicas, ...view.sentinels].map((s) => s.address)),
    ),
  );

/** Those of these addresses that are names, each once, sorted. */
export const namesOf = (addresses: readonly Pick<Address, 'host'>[]): string[] =>
  [...new Set(addresses.map(({ host }) => host).filter((host) => host !== '' && !isIp(host)))].toSorted(
    byNumber,
  );

/**
 * What makes names resolve where these servers run, and what shows it; a sentinel waits for each look-up in its only
 * thread (anetResolve).
 */
export const resolveAt = (servers: readonly { id: string }[], names: readonly string[]): string[] => [
  `make ${listed(names)} resolve on the ${servers.length === 1 ? 'machine' : 'machines'} of ${listed(servers.map(({ id }) => id))}: a name server that knows ${names.length === 1 ? 'it' : 'them'}, or lines in /etc/hosts`,
  `# this must answer at once there: getent hosts ${names.join(' ')}`,
];

/** The names that a silent sentinel may be waiting for: it takes connections, and answers nothing until a look-up ends. */
export function awaitedNames(
  { masters, expectation }: Pick<SnapshotFacts, 'masters' | 'expectation'>,
  { silence }: SentinelState,
): string[] {
  const isWaiting = !expectation.own && silence?.kind === 'timeout' && silence.unreached !== true;
  return isWaiting ? namesIn(masters) : [];
}

/** What is said of it then, of one and of several. */
export const LOOK_UP_HANGS = 'a name look-up may hang';

/** What to type where a silent sentinel may wait for these names. */
export const waitingFor = (
  { hints }: Pick<SnapshotFacts, 'hints'>,
  sentinel: SentinelState,
  names: readonly string[],
): string[] => [
  ...resolveAt([sentinel], names),
  `# where they are resolved: ${hints.revive(sentinel, sentinel.silence)}`,
];
