import { type Address, formatAddress } from '../../model/address.js';
import type { MasterFacts, SentinelView } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import { RESETS_APART_MS } from '../../model/sentinel-timing.js';
import { count } from '../../model/words.js';
import type { RawFinding } from '../check.js';
import { ids, sentinelsOf } from '../snapshot.js';

/** A server that has been down for an hour, or for 10 x failover-timeout, is not merely restarting; milliseconds. */
const LONG_MS = 3_600_000;
const LONG_TIMEOUTS = 10;

/** An entry in a list of a sentinel. */
interface Entry {
  address: Address;
  flags: string[];
  runId?: string;
  downMs?: number | null;
}

/** A server that sentinels list and that is gone, with all sentinels that list it. */
export interface Ghost<E extends Entry> {
  entry: E;
  at: SentinelView[];
}

/**
 * The ghosts in one kind of list, each once: listed as down, and not present in the eyes of one sentinel at least. All
 * that list it are named, also those that have yet to call it down: there it would go on counting.
 */
export function ghostsIn<E extends Entry>(
  facts: MasterFacts,
  listOf: (sentinelView: SentinelView) => readonly E[],
  isGone: (entry: E) => boolean,
  isPresent: (entry: E) => boolean,
): Ghost<E>[] {
  const listed = new Map<string, { sentinelView: SentinelView; entry: E }[]>();
  for (const sentinelView of facts.sentinelViews) {
    for (const entry of listOf(sentinelView)) {
      const key = formatAddress(entry.address);
      listed.set(key, [...(listed.get(key) ?? []), { sentinelView, entry }]);
    }
  }
  return [...listed.values()].flatMap((sightings): Ghost<E>[] => {
    const gone = sightings.find(({ entry }) => isGone(entry));
    if (gone === undefined || sightings.some(({ entry }) => isPresent(entry))) return [];
    if (
      !isCalledGone(facts, gone.entry.address) &&
      !sightings.some(isLongDown) &&
      !neverWas(facts, sightings)
    )
      return [];
    return [{ entry: gone.entry, at: sightings.map(({ sentinelView }) => sentinelView) }];
  });
}

/** Whether the operator says that it is gone for good; an entry without a host can never come back. */
export function isCalledGone(
  { expectation, refOf }: Pick<MasterFacts, 'expectation' | 'refOf'>,
  address: Address,
): boolean {
  if (address.host === '') return true;
  return [refOf(address).id, formatAddress(address)].some(
    (name) => expectation.gone?.includes(name) === true,
  );
}

/**
 * Whether no node of a cluster that sentinelctl created has this address, and no sentinel ever had an answer from it:
 * forgetting it loses nothing.
 */
const neverWas = ({ expectation }: MasterFacts, sightings: readonly { entry: Entry }[]): boolean =>
  expectation.own && sightings.every(({ entry }) => entry.runId === '');

/** Long enough for an advice that forgets it: one that only restarts is started, not forgotten. */
const isLongDown = ({
  sentinelView: { view },
  entry: { downMs },
}: {
  sentinelView: SentinelView;
  entry: Entry;
}): boolean => (downMs ?? 0) >= Math.min(LONG_MS, LONG_TIMEOUTS * view.failoverTimeoutMs);

export function ghostFinding(
  facts: MasterFacts,
  noun: 'sentinel' | 'replica',
  { entry, at }: Ghost<Entry>,
  more: string,
): RawFinding {
  const place = formatAddress(entry.address);
  return {
    subject: place,
    brief: `${count(at.length, 'sentinel')} still ${at.length === 1 ? 'counts' : 'count'} the ${noun} ${place}, which is gone`,
    evidence: `${ids(sentinelsOf(at))} ${at.length === 1 ? 'lists' : 'list'} ${place}${more}`,
    message: `${ids(sentinelsOf(at))} ${at.length === 1 ? 'lists' : 'list'} the ${noun} ${place}, which is down and does not answer${more}`,
    ...resetAt(facts, at, entry),
  };
}

/**
 * How leftovers are forgotten: SENTINEL RESET at each sentinel that has them, one at a time. While the master is down a
 * RESET forgets the replicas too, and no failover ever happens.
 */
function resetAt(
  facts: MasterFacts,
  at: readonly SentinelView[],
  entry: Entry,
): Pick<RawFinding, 'fix' | 'repairs' | 'consequence'> {
  const { master, name, nodes, refOf, sentinelViews } = facts;
  const node = nodes.find((n) => master !== null && n.id === refOf(master).id);
  const isSick = sentinelViews.some(({ view }) => view.flags.some((flag) => flag !== 'master'));
  if (isSick || node === undefined || node.silence !== null) {
    const [first] = at;
    return {
      consequence: `SENTINEL RESET would remove it, and must wait: while the master of ${name} is down it forgets the replicas too, and no failover would ever happen`,
      fix: [
        `# no RESET before ${name} has a healthy master again`,
        ...(first === undefined ? [] : [cli(first.sentinel, `SENTINEL MASTER ${name}`)]),
      ],
    };
  }
  return {
    fix: [
      ...forgetting(facts, entry),
      ...at.flatMap(({ sentinel }, i) => [
        ...(i === 0 ? [] : [`sleep ${RESETS_APART_MS / 1000}`]),
        cli(sentinel, `SENTINEL RESET ${name}`),
      ]),
    ],
    repairs: at.map(({ sentinel }) => ({ kind: 'reset', sentinel: sentinel.id, masterName: name })),
  };
}

const BY_HAND = '# or by hand, one sentinel at a time:';

/** What forgets it at all of them, where sentinelctl may; before that, what only the operator knows: whether it comes back. */
function forgetting(
  { expectation, hints, refOf }: Pick<MasterFacts, 'expectation' | 'hints' | 'refOf'>,
  { address, runId }: Entry,
): string[] {
  const { acts, gone = [], masterName, own } = expectation;
  const isGone = isCalledGone({ expectation, refOf }, address) || (own && runId === '');
  const { id } = refOf(address);
  if (!isGone)
    return [
      `${hints.ctl(`doctor --gone ${id}`)}  # only if it is gone for good: else start it again`,
      BY_HAND,
    ];
  if (!own && acts === undefined) return [];
  const named = gone.length === 0 ? '' : ` --gone ${gone.join(',')}`;
  const master = own || masterName === null ? '' : ` --master-name ${masterName}`;
  return [hints.ctl(`doctor --fix${named}${master}`), BY_HAND];
}
