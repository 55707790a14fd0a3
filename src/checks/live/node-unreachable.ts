import { type Address, formatAddress, isLoopback } from '../../model/address.js';
import { isAt, livesHere, type MasterFacts, type SnapshotFacts } from '../../model/facts.js';
import { isTyped } from '../../model/fix-steps.js';
import { cli } from '../../model/hints.js';
import { isFull, type NodeState } from '../../model/snapshot.js';
import { sayTheSame, together } from '../../model/together.js';
import type { RawFinding, Skip, SnapshotCheck } from '../check.js';
import { canElect, electorateOf } from '../electorate.js';
import { judged } from '../group.js';
import { isLeftBehind } from '../left-behind.js';
import { downWord, isNamed, isSilent, isStopped, isUnheard, nameOf, unanswered } from '../snapshot.js';
import { lookAgain } from '../under-way.js';
import { isGhostReplica } from './ghost-replica.js';
import { entriesOf, isHeardBySentinels } from './heard.js';
import { hasNoMaster, lostMaster } from './lost-master.js';
import { hasPromotableReplica } from './no-master.js';
import { promotedOf, replaced } from './promoted.js';
import { type SaysInstead, saysInstead } from './says-instead.js';
import { heardElsewhere, NEXT_LOOK, routeTo, saidNothing, silenceOf } from './silent-words.js';

export default {
  id: 'node-unreachable',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'nodes',
  title: 'a data node accepts connections but does not answer, or cannot be reached',
  consequence: 'what does not answer cannot be promoted, and its state is not known',
  explanation:
    'Every data node of the cluster was asked: the nodes that sentinelctl created, and those that a sentinel or a ' +
    'data node lists. A node that accepts the connection but does not answer is frozen, or behind a packet filter. ' +
    'A node that refuses the connection is reported as node-down, a dead master that is not replaced yet as no-master.',
  remedy: [
    'if it is frozen and was not replaced as the master, resume it: sentinelctl resume NODE, or kill -CONT PID',
    'if it may have been replaced, restart it: sentinelctl restart NODE starts it as a replica',
    'if only this machine cannot reach it, check the route and the announced address',
  ],
  sources: ['measured'],
  causes: [
    'writes-refused',
    'no-master',
    'ghost-replica',
    'link-down',
    'replica-orphan',
    'lag',
    'seen-down',
    'replica-missing',
    'failover-in-progress',
    'no-good-slave',
  ],
  live: (facts) => silentNodes(facts, false),
} satisfies SnapshotCheck;

/** A finding for each silent node that is `stopped`, or that is not; a dead master that no other node replaces yet is no-master instead. */
export function silentNodes(facts: SnapshotFacts, stopped: boolean): RawFinding[] | Skip {
  // Which of them run is not known where nothing answers this machine: no-master and no-sentinel say so.
  const judgeable = isUnheard(facts) ? [] : facts.masters;
  const found = judgeable.flatMap((master) => {
    const each = master.silent
      .filter((node) => isSilent(node) && isDown(node, master) === stopped && !isGhostReplica(master, node))
      .filter((node) => !(hasNoMaster(master) && lostMaster(master)?.id === node.id))
      .filter((node) => !isLeftBehind(master, node))
      .map(
        (node): RawFinding => ({
          subject: node.id,
          masterName: master.name,
          ...(node.id === namedMaster(master)?.id ? oldMaster(node, master) : silentNode(node, master)),
        }),
      );
    return nothingAnswers(master) ? allSilent(each) : each;
  });
  return judged(found, unanswered(facts.masters.flatMap((m) => m.nodes)));
}

/** Whether no data node answers, and which of them is the master is not known. */
const nothingAnswers = (master: MasterFacts): boolean =>
  master.answered.length === 0 && hasNoMaster(master) && lostMaster(master) === null;

/** One finding for all silent data nodes: the cluster has no master because none of them answers. */
function allSilent(each: RawFinding[]): RawFinding[] {
  const said = each.map((raw) => ({ ...raw, brief: raw.brief ?? raw.message }));
  const [first] = said;
  if (first === undefined) return each;
  const alike = sayTheSame(first, said);
  if (alike.length < 2) return each;
  const reasons = [...new Set(alike.map((raw) => (raw.evidence ?? '').replace(`${raw.subject}: `, '')))];
  return [
    {
      ...first,
      subject: alike.map(({ subject }) => subject).join(', '),
      brief: together(alike),
      message: `${together(alike)}: ${reasons.join('; ')}`,
      evidence: reasons.join('; '),
      consequence: 'nothing can be read or written, and nothing can be promoted',
      fix: [...new Set(alike.flatMap(({ fix }) => fix))],
    },
    ...said.filter((raw) => !alike.includes(raw)),
  ];
}

/** It does not run, as far as this machine and the sentinels can tell. */
function isDown(node: NodeState, facts: MasterFacts): boolean {
  if (!isStopped(node)) return false;
  if (node.id === namedMaster(facts)?.id) return promotedOf(facts).length > 0;
  return facts.expectation.own || !isHeardBySentinels(node, facts);
}

function silentNode(node: NodeState, facts: MasterFacts): Omit<RawFinding, 'subject'> {
  const { hints, expectation } = facts;
  const other = node.silence?.other;
  if (other !== undefined) {
    const words = `is down, and another server answers at ${formatAddress(node.endpoint)}`;
    return {
      brief: `${node.id} ${words}`,
      message: `${nameOf(node)} ${words}: ${other}`,
      evidence: `that server: ${other}`,
      consequence:
        'the sentinels take that server for the replica: they make it follow the master, which deletes its own data',
      fix: [`${hints.revive(node, null)}  # once the other server is moved to another port: ${other}`],
    };
  }
  const cause = saysInstead(node, 'node');
  if (cause !== null) return speaking(node, facts, cause);
  const revived = hints.revive(node, node.silence, mayBeOldMaster(node, facts), presentMaster(facts));
  const isAway = isStopped(node) || node.silence?.unreached === true;
  const fix = [
    isAway ? orForgotten(revived, node, facts) : revived,
    ...(isStopped(node) && mayBeOldMaster(node, facts) ? elsewhere(facts, node) : []),
  ];
  const isSlow = node.silence?.kind === 'timeout';
  if (!(livesHere(expectation) && isSlow) && !expectation.own && isHeardBySentinels(node, facts)) {
    // What the sentinels said is older than the time that was waited here.
    if (isSlow)
      return {
        impact: 'unknown',
        brief: `${node.id} ${heardElsewhere(node)}`,
        message: `${nameOf(node)} ${heardElsewhere(node)}`,
        evidence: null,
        consequence: NEXT_LOOK,
        fix: lookAgain(hints),
      };
    return {
      impact: 'unknown',
      brief: `${node.id} cannot be reached from this machine, and the sentinels reach it`,
      message: `${saidNothing(node)}; the sentinels reach it`,
      evidence: silenceOf(node),
      consequence: 'only this machine lacks a route to it, or its announced address is not valid here',
      fix: [routeTo(facts, node)],
    };
  }
  const sender = facts.answered.find(({ answer }) =>
    answer.attached.some(({ address, state }) => state === 'online' && isAt(node, address)),
  );
  // A replica is there, under another address: started at this one, nothing would be gained.
  if (sender !== undefined && !isSlow && !isNamed(facts, node) && mayBeOldMaster(node, facts))
    return {
      ...(isLastReplica(facts) && { impact: 'no-failover' }),
      brief: `${sender.id} sends data to a replica that announces ${formatAddress(node.announce)}, where nothing answers`,
      message: `${sender.id} sends data to a replica that announces ${formatAddress(node.announce)}, and there nothing answers`,
      evidence: silenceOf(node),
      consequence: 'the sentinels can neither monitor nor promote it there',
      fix: [hints.ctl('doctor')],
    };
  return {
    ...(isLastReplica(facts) && { impact: 'no-failover' }),
    brief: `${node.id} ${downWord(node)}`,
    message: saidNothing(node),
    evidence: silenceOf(node),
    fix,
  };
}

/** What is started by hand may be gone for good: which of the two only the user knows. A command starts what is there. */
const orForgotten = (started: string, { id }: NodeState, { hints }: MasterFacts): string =>
  isTyped(started) ? started : `${started}; if it is gone for good: ${hints.ctl(`doctor --gone ${id}`)}`;

/** It runs and gives an error for every question: started again, a second process would fail to get its port. */
const speaking = (
  node: NodeState,
  facts: MasterFacts,
  { words, consequence, impact, fix }: SaysInstead,
): Omit<RawFinding, 'subject'> => ({
  ...(node.id === namedMaster(facts)?.id
    ? { severity: 'critical', impact }
    : isLastReplica(facts) && { impact: 'no-failover' }),
  brief: `${node.id} ${words}`,
  message: `${nameOf(node)} ${words}`,
  evidence: silenceOf(node),
  consequence:
    consequence ?? 'it runs, and answers every question with this error: to its clients it is down',
  fix: isFull(node) ? [...makeRoom(node, facts), ...fix] : fix,
});

/** A server that accepts no client takes no command either: what is typed elsewhere, before what is typed at it. */
function makeRoom(node: NodeState, facts: MasterFacts): string[] {
  const { expectation, hints, name, sentinelViews } = facts;
  const isMaster = node.id === namedMaster(facts)?.id;
  const sentinel = sentinelViews.find((w) => !w.sentinel.answer.tilt)?.sentinel;
  const canMove = sentinel !== undefined && canElect(electorateOf(facts)) && hasPromotableReplica(facts);
  if (isMaster && !canMove) return [];
  const move =
    isMaster && sentinel !== undefined
      ? [
          cli(sentinel, `SENTINEL FAILOVER ${name}`),
          `# moves the master to a replica, where clients connect again; the file of ${node.id} keeps maxclients. Once another node is the master:`,
        ]
      : [];
  const where =
    expectation.own && expectation.driver === 'process'
      ? ` (nodes/${node.id} in the cluster's directory)`
      : '';
  const again = livesHere(expectation)
    ? [
        `# stop ${node.id}, give maxclients in its redis.conf${where} a higher number, then:`,
        hints.ctl(`start ${node.id}`),
      ]
    : [`# on its machine: end ${node.id}, give maxclients in its file a higher number, and start it again`];
  return [...move, ...again, '# without a restart:'];
}

/** Whether no replica is left that answers: a master that fails is not replaced. */
const isLastReplica = ({ nodes }: MasterFacts): boolean =>
  !nodes.some((n) => n.answer?.role === 'replica' || (n.answer === null && !isSilent(n)));

/** The address of the master, where it answers as one. */
const presentMaster = ({ answered, master, refOf }: MasterFacts): Address | null =>
  answered.some((n) => master !== null && n.id === refOf(master).id && n.answer.role === 'master')
    ? master
    : null;

/**
 * Whether a frozen node may have been the master before the last failover: the switch makes a new entry of it, without
 * a run id until it answers INFO (sentinel.c, sentinelResetMasterAndChangeAddress). Resumed, it would take writes.
 */
const mayBeOldMaster = (node: NodeState, facts: MasterFacts): boolean =>
  entriesOf(node, facts).every(({ runId }) => runId === '');

/**
 * An old master that was started under another address is a master that no sentinel knows. Beside others, a loopback address may be
 * the new master's own: told to follow it, that would follow itself.
 */
const elsewhere = (
  { expectation, master, answered, refOf }: MasterFacts,
  { announce }: NodeState,
): string[] =>
  expectation.own ||
  master === null ||
  isLoopback(announce.host) !== isLoopback(master.host) ||
  !answered.some((n) => n.id === refOf(master).id)
    ? []
    : [
        `# or is it back under another address? There: redis-cli REPLICAOF ${master.host} ${master.port}, and give it a fixed address`,
      ];

const namedMaster = ({ master, silent, refOf }: MasterFacts): NodeState | undefined =>
  master === null ? undefined : silent.find((n) => n.id === refOf(master).id);

/** The master that the sentinels name: a successor has the role already, or the sentinels still reach this one. */
function oldMaster(node: NodeState, facts: MasterFacts): Omit<RawFinding, 'subject'> {
  const promoted = promotedOf(facts);
  const said = `${facts.name}: its master ${nameOf(node)} ${downWord(node)}`;
  const cause = saysInstead(node, 'node');
  if (promoted.length === 0 && cause !== null) return speaking(node, facts, cause);
  // What the sentinels said is older than the time that was waited here.
  if (promoted.length === 0 && !livesHere(facts.expectation) && node.silence?.kind === 'timeout') {
    return {
      severity: 'critical',
      impact: 'unknown',
      brief: `${node.id} (master) ${heardElsewhere(node)}`,
      message: `${said}: ${node.silence.message}; the sentinels had an answer of it shortly before`,
      evidence: `${silenceOf(node)}; the sentinels had an answer of it shortly before`,
      consequence: NEXT_LOOK,
      fix: lookAgain(facts.hints),
    };
  }
  if (promoted.length === 0) {
    return {
      severity: 'critical',
      impact: 'unknown',
      brief: `${node.id} (master) cannot be reached from this machine, and the sentinels reach it`,
      message: `${said}: ${node.silence?.message ?? 'no answer'}; the sentinels do not call it down`,
      evidence: `${silenceOf(node)}; the sentinels do not call it down`,
      consequence:
        'clients at this machine may not reach it either; no failover happens while the sentinels reach it',
      fix: facts.expectation.own
        ? [facts.hints.revive(node, node.silence)]
        : [routeTo(facts, node), '# it runs, since the sentinels reach it'],
    };
  }
  return replaced(node, facts, promoted);
}
