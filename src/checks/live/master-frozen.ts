import { humanDurationMs } from '../../model/duration.js';
import type { MasterFacts } from '../../model/facts.js';
import { USUAL_RETURN_MS } from '../../model/sentinel-timing.js';
import type { NodeState } from '../../model/snapshot.js';
import type { SnapshotCheck } from '../check.js';
import { judgeMasters, sentinelsOf, subjectOf } from '../snapshot.js';
import { bringBack } from './bring-back.js';
import { hasPromotableReplica } from './no-master.js';
import { beginNow } from './overdue.js';

/** A PING that is answered at all is so within milliseconds. */
const PENDING_MS = 500;

export default {
  id: 'master-frozen',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'down',
  group: 'live',
  part: 'master',
  title: 'the master accepts connections but does not answer',
  consequence:
    'clients hang instead of failing: ioredis with its default settings waited 12.0 s for a frozen master and lost about 4,200 acknowledged writes after the thaw; with failoverDetector and a short disconnectTimeout it waited 3.8 s and lost none',
  explanation:
    'A paused process, an endless script or a stalled disk keeps its sockets open: TCP connects, PING is sent, no ' +
    'answer comes. Sentinel calls the master down after down-after. After the thaw it is still a writable master ' +
    `for about ${USUAL_RETURN_MS / 1000} s, and clients that kept their connections write to it.`,
  remedy: [
    'if it is still the sentinels’ master, resume it: sentinelctl resume NODE, kill -CONT PID, docker unpause ' +
      'CONTAINER; SCRIPT KILL for a script',
    'if it was replaced, do not resume it: sentinelctl restart NODE starts it as a replica',
    'clients: failoverDetector true and a short disconnectTimeout (ioredis), socket timeouts in others',
  ],
  sources: [
    'sentinel.c: sentinelCheckSubjectivelyDown',
    'https://github.com/redis/ioredis#sentinel',
    'measured',
  ],
  causes: [
    'node-down',
    'node-unreachable',
    'lag',
    'link-down',
    'no-master',
    'nat-client',
    'master-down',
    'failover-in-progress',
  ],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (master, missing) => {
      const { name, nodes, refOf, sentinelViews } = master;
      const lost = nodes.find((n) => master.master !== null && n.id === refOf(master.master).id);
      if (lost === undefined) missing.push(`${name}: which node is its master is not known`);
      // A machine that is off, or behind a filter, takes no connection.
      if (lost?.silence?.kind !== 'timeout' || lost.silence.unreached === true) return [];
      // Its connection is still there: a node that is gone, or is not reachable at all, loses it.
      const waiting = sentinelViews.filter(
        ({ view }) => !view.flags.includes('disconnected') && (view.pingPendingMs ?? 0) > PENDING_MS,
      );
      if (waiting.length === 0) return [];
      const longest = Math.max(
        ...waiting.map(({ view }) => Math.max(view.pingPendingMs ?? 0, view.answeredMsAgo ?? 0)),
      );
      return [
        {
          subject: lost.id,
          message: `${lost.silence.message}; ${subjectOf(sentinelsOf(waiting))} wait for an answer to PING, for ${humanDurationMs(longest)} by now`,
          brief: `${lost.id} (master) does not answer`,
          // Where no replica is left to promote, waiting would have no end.
          fix: hasPromotableReplica(master) ? nextStep(master, lost) : bringBack(master, lost),
        },
      ];
    }),
} satisfies SnapshotCheck;

/** Where a failover comes, the frozen master is replaced, and resumed it would take writes beside the new one. */
function nextStep(master: MasterFacts, { id }: NodeState): string[] {
  const { expectation, hints, nodes, sentinelViews } = master;
  const comes = nodes.length > 1 && sentinelViews.some(({ view }) => view.ckquorum.ok);
  if (!comes)
    return expectation.own
      ? [hints.ctl(`resume ${id}`)]
      : [`resume it on the machine of ${id}: kill -CONT PID, or docker unpause CONTAINER`];
  const watch = beginNow(master) ?? hints.ctl('status --watch');
  return expectation.own
    ? [watch, '# once another node is the master:', hints.ctl(`restart ${id}`)]
    : [watch, '# once another node is the master, end the frozen process and start it as a replica'];
}
