import type { MasterFacts } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import { INFO_PERIOD_MS } from '../../model/sentinel-timing.js';
import { isLocked, type NodeState } from '../../model/snapshot.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { cutOff, cutOffFix } from '../cut-off.js';
import { setConfig } from '../fixes.js';
import { FORGOTTEN, forgottenFix, isForgotten } from '../forgotten.js';
import { type Blocked, blockedAt, ownPriority, type Unfit } from '../promotable.js';
import { ids, isDown, isSilent, judgeMasters, subjectOf } from '../snapshot.js';
import { lookAgain } from '../under-way.js';
import { announceOther, sendsWhere, unreachedIn } from '../unreached.js';
import { lostMaster } from './lost-master.js';

export default {
  id: 'no-good-slave',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'no-failover',
  group: 'live',
  part: 'master',
  title: 'no replica can be promoted now',
  consequence:
    'a dead master is not replaced: every attempt ends with -failover-abort-no-good-slave, without end as long as the reason lasts; the next attempt comes after 2 x failover-timeout',
  explanation:
    'Sentinel promotes only a replica that is not down, answered PING within the last 5 ping periods, answered ' +
    'INFO recently, does not have priority 0, and whose link to the master was down for at most 10 x down-after ' +
    'before the master died. A replica that was cut off for longer is not eligible, even if it runs and has the ' +
    'data.',
  remedy: [
    'start a replica again, or repair its link to the master',
    'where every replica was without its master for too long: a longer down-after-milliseconds with SENTINEL SET at ' +
      'every sentinel (a ninth of that time), SENTINEL FAILOVER NAME at one of them, then the value back; the old ' +
      'master would come back with what is on its disk, and be copied',
  ],
  sources: ['sentinel.c: sentinelSelectSlave', 'https://github.com/redis/redis/issues/5677', 'measured'],
  causes: ['failover-stuck', 'no-master', 'sentinel-isolated'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (master) => {
      const blocked = blockedAt(master);
      return blocked === null ? [] : findingOf(master, blocked);
    }),
} satisfies SnapshotCheck;

function findingOf(master: MasterFacts, { sentinelView, reasons }: Blocked): RawFinding[] {
  const { name, nodes, hints, refOf } = master;
  const replicas = nodes.filter((n) => master.master === null || n.id !== refOf(master.master).id);
  const subject = replicas.length > 0 ? subjectOf(replicas) : name;
  if (isForgotten(master))
    return [
      {
        subject,
        servers: master.sentinelViews.map(({ sentinel }) => sentinel.id),
        brief: FORGOTTEN,
        evidence:
          'the master that would name them again does not answer (SENTINEL RESET shortly before its failure, or after it, does that)',
        message: `${name}: the sentinels have forgotten the replicas, and the master that would name them again does not answer (SENTINEL RESET shortly before its failure, or after it, does that)`,
        consequence: 'no replica is ever promoted: the sentinels know none, however long they wait',
        fix: forgottenFix(master, lostMaster(master)),
      },
    ];
  // Without any replica there is nothing to say beyond that: no-replica does.
  if (reasons.length === 0 && replicas.length === 0) return [];
  // All of them are down here too: node-down and node-unreachable say so, and what to do about each.
  const isDownHere = ({ replica }: Unfit): boolean =>
    nodes.some((n) => n.id === refOf(replica.address).id && isSilent(n));
  if (reasons.length > 0 && reasons.every(isDownHere)) return [];
  const read = reasons.filter(
    (reason) =>
      (reason.kind === 'priority' && mayBe(master, reason.replica)) ||
      (reason.kind === 'cut-off' && nodeOf(master, reason)?.answer?.linkStatus === 'up'),
  );
  const shown = ({ replica }: Unfit): string => refOf(replica.address).id;
  if (read.length > 0)
    return [
      {
        subject,
        severity: 'info',
        message: `${name}: ${read.map(shown).join(', ')} may be promoted again; the sentinels read it within ${INFO_PERIOD_MS / 1000} s`,
        // Measured: killed right after the change, with a down-after of 500 ms and of 2 s, the master was replaced at once.
        consequence:
          'until then SENTINEL FAILOVER is refused (NOGOODSLAVE); a master that dies is replaced, since the sentinels ask again before they choose',
        fix: lookAgain(hints),
      },
    ];
  if (reasons.length > 0 && reasons.every((reason) => isCalledDown(master, reason)))
    return [calledDown(master, { sentinelView, reasons }, subject)];
  const saidByAll = reasons.length > 0 && reasons.every(({ replica }) => ownPriority(master, replica) === 0);
  // That is priority-zero, which counts also one that no sentinel lists: there it is not what stops a failover.
  const isNoOther = replicas.every(({ answer }) => answer === null || answer.priority === 0);
  if (saidByAll && isNoOther) return [];
  const cut = lostMaster(master) === null ? null : cutOff(master);
  const unfit = reasons.map((reason) => `${shown(reason)} ${reason.why}`);
  const source = `${sentinelView.sentinel.id} says so of ${ids(replicas)}`;
  return [
    {
      subject,
      brief:
        cut !== null
          ? // no-master, which it leads to, says it in the same words: the first line has them once.
            cut.words
          : unfit.length === 0
            ? 'no sentinel lists a replica'
            : unfit.join('; '),
      evidence: unfit.length === 0 ? null : source,
      message: `${name}: ${unfit.length === 0 ? 'the master has no replica' : unfit.join('; ')} (${source})`,
      fix: makeFit(master, { sentinelView, reasons }),
    },
  ];
}

const nodeOf = ({ nodes, refOf }: MasterFacts, { replica }: Unfit): NodeState | undefined =>
  nodes.find((n) => n.id === refOf(replica.address).id);

/** Whether a replica that the sentinels call down is there, as this machine sees it. */
function isCalledDown(master: MasterFacts, reason: Unfit): boolean {
  const node = nodeOf(master, reason);
  return reason.kind === 'down' && node !== undefined && (node.answer !== null || isLocked(node.silence));
}

/** The sentinels cannot log in to them, or do not reach them. */
function calledDown(master: MasterFacts, { sentinelView, reasons }: Blocked, subject: string): RawFinding {
  const servers = reasons.map((reason) => master.refOf(reason.replica.address));
  const are = reasons.every(({ replica }) => replica.flags.includes('s_down'))
    ? `call ${ids(servers)} down`
    : `have no link to ${ids(servers)}`;
  const words = `the sentinels ${are}, although ${servers.length === 1 ? 'it answers' : 'they answer'} here`;
  const unreached = unreachedIn(master);
  if (unreached !== null && servers.every(({ id }) => unreached.nodes.some((n) => n.id === id))) {
    const sends = sendsWhere(unreached);
    return {
      subject,
      brief: sends,
      evidence: words,
      message: `${master.name}: ${words}: ${sends}`,
      fix: announceOther(unreached, ''),
    };
  }
  const isUnseen = reasons.some((reason) => isLocked(nodeOf(master, reason)?.silence ?? null));
  return {
    subject,
    brief: words,
    evidence: null,
    message: `${master.name}: ${words}`,
    fix: isUnseen
      ? [master.hints.again('--password-file FILE')]
      : [cli(sentinelView.sentinel, `SENTINEL REPLICAS ${master.name}`)],
  };
}

/** Whether a replica that a sentinel has down with priority 0 says itself that it may be promoted. */
const mayBe = (master: MasterFacts, replica: Unfit['replica']): boolean =>
  (ownPriority(master, replica) ?? 0) > 0;

/** What makes one of them fit again. */
function makeFit(master: MasterFacts, { sentinelView, reasons }: Blocked): string[] {
  const { hints, name } = master;
  const lost = lostMaster(master);
  if (lost !== null && cutOff(master) !== null) return cutOffFix(master, lost);
  const lines = reasons.flatMap((reason): string | string[] => {
    const { replica, kind } = reason;
    const node = nodeOf(master, reason);
    if (kind === 'priority')
      return node === undefined
        ? cli({ endpoint: replica.address }, 'CONFIG SET replica-priority 100')
        : setConfig(node, 'replica-priority', 100);
    // A master that is just back: the links follow by themselves.
    if (kind === 'cut-off' && (node?.answer?.syncing === true || isDown(sentinelView.view.flags)))
      return hints.ctl('status --watch');
    if (kind === 'cut-off' && node !== undefined) return cli(node, 'INFO replication');
    if (node === undefined || node.silence === null || isLocked(node.silence))
      return cli(sentinelView.sentinel, `SENTINEL REPLICAS ${name}`);
    // Without a run id it may be a master that was replaced: resumed, it would take writes.
    return hints.revive(node, node.silence, replica.runId === '');
  });
  const { host, port } = sentinelView.view.address;
  return lines.length > 0 ? [...new Set(lines)] : [`start another data node with: replicaof ${host} ${port}`];
}
