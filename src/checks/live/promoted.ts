import type { AnsweredNode, MasterFacts, SentinelView } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import { byRank, endsByItself } from '../../model/promotable.js';
import { HELLO_SPREAD_MS } from '../../model/sentinel-timing.js';
import type { NodeState } from '../../model/snapshot.js';
import type { RawFinding } from '../check.js';
import { canElect, electorateOf, headCount } from '../electorate.js';
import { monitorAllInstead } from '../monitor-all.js';
import { eligibleAt } from '../promotable.js';
import { downWord, isDown, nameOf, names } from '../snapshot.js';
import { failoverUnderWay, lookAgain } from '../under-way.js';
import { bringBack } from './bring-back.js';
import { afterFailover } from './no-master.js';

type Said = Omit<RawFinding, 'subject'>;

/** The nodes that say that they are the master. */
export const promotedOf = ({ answered }: MasterFacts): AnsweredNode[] =>
  answered.filter((n) => n.answer.role === 'master');

/** The master that the sentinels name is silent, and another node is a master: by a failover that ends, or by hand. */
export function replaced(node: NodeState, facts: MasterFacts, promoted: readonly AnsweredNode[]): Said {
  const electorate = electorateOf(facts);
  const isUnderWay = failoverUnderWay(facts.sentinelViews) !== null;
  if (!isUnderWay && !canElect(electorate)) {
    const why = `no failover is possible (${headCount(electorate)})`;
    return unnamed(node, facts, promoted, why, { fix: bringBack(facts, null) });
  }
  // Only this machine misses it: the sentinels see two masters.
  if (!isUnderWay && !facts.sentinelViews.some(({ view }) => isDown(view.flags)))
    return besideIt(node, facts, promoted);
  if (!isUnderWay && promoted.some((promotedNode) => isLongMaster(promotedNode, facts)))
    return unnamed(node, facts, promoted, 'no failover is in progress', nameIt(node, facts, promoted));
  const isOne = promoted.length === 1;
  return {
    severity: 'critical',
    impact: 'down',
    brief: `${node.id} (master) ${downWord(node)}; ${idsOf(promoted)} was promoted, and the sentinels name it within about 1 s`,
    evidence: null,
    message: `${facts.name}: its master ${nameOf(node)} ${downWord(node)}; ${names(promoted)} ${isOne ? 'says that it is' : 'say that they are'} the master, and the sentinels do not name ${isOne ? 'it' : 'them'} yet`,
    consequence:
      'clients are still sent to the one that is down; the last step of a failover takes about a second',
    ...afterFailover(facts, node),
  };
}

/** A second master beside the one that the sentinels name and reach: they make it a replica. */
function besideIt(node: NodeState, facts: MasterFacts, promoted: readonly AnsweredNode[]): Said {
  const claim = `${idsOf(promoted)} ${promoted.length === 1 ? 'says that it is a master' : 'say that they are masters'} too`;
  const reached = 'cannot be reached from this machine, and the sentinels do not call it down';
  return {
    severity: 'critical',
    impact: 'data-unsafe',
    brief: `${node.id} (master) ${reached}; ${claim}`,
    evidence: null,
    message: `${facts.name}: its master ${nameOf(node)} ${reached}; ${claim}`,
    consequence: `the sentinels make ${idsOf(promoted)} a replica of ${node.id}, and what was written there is lost`,
    fix: lookAgain(facts.hints),
  };
}

const idsOf = (promoted: readonly AnsweredNode[]): string => promoted.map((n) => n.id).join(', ');

/** A sentinel that has seen it as a master for longer than a switch takes to reach every sentinel (sentinel.c, role_reported_time). */
const isLongMaster = (promotedNode: AnsweredNode, facts: MasterFacts): boolean =>
  facts.sentinelViews.some(({ view }) =>
    view.replicas.some(
      ({ address, saysMasterMs }) =>
        facts.refOf(address).id === promotedNode.id && (saysMasterMs ?? 0) > HELLO_SPREAD_MS,
    ),
  );

/** A node that REPLICAOF NO ONE made the master, or a failover whose leader died: no sentinel is about to name it. */
function unnamed(
  node: NodeState,
  facts: MasterFacts,
  promoted: readonly AnsweredNode[],
  why: string,
  { fix, later }: Pick<RawFinding, 'fix' | 'later'>,
): Said {
  const isOne = promoted.length === 1;
  const it = isOne ? 'it' : 'them';
  return {
    severity: 'critical',
    impact: 'down',
    brief: `${node.id} (master) ${downWord(node)}; ${idsOf(promoted)} ${isOne ? 'is a master' : 'are masters'} that the sentinels do not name: ${why}`,
    evidence: null,
    message: `${facts.name}: its master ${nameOf(node)} ${downWord(node)}; ${names(promoted)} ${isOne ? 'says that it is' : 'say that they are'} the master, and the sentinels do not name ${it}: ${why}`,
    consequence: `clients that ask a sentinel are sent to the one that is down; if it returns first, the sentinels make ${idsOf(promoted)} its replica, and what was written there is lost`,
    fix: [...fix, `# start ${node.id} only after the sentinels name another master`],
    ...(later !== undefined && { later }),
  };
}

/** What makes the sentinels name it: a failover where they would choose it, else they are told. */
function nameIt(
  node: NodeState,
  facts: MasterFacts,
  promoted: readonly AnsweredNode[],
): Pick<RawFinding, 'fix' | 'later'> {
  const { name, sentinelViews, hints, answered } = facts;
  const [promotedNode, ...others] = promoted;
  if (promotedNode === undefined || others.length > 0)
    return {
      fix: [
        `# one of ${idsOf(promoted)} has the data to keep; REPLICAOF it at the others, then run doctor again:`,
        ...promoted.map((one) => hints.cli(one, 'INFO replication')),
      ],
    };
  const leader = sentinelViews.find((seen) => isFirstChoice(promotedNode, seen, facts));
  if (leader !== undefined) return { fix: [cli(leader.sentinel, `SENTINEL FAILOVER ${name}`)] };
  const { announce } = promotedNode;
  const follow = `REPLICAOF ${announce.host} ${announce.port}`;
  return {
    fix: [
      `# a failover could choose another replica: tell each sentinel that ${promotedNode.id} is the master`,
      ...monitorAllInstead(
        facts,
        announce,
        answered.filter((n) => n.answer.role === 'replica').map((n) => hints.cli(n, follow)),
      ),
    ],
    later: {
      when: `SENTINEL REMOVE makes the sentinels forget ${node.id}: as soon as it runs again, it is a replica only by`,
      fix: hints.cli(node, follow),
    },
  };
}

/** Whether this sentinel would promote it before every other replica that it lists, one that is heard again included. */
function isFirstChoice(promotedNode: AnsweredNode, seen: SentinelView, facts: MasterFacts): boolean {
  const candidates = seen.view.replicas.filter((replica) => {
    const verdict = eligibleAt(facts, seen, replica);
    return verdict.is !== 'no' || endsByItself(verdict);
  });
  const first = candidates.toSorted(byRank)[0];
  if (first === undefined || facts.refOf(first.address).id !== promotedNode.id) return false;
  return eligibleAt(facts, seen, first).is === 'yes';
}
