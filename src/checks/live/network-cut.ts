import { type AnsweredNode, isAt, livesHere, type MasterFacts } from '../../model/facts.js';
import { oncePer } from '../../model/once-per.js';
import type { NodeState, SentinelState } from '../../model/snapshot.js';
import { byNumber } from '../../model/words.js';
import { unnamedMasters } from '../believed.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { canElect, electorateOf, headCount } from '../electorate.js';
import { type Side, sidesOf } from '../sides.js';
import { ids, isDown, judgeMasters, sentinelsOf, subjectOf } from '../snapshot.js';
import { cutOffPeers } from '../still-speaks.js';
import { isGhostReplica } from './ghost-replica.js';
import { isGhostSentinel } from './ghost-sentinel.js';
import { isCalledGone } from './ghosts.js';

type Server = NodeState | SentinelState;

export default {
  id: 'network-cut',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'data-unsafe',
  group: 'live',
  part: 'addresses',
  title: 'the network between the servers is cut',
  consequence:
    'the side that has the majority of the sentinels promotes a node of its own; what a master on the other side accepts from then on is lost when the network is back',
  explanation:
    'Servers on several machines fall silent together, in the eyes of this machine and of the sentinels on its side; or ' +
    'all answer here, and the sentinels of each side call the servers of the other side down. No command can end that ' +
    'from one side: REPLICAOF and MONITOR name a server that cannot be reached there, and SENTINEL RESET forgets the ' +
    'replicas and sentinels of the other side. When the network is back, the sentinels agree by the higher epoch within ' +
    'seconds, and make the old master a replica (16 s measured).',
  remedy: [
    'open the network between the two sides: cable, switch, route, firewall, security group',
    'until then stop the writes at the master on the side without the majority: min-replicas-to-write 1 does it by itself',
    'then wait: the cluster heals by itself',
  ],
  sources: [
    'sentinel.c: sentinelProcessHelloMessage, sentinelRefreshInstanceInfo (+convert-to-slave)',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Example 2)',
    'https://github.com/redis/redis/issues/3306',
    'measured',
  ],
  causes: [
    'master-disagree',
    'split-brain',
    'master-address-not-master',
    'master-down',
    'no-master',
    'writes-refused',
    'no-quorum',
    'no-good-slave',
    'no-replica',
    'node-unreachable',
    'sentinel-unreachable',
    'sentinel-isolated',
    'seen-down',
    'epoch-disagree',
    'ghost-replica',
    'ghost-sentinel',
    'replica-orphan',
    'replica-missing',
    'replica-chained',
    'link-down',
    'lag',
    'lag-growing',
    'failover-stuck',
    'sentinel-disconnected',
    'master-frozen',
  ],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (master) => {
      const cut = cutIn(master);
      return cut === null ? [] : [cut];
    }),
} satisfies SnapshotCheck;

/** The cut in the group of one master; null where there is none. */
export const cutIn = oncePer((master: MasterFacts): RawFinding | null => {
  const sides = sidesOf(master);
  const silent = sides.length > 1 ? [] : beyond(master);
  return sides.length > 1 ? between(master, sides) : silent.length > 0 ? fromOneSide(master, silent) : null;
});

const HEALS = 'then the cluster heals by itself';

const openBetween = (sides: readonly (readonly Server[])[]): string =>
  `open the network between ${sides.map((side) => hostsOf(side).join(', ')).join(' and ')} (cable, switch, route, firewall, security group): ${HEALS}`;

const hostsOf = (servers: readonly Server[]): string[] =>
  [...new Set(servers.map(({ announce }) => announce.host))].toSorted(byNumber);

/** All answer here, and the sentinels do not reach each other's side. */
function between(facts: MasterFacts, sides: readonly Side[]): RawFinding {
  const wrong = unnamedMasters(facts).filter((n) =>
    sides.some(({ servers }) => servers.some((s) => s.id === n.id)),
  );
  const words = `the network is cut between ${sides.map(({ servers }) => `{${ids(servers)}}`).join(' and ')}`;
  const lost =
    wrong.length === 0 ? '' : `; what ${ids(wrong)} ${wrong.length === 1 ? 'accepts' : 'accept'} is lost`;
  const electorate = electorateOf(facts);
  const most = Math.max(...sides.map(({ sentinels }) => sentinels.length));
  const isHeadless = most < electorate.needed;
  const servers = sides.flatMap((side) => side.servers);
  const sideOf = (node: Server): readonly Server[] =>
    sides.find((side) => side.servers.some((s) => s.id === node.id))?.servers ?? [];
  return {
    subject: subjectOf(servers),
    brief: `${words}${lost}`,
    message: `${words}: all of them answer here, and the sentinels of each side call the other side down${lost}`,
    evidence: 'all of them answer here, and the sentinels of each side call the other side down',
    ...(wrong.length === 0 && impactWithoutWrites(isHeadless)),
    fix: [
      openBetween(sides.map((side) => side.servers)),
      ...wrong.flatMap((n) => stopWrites(n, facts, sideOf(n))),
    ],
  };
}

/** One master, on one side: nothing is lost yet, and less is protected. */
const impactWithoutWrites = (isHeadless: boolean): Pick<RawFinding, 'severity' | 'impact' | 'consequence'> =>
  isHeadless
    ? {
        impact: 'no-failover',
        consequence: 'no side has enough sentinels: a master that fails is not replaced',
      }
    : {
        severity: 'warning',
        impact: 'degraded',
        consequence:
          'the servers on the smaller side take no part: its replicas are not promoted, and its sentinels do not vote',
      };

/**
 * Servers on several machines that give no connection to this machine, and that all sentinels that answer call down. No
 * frozen process is among them: one takes the connection. Empty where they are few, or where something else answers on
 * one of those machines; and where a server that answers was started since: it may be one of them, with a new address.
 */
function beyond(facts: MasterFacts): Server[] {
  const { expectation, sentinelViews, silent, snapshot, answered } = facts;
  if (livesHere(expectation) || sentinelViews.length === 0) return [];
  const isElectable = canElect(electorateOf(facts));
  const here = [...answered, ...sentinelsOf(sentinelViews)];
  const sentinels = snapshot.sentinels.filter((s) => s.silence !== null && !isElse(facts, s, isElectable));
  const nodes = silent.filter(
    (n) => !isCalledGone(facts, n.announce) && !(isElectable && isGhostReplica(facts, n)),
  );
  const there = [...nodes, ...sentinels].filter((s) => s.silence?.unreached === true);
  const hosts = hostsOf(there);
  const others = [...here, ...nodes, ...sentinels].filter((s) => !there.includes(s));
  const downMs = there.map((server) => downForMs(facts, server));
  const sinceMs = Math.max(0, ...downMs.map((ms) => ms ?? Number.POSITIVE_INFINITY));
  const isOlder = here.every(({ answer }) => (answer.uptimeS ?? 0) * 1000 > sinceMs);
  const isApart = !hostsOf(others).some((host) => hosts.includes(host));
  return hosts.length > 1 && isApart && isOlder && sentinels.some((s) => there.includes(s))
    ? there.toSorted((a, b) => byNumber(a.id, b.id))
    : [];
}

/** Whether it shows no cut: one that is gone, or whose messages still arrive through the master. */
const isElse = (facts: MasterFacts, sentinel: SentinelState, isElectable: boolean): boolean =>
  cutOffPeers(facts.sentinelViews, sentinel) !== null ||
  isCalledGone(facts, sentinel.announce) ||
  (isElectable && isGhostSentinel({ ...facts, masters: [facts] }, sentinel));

/** For how long every sentinel that lists a server has called it down, the longest; null where one does not, or none lists it. */
function downForMs({ sentinelViews }: MasterFacts, server: Server): number | null {
  const entries = sentinelViews
    .flatMap(({ view }) => [view, ...view.replicas, ...view.sentinels])
    .filter((entry) => isAt(server, entry.address));
  if (entries.length === 0 || !entries.every(({ flags }) => isDown(flags))) return null;
  return Math.max(...entries.map((entry) => entry.downMs ?? 0));
}

/** Only one side is seen: what the other one did is not known here. */
function fromOneSide(facts: MasterFacts, silent: readonly Server[]): RawFinding {
  const { answered, sentinelViews, snapshot } = facts;
  const electorate = electorateOf(facts);
  const here = [...answered, ...sentinelsOf(sentinelViews)];
  const masters = answered.filter((n) => n.answer.role === 'master');
  const who = `${ids(silent)} ${silent.length === 1 ? 'is' : 'are'} not reached from here, nor by ${ids(sentinelsOf(sentinelViews))}`;
  const shared = {
    subject: subjectOf(silent),
    servers: [...here, ...silent].map(({ id }) => id),
    evidence: `no connection to ${hostsOf(silent).join(', ')}: a frozen process would take one`,
  };
  const open = `${openBetween([here, silent]).replace(`: ${HEALS}`, '')}, or start those machines if they are off: ${HEALS}`;
  if (canElect(electorate))
    return {
      ...shared,
      severity: 'warning',
      impact: 'degraded',
      brief: `cut off or switched off: ${who}`,
      message: `cut off or switched off: ${who}`,
      consequence:
        'if they run, a master among them accepts the writes of clients on its side, and these are lost when the network is back',
      fix: [open],
    };
  const others = snapshot.sentinels.filter((s) => silent.includes(s)).length;
  // Sentinels alone have no node to promote.
  const mayPromote =
    others >= electorate.needed && facts.nodes.some(({ id }) => silent.some((s) => s.id === id));
  const lost =
    masters.length === 0
      ? 'if they run, they may have promoted another node'
      : `if they run, they may have promoted another node, and every write to ${ids(masters)} is lost`;
  const then = mayPromote ? lost : `no side can promote a node (${headCount(electorate)})`;
  return {
    ...shared,
    brief: `this side is cut off: ${who}; ${then}`,
    message: `this side is cut off: ${who}; ${then}`,
    ...(masters.length === 0
      ? { impact: 'down' as const }
      : !mayPromote && { impact: 'no-failover' as const }),
    fix: [
      open,
      ...(mayPromote ? masters.flatMap((n) => stopWrites(n, facts, here)) : []),
      '# no SENTINEL RESET here before that: it forgets the other side',
    ],
  };
}

/** It refuses writes while no more replicas acknowledge than are on its own side. */
function stopWrites(
  node: AnsweredNode,
  { answered, hints, refOf }: MasterFacts,
  side: readonly Server[],
): string[] {
  const { leastReplicas = 0, version } = node.answer;
  const beside = answered.filter(
    ({ id, answer: { follows } }) =>
      side.some((s) => s.id === id) && follows !== null && refOf(follows).id === node.id,
  );
  const least = beside.length + 1;
  if (leastReplicas >= least) return [];
  const name = Number.parseInt(version, 10) >= 5 ? 'min-replicas-to-write' : 'min-slaves-to-write';
  return [
    `# until then, so that ${node.id} accepts no write that is lost (afterwards: ${name} ${leastReplicas}):`,
    hints.cli(node, `CONFIG SET ${name} ${least}`),
  ];
}
