import { humanDurationMs } from '../../model/duration.js';
import type { MasterFacts } from '../../model/facts.js';
import type { NodeState } from '../../model/snapshot.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { num } from '../group.js';
import { judgeMasters, sentinelsOf } from '../snapshot.js';
import { lostMaster } from './lost-master.js';
import { failoverOutlook } from './no-master.js';
import pauseTooLong, { waitingMs } from './pause-too-long.js';

export default {
  id: 'master-paused',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'down',
  group: 'live',
  part: 'master',
  title: 'CLIENT PAUSE holds back all commands of a master',
  consequence:
    'reads and writes wait until the pause ends, and the sentinels’ PING with them: after down-after they replace a working master',
  explanation:
    'CLIENT PAUSE without WRITE holds back everything. It looks like a stopped process, but its replicas still hear ' +
    'from it: ending the process would lose what only it has.',
  remedy: pauseTooLong.remedy,
  sources: pauseTooLong.sources,
  causes: pauseTooLong.causes,
  live: (facts) =>
    judgeMasters(facts, [], (master, missing) => {
      if (master.master === null) missing.push(`${master.name}: no master is known`);
      const lost = lostMaster(master);
      return lost === null ? [] : pausedForAll(master, lost);
    }),
} satisfies SnapshotCheck;

/** `master_last_io_seconds_ago` is whole seconds: so much earlier than it the PING must have been sent. */
const SURELY_MS = 2000;

/**
 * A master that takes connections, answers none of them, and has sent to a replica after it left a PING unanswered:
 * a process that is stopped sends nothing (replication.c, replicationCron: a PING to the replicas each 10 s).
 */
function pausedForAll(facts: MasterFacts, master: NodeState): RawFinding[] {
  const { answered, hints, sentinelViews } = facts;
  if (master.silence?.kind !== 'timeout' || master.silence.unreached === true) return [];
  const forMs = waitingMs(facts);
  const heard = answered.flatMap(({ id, answer: { linkStatus, raw } }) => {
    const agoS = linkStatus === 'up' ? num(raw?.info ?? {}, 'master_last_io_seconds_ago') : null;
    return agoS !== null && agoS >= 0 && forMs - agoS * 1000 > SURELY_MS ? [{ id, agoS }] : [];
  });
  const [first] = heard.toSorted((a, b) => a.agoS - b.agoS);
  if (first === undefined) return [];
  const evidence = `it has left a PING unanswered for ${humanDurationMs(forMs)}, and ${first.id} heard from it ${first.agoS} s ago: the process runs`;
  const { words, countdown } = failoverOutlook(facts, master);
  return [
    {
      subject: master.id,
      servers: sentinelsOf(sentinelViews).map(({ id }) => id),
      countdown,
      // Nothing says when it ends: INFO is held back too.
      brief: `${master.id} (master) holds back all commands: CLIENT PAUSE, which ends by itself; ${words}`,
      evidence,
      message: `${master.id} holds back all commands (CLIENT PAUSE): ${evidence}`,
      fix: [`${hints.ctl('status --watch')}  # it ends by itself: CLIENT UNPAUSE is held back too`],
    },
  ];
}
