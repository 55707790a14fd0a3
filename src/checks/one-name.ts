import { sameAddress } from '../model/address.js';
import { type AnsweredNode, ballots, isAt, type MasterFacts, type SentinelView } from '../model/facts.js';
import { oncePer } from '../model/once-per.js';
import { RESETS_APART_MS, votesNeeded } from '../model/sentinel-timing.js';
import { count, listed } from '../model/words.js';
import { isApart } from './apart.js';
import { believedId, followersIn } from './believed.js';
import type { RawFinding } from './check.js';
import { monitorInstead } from './fixes.js';
import { ids, subjectOf } from './snapshot.js';

/** One of several whole groups that go by one name. */
interface NamedAlike {
  master: AnsweredNode;
  replicas: AnsweredNode[];
  sentinelViews: SentinelView[];
}

/**
 * Whole groups with one name whose sentinels hear each other, as where a tool copies PUBLISH from one to the other, or
 * where both list one replica: each has a master and a replica that no other group lists, and no data came from there.
 * None where it is one group that disagrees.
 */
export const groupsOfOneName = oncePer((facts: MasterFacts): readonly NamedAlike[] => {
  const { answered, sentinelViews } = facts;
  const piles = ballots(sentinelViews);
  // The hellos of a higher epoch would have made the others follow (sentinel.c, sentinelProcessHelloMessage).
  const epochs = new Set(sentinelViews.map(({ view }) => view.configEpoch));
  if (piles.length < 2 || epochs.size > 1) return [];
  const groups = piles.flatMap(({ address, voices }): NamedAlike[] => {
    const master = answered.find((n) => isAt(n, address));
    const replicas = master?.answer.role === 'master' ? followersIn(facts, master) : [];
    return master === undefined || replicas.length === 0 ? [] : [{ master, replicas, sentinelViews: voices }];
  });
  const isWhole =
    groups.length === piles.length && answered.every((node) => groups.some((group) => has(group, node)));
  const areApart = groups.every((one) =>
    groups.every(
      (other) =>
        one === other || (isApart(one.master.answer, other.master.answer) && hasNodesOfItsOwn(one, other)),
    ),
  );
  const meet = groups.some((one) => groups.some((other) => one !== other && hears(one, other)));
  return isWhole && areApart && meet ? groups : [];
});

const has = ({ master, replicas }: NamedAlike, node: AnsweredNode): boolean =>
  node === master || replicas.includes(node);

const lists = ({ sentinelViews }: NamedAlike, node: AnsweredNode): boolean =>
  sentinelViews.some(({ view }) => view.replicas.some(({ address }) => isAt(node, address)));

const hasNodesOfItsOwn = ({ master, replicas }: NamedAlike, other: NamedAlike): boolean =>
  !lists(other, master) && replicas.some((node) => !lists(other, node));

/** The data nodes that the sentinels of another group list too: each group makes them follow its own master. */
const sharedBy = (groups: readonly NamedAlike[]): AnsweredNode[] =>
  groups.flatMap((group) =>
    group.replicas.filter((node) => groups.some((other) => other !== group && lists(other, node))),
  );

const hears = ({ sentinelViews }: NamedAlike, { sentinelViews: theirs }: NamedAlike): boolean =>
  sentinelViews.some(({ view }) =>
    view.sentinels.some(({ address }) =>
      theirs.some(({ sentinel }) => sameAddress(sentinel.announce, address)),
    ),
  );

/** What is said of them instead of a disagreement: what ends that makes one group delete the data of the other. */
export function oneName(facts: MasterFacts, groups: readonly NamedAlike[]): RawFinding {
  const { name } = facts;
  const right = believedId(facts);
  const [stays, ...leaving] = groups.toSorted(
    (a, b) => Number(b.master.id === right) - Number(a.master.id === right),
  );
  const held = groups.map(
    ({ master, replicas, sentinelViews }) =>
      `${master.id} (${count(sentinelViews.length, 'sentinel')}, ${count(replicas.length, 'replica')}${master.answer.keys === undefined ? '' : `, ${count(master.answer.keys, 'key')}`})`,
  );
  const voting = groups.map(votes);
  const electing = voting.filter(({ cast, needed }) => cast >= needed);
  const short = voting.find(({ cast, needed }) => cast < needed);
  const words = `${groups.length} groups have the name ${name}: ${listed(held)}`;
  const counted =
    short === undefined
      ? ''
      : `; a failover at ${short.id} needs ${short.needed} of ${count(short.known, 'sentinel')}, and ${short.cast} can vote`;
  const shared = sharedBy(groups);
  const apart =
    shared.length === 0
      ? 'no data node follows one of the other group, and they have no replication id in common; but'
      : `they have no replication id in common, and the sentinels of both list ${ids(shared)};`;
  const evidence = `${apart} the sentinels hear and count each other${counted}`;
  const pulled =
    shared.length === 0
      ? ''
      : `both groups make ${ids(shared)} follow their own master in turns, which deletes its data each time; `;
  return {
    subject: subjectOf(groups.flatMap(({ sentinelViews }) => sentinelViews.map((w) => w.sentinel))),
    servers: groups.flatMap(({ master, replicas }) => [master, ...replicas].map(({ id }) => id)),
    impact: electing.length === 0 ? 'no-failover' : 'at-risk',
    brief: words,
    message: `${words}; ${evidence}`,
    evidence,
    consequence: `${pulled}${electing.length === 0 ? 'a master that fails is not replaced, and ' : ''}a failover in one group, SENTINEL FAILOVER too, gives the sentinels of the other its master: the data nodes there then follow it and delete their own data`,
    fix: stays === undefined ? [] : apartAgain(facts, stays, leaving, shared),
  };
}

/** How many of a group's sentinels would vote for a leader, and how many are needed of those that they count. */
function votes({ master, sentinelViews }: NamedAlike) {
  const known = Math.max(...sentinelViews.map(({ view }) => view.sentinels.length + 1));
  const quorum = Math.max(...sentinelViews.map(({ view }) => view.quorum));
  return { id: master.id, known, needed: votesNeeded(known, quorum), cast: sentinelViews.length };
}

function apartAgain(
  { hints, name }: MasterFacts,
  stays: NamedAlike,
  leaving: readonly NamedAlike[],
  shared: readonly AnsweredNode[],
): string[] {
  return [
    shared.length > 0
      ? `# the sentinels of the groups meet at ${ids(shared)}; type no SENTINEL FAILOVER before the groups are apart`
      : '# first stop what carries __sentinel__:hello between the groups (a tool that copies PUBLISH, such as RedisShake: filter that channel), or close the network between them; type no SENTINEL FAILOVER before that',
    ...leaving.flatMap(({ master, sentinelViews }, i) => [
      `# then the group of ${master.id} gets a name of its own, which its clients need too:`,
      ...sentinelViews.flatMap(({ sentinel, view }) =>
        monitorInstead(
          sentinel,
          name,
          view.address,
          view,
          sentinel.answer.passwordsFor?.includes(name) ?? null,
          `${name}-${i + 2}`,
        ),
      ),
    ]),
    ...shared.map(
      (node) =>
        `# make ${node.id} follow the master of its own group right before the SENTINEL RESETs, or it stays where it is (REPLICAOF deletes what it holds); RESET again where SENTINEL REPLICAS still lists it`,
    ),
    `# then the sentinels of ${stays.master.id} forget the others, one after another:`,
    ...stays.sentinelViews.flatMap(({ sentinel }, i) => [
      ...(i === 0 ? [] : [`sleep ${RESETS_APART_MS / 1000}`]),
      hints.cli(sentinel, `SENTINEL RESET ${name}`),
    ]),
  ];
}
