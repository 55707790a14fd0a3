import { humanDurationMs } from '../../model/duration.js';
import { isAt, type MasterFacts, type SnapshotFacts } from '../../model/facts.js';
import { HELLO_OVERDUE_MS, majorityOf, RESETS_APART_MS } from '../../model/sentinel-timing.js';
import type { SeenSentinel, SentinelState } from '../../model/snapshot.js';
import type { SnapshotCheck } from '../check.js';
import { isNamed, judgeMasters } from '../snapshot.js';
import { type Ghost, ghostFinding, ghostsIn, isCalledGone } from './ghosts.js';

export default {
  id: 'ghost-sentinel',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'sentinels',
  title: 'the sentinels still count a sentinel that is gone',
  consequence:
    'it counts as a voter until it is removed: each ghost raises the majority, until the remaining sentinels cannot elect a leader',
  explanation:
    'Sentinel never forgets a peer by itself. A sentinel that was moved, renumbered or removed stays in the lists ' +
    'of the others as down, and counts toward the majority that a failover needs. SENTINEL RESET forgets all ' +
    'peers and replicas; those that run are found again within seconds. Run it only while the master is healthy, ' +
    'and at one sentinel at a time.',
  remedy: [
    'if it is only stopped: start it',
    `if it is gone for good: SENTINEL RESET NAME, one sentinel at a time, ${RESETS_APART_MS / 1000} s apart, while the master is healthy`,
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Adding or removing Sentinels)',
    'measured',
  ],
  causes: ['no-quorum', 'sentinels-even', 'quorum-lt-majority', 'sentinel-unreachable'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (master) =>
      ghosts(master).map((ghost) => {
        const { helloMsAgo } = ghost.entry;
        const voters = Math.max(...master.sentinelViews.map((w) => w.view.sentinels.length + 1));
        const silence = helloMsAgo == null ? '' : `, silent for ${humanDurationMs(helloMsAgo)}`;
        return ghostFinding(
          master,
          'sentinel',
          ghost,
          `${silence}; it counts among ${voters}, of which ${majorityOf(voters)} must agree`,
        );
      }),
    ),
} satisfies SnapshotCheck;

/** A silent sentinel that only its peers name, and that they list as gone. */
export const isGhostSentinel = ({ masters }: SnapshotFacts, sentinel: SentinelState): boolean =>
  masters.some((master) => ghosts(master).some(({ entry }) => isAt(sentinel, entry.address)));

/** One that the operator named is only down: sentinel-unreachable. */
function ghosts(facts: MasterFacts): Ghost<SeenSentinel>[] {
  const present = facts.snapshot.sentinels.filter((s) => s.silence === null);
  return ghostsIn(
    facts,
    (sentinelView) => sentinelView.view.sentinels,
    (peer) =>
      peer.flags.includes('s_down') &&
      !isHeard(peer) &&
      (isCalledGone(facts, peer.address) || !isNamed(facts, { id: '', announce: peer.address })) &&
      !present.some((s) => isAt(s, peer.address) || s.answer?.sentinelId === peer.sentinelId),
    isHeard,
  );
}

const isHeard = ({ helloMsAgo, flags }: SeenSentinel): boolean =>
  helloMsAgo == null ? !flags.includes('s_down') : helloMsAgo < HELLO_OVERDUE_MS;
