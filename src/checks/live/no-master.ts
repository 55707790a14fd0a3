import { formatDurationMs } from '../../model/duration.js';
import { livesHere, type MasterFacts } from '../../model/facts.js';
import { endsByItself } from '../../model/promotable.js';
import { downAfterOfQuorum } from '../../model/sentinel-settings.js';
import { TILT_PERIOD_MS, usualFailoverMs } from '../../model/sentinel-timing.js';
import { isLocked, type NodeState } from '../../model/snapshot.js';
import type { Countdown } from '../../model/status.js';
import { count } from '../../model/words.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { cutOff, cutOffFix } from '../cut-off.js';
import { answering, canCallDown, canElect, electorateOf, headCount, restoredBy } from '../electorate.js';
import { FORGOTTEN, forgottenFix, isForgotten } from '../forgotten.js';
import { blockedAt, eligibleAt } from '../promotable.js';
import { downWord, ids, isDown, isStopped, isUnheard, judgeMasters, nameOf } from '../snapshot.js';
import { failoverUnderWay, thawBefore } from '../under-way.js';
import { bringBack } from './bring-back.js';
import { hasNoMaster, hasOtherRole, lostMaster } from './lost-master.js';
import { expected, isOverdue, leftMsOf, overdue } from './overdue.js';

/** A usual failover beyond down-after, in seconds. */
const USUAL_S = usualFailoverMs({ downAfterMs: 0 }) / 1000;

export default {
  id: 'no-master',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'down',
  group: 'live',
  part: 'master',
  title: 'no master answers',
  consequence: 'every write fails until a master answers again',
  explanation:
    'No data node that answers has role:master, and the master that the sentinels name is down or does not ' +
    'answer. In the first seconds after a crash the failover is still in progress: it takes ' +
    'down-after-milliseconds plus about 1 s. If this lasts longer, find out why no replica is promoted: no ' +
    'quorum, no eligible replica, or a failed failover, which is retried only after 2 x failover-timeout.',
  remedy: [
    'wait for down-after-milliseconds plus 2 s, then run doctor again',
    'start a data node again: sentinelctl start never creates a second master',
  ],
  sources: ['sentinel.c: sentinelStartFailoverIfNeeded'],
  causes: [
    'link-down',
    'lag',
    'replica-orphan',
    'failover-in-progress',
    'failover-stuck',
    'master-down',
    'sentinel-disconnected',
  ],
  live: (facts) =>
    judgeMasters(facts, [], (master, missing) => {
      if (hasNoMaster(master)) {
        const lost = lostMaster(master);
        return [lost === null ? noneSaysMaster(master) : masterIsDown(master, lost)];
      }
      // Without one that says so, what is not known may be the master.
      if (!master.answered.some((n) => n.answer.role === 'master')) missing.push(unknownMaster(master));
      return [];
    }),
} satisfies SnapshotCheck;

function unknownMaster({ name, nodes }: MasterFacts): string {
  const unknown = nodes.filter((n) => n.answer === null || hasOtherRole(n));
  if (unknown.length === 0) return `${name}: no data node is known`;
  const reasons = unknown.map(
    (n) =>
      `${n.id}: ${hasOtherRole(n) ? 'its INFO says neither master nor replica' : (n.silence?.message ?? n.withheld ?? 'no answer')}`,
  );
  return `${name}: no sentinel calls the master down, and its role is not known (${reasons.join('; ')})`;
}

/** How a master that is down comes back, where a failover comes first: started before it, it would be a second master. */
export function afterFailover(facts: MasterFacts, lost: NodeState): Pick<RawFinding, 'fix' | 'later'> {
  return { fix: [facts.hints.ctl('status --watch')], ...laterStart(facts, lost) };
}

function laterStart({ expectation, hints }: MasterFacts, lost: NodeState): Pick<RawFinding, 'later'> {
  if (!livesHere(expectation)) return {};
  // Resumed, a frozen one would take writes until the sentinels make it a replica.
  return { later: { when: 'once another node is the master', fix: hints.revive(lost, lost.silence, true) } };
}

function masterIsDown(facts: MasterFacts, lost: NodeState): RawFinding {
  const { words, why, brief, evidence, ...next } = outlook(facts, lost);
  const said = `${lost.id}: ${lost.silence?.message ?? 'no answer'}`;
  // A time that it gave no answer within says no more than that it does not answer.
  const isSaid = lost.silence?.kind === 'timeout' && lost.silence.unreached !== true;
  return {
    subject: facts.name,
    servers: [lost.id],
    brief: `${lost.id} (master) ${downWord(lost)}; ${brief ?? words}`,
    evidence: brief === undefined ? null : (evidence ?? words),
    message: `${facts.name}: its master ${nameOf(lost)} ${downWord(lost)}, nothing can be written; ${words}`,
    consequence: why === null ? said : isSaid ? why : `${said}; ${why}`,
    ...next,
  };
}

type Outlook = Pick<RawFinding, 'fix' | 'later' | 'brief' | 'countdown' | 'evidence'> & {
  words: string;
  why: string | null;
};

/** Whether a failover will come by itself, in the words of the first line: `failover expected within 3 s`. */
export function failoverOutlook(
  facts: MasterFacts,
  lost: NodeState,
): { words: string; countdown: Countdown | undefined } {
  const { brief, countdown, words } = outlook(facts, lost);
  return { words: brief ?? words, countdown };
}

/** Whether a failover will come by itself, and what to type. */
function outlook(facts: MasterFacts, lost: NodeState): Outlook {
  const { sentinelViews, nodes, hints } = facts;
  const electorate = electorateOf(facts);
  const hopeless = (words: string): Outlook => ({ words, why: null, fix: bringBack(facts, lost) });
  const busy = isUnelected(facts) && !canElect(electorate) ? null : failoverUnderWay(sentinelViews);
  const cut = canElect(electorate) ? cutOff(facts) : null;
  if (cut !== null) return { ...cut, fix: cutOffFix(facts, lost) };
  // An attempt without a candidate ends with -failover-abort-no-good-slave: the cause is said, not the attempt.
  if (busy !== null && isVain(facts)) return hopeless('no replica can be promoted');
  if (busy !== null) return { words: busy, why: null, ...afterFailover(facts, lost) };
  if (sentinelViews.length === 0) return hopeless('no sentinel answers that could replace it');
  if (!canElect(electorate)) return hopeless(`no failover is possible (${headCount(electorate)})`);
  if (isForgotten(facts)) {
    return { words: FORGOTTEN, why: 'no replica is ever promoted', fix: forgottenFix(facts, lost) };
  }
  if (!hasPromotableReplica(facts)) {
    if (nodes.length > 1) return hopeless('no replica can be promoted');
    return { ...hopeless('the master has no replica'), fix: [hints.revive(lost, lost.silence)] };
  }
  if (!canCallDown(electorate)) {
    const dead = restoredBy(facts);
    if (dead.length > 0)
      return {
        words: `no failover before TILT ends or ${ids(dead)} ${dead.length === 1 ? 'runs' : 'run'} again`,
        why: `${electorate.alive - electorate.tilted} of ${count(electorate.known, 'sentinel')} can call the master down, and ${electorate.quorum} must`,
        fix: dead.map((s) => hints.revive(s, s.silence)),
      };
    const words = `no failover before TILT ends (${electorate.tilted} of ${count(electorate.known, 'sentinel')})`;
    return {
      words,
      why: `TILT ends ${TILT_PERIOD_MS / 1000} s after the last disturbance`,
      ...afterFailover(facts, lost),
    };
  }
  if (sentinelViews.every((w) => !w.view.ckquorum.ok))
    return hopeless('no failover is possible (the sentinels do not hear each other)');
  // It is replaced as soon as a quorum calls it down.
  const downAfterMs = downAfterOfQuorum(sentinelViews.map(({ view }) => view));
  const thaw = thawBefore(facts, lost, downAfterMs);
  if (thaw !== null) return { words: thaw, why: null, fix: [hints.ctl('status --watch')] };
  const voters = answering(electorate, electorate.tilted);
  const able = `${electorate.alive - electorate.tilted} of ${count(electorate.known, 'sentinel')}`;
  const leftMs = leftMsOf(facts);
  if (isOverdue(facts, -leftMs)) return { ...overdue(facts, voters, -leftMs), ...laterStart(facts, lost) };
  const countdown = expected(leftMs);
  return {
    words: `${able} can replace it, within about ${Math.ceil(usualFailoverMs({ downAfterMs }) / 1000)} s of its failure (down-after + ${USUAL_S} s)`,
    brief: countdown.words,
    countdown,
    evidence: `${voters}${electorate.unheard.length > 0 ? ',' : ''} and can replace ${lost.id}; that takes down-after (${formatDurationMs(downAfterMs)}) and about ${USUAL_S} s from its failure`,
    why: 'if no replica is promoted, the logs of the sentinels say why (-failover-abort-…)',
    ...afterFailover(facts, lost),
  };
}

/** Whether the attempts that are in progress still wait for their votes. */
function isUnelected({ sentinelViews }: MasterFacts): boolean {
  const busy = sentinelViews.filter(({ view }) => view.flags.includes('failover_in_progress'));
  return busy.length > 0 && busy.every(({ view }) => view.failoverState === 'wait_start');
}

/** Whether an attempt that is in progress has no replica to promote: none answers, or no sentinel would take one. */
const isVain = (facts: MasterFacts): boolean =>
  facts.nodes.length > 1 &&
  !isForgotten(facts) &&
  !hasPromotableReplica(facts) &&
  (blockedAt(facts) !== null || facts.answered.length === 0);

/**
 * A replica that answers, and that a sentinel would promote or will once it has heard it again; or one that a sentinel
 * reaches, where this machine lacks its password.
 */
export function hasPromotableReplica(facts: MasterFacts): boolean {
  return facts.nodes.some((node) => {
    const entries = facts.sentinelViews.flatMap((w) =>
      w.view.replicas
        .filter((r) => facts.refOf(r.address).id === node.id)
        .map((r) => ({ flags: r.flags, verdict: eligibleAt(facts, w, r) })),
    );
    const isEligible = entries.some(({ verdict }) => verdict.is !== 'no' || endsByItself(verdict));
    if (isLocked(node.silence) || node.withheld !== undefined)
      return isEligible && entries.some(({ flags }) => !isDown(flags));
    if (node.answer?.role !== 'replica' || node.answer.loading) return false;
    return entries.length === 0 || isEligible;
  });
}

function noneSaysMaster(facts: MasterFacts): RawFinding {
  const { answered, expectation, name } = facts;
  const busy = failoverUnderWay(facts.sentinelViews);
  return {
    subject: name,
    servers: [],
    ...(isOutOfReach(facts) && {
      impact: 'unknown',
      consequence: 'whether clients can read and write is not known at this machine',
    }),
    brief:
      answered.length === 0
        ? (expectation.kept && 'stopped, data kept') || 'no data node answers'
        : `no data node is a master; ${ids(answered)} ${answered.length === 1 ? 'is a replica' : 'are replicas'}`,
    message:
      answered.length === 0
        ? `${expectation.kept ? 'it was taken down with its data kept: ' : ''}no data node of ${name} answers${isOutOfReach(facts) ? ' this machine' : ', nothing can be read or written'}`
        : `no data node that answers is the master of ${name}, nothing can be written: ${ids(answered)} answer${answered.length === 1 ? 's' : ''}${busy === null ? '' : `; ${busy}`}`,
    evidence: busy,
    fix: busy === null ? nextWithoutMaster(facts) : [facts.hints.ctl('status --watch')],
  };
}

/**
 * Nothing of an attached cluster answers, and nothing refuses either: this machine may have no route to it. Where its
 * processes are not known to be here, a tunnel that ended refuses too.
 */
const isOutOfReach = (facts: MasterFacts): boolean =>
  isUnheard(facts) ||
  (!facts.expectation.own &&
    facts.answered.length === 0 &&
    [...facts.nodes, ...facts.snapshot.sentinels].every((s) => s.silence !== null && !isStopped(s)));

/** Any node that is down, else a server that can be asked for the reason. */
function nextWithoutMaster(facts: MasterFacts): string[] {
  const { hints, silent, answered, sentinelViews } = facts;
  if (silent[0] !== undefined) return bringBack(facts, silent[0]);
  const sentinel = sentinelViews[0]?.sentinel;
  if (sentinel !== undefined) return [hints.logs(sentinel, `SENTINEL MASTER ${facts.name}`)];
  const first = answered[0];
  return [first === undefined ? hints.ctl('status') : hints.logs(first, 'ROLE')];
}
