import {
  type AnsweredSentinel,
  type MasterFacts,
  type SnapshotFacts,
  sentinelAnswers,
} from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import { TILT_PERIOD_MS, TILT_TRIGGER_MS } from '../../model/sentinel-timing.js';
import type { SentinelState } from '../../model/snapshot.js';
import { together } from '../../model/together.js';
import type { SnapshotCheck } from '../check.js';
import { canCallDown, electorateOf, restoredBy } from '../electorate.js';
import { judged } from '../group.js';
import { downWord, ids, nameOf, unanswered } from '../snapshot.js';

export default {
  id: 'tilt',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'at-risk',
  group: 'live',
  part: 'sentinels',
  title: 'a sentinel is in TILT and does not act',
  consequence:
    'it calls no master down and starts no failover until its clock has been steady for 30 s; with a slow resolver this took 48 s and more (measured)',
  explanation:
    'A sentinel enters TILT when its timer runs more than 2 s late or early: the clock was set, the machine was ' +
    'paused (a suspended virtual machine, swap, no CPU), or the sentinel was blocked by a name lookup or by a ' +
    'slow disk.',
  remedy: [
    'find the cause: clock steps, CPU starvation, blocking name lookups, a slow disk for its configuration file',
    'it leaves TILT by itself, 30 s after the last disturbance',
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (TILT mode)',
    'sentinel.c: sentinelCheckTiltCondition',
    'measured',
  ],
  causes: ['failover-stuck', 'no-master'],
  live(facts) {
    const { sentinels } = facts.snapshot;
    const tilted = sentinels.filter(sentinelAnswers).filter((s) => s.answer.tilt);
    const stopped = stoppedMaster(facts);
    const disables = stopped !== undefined;
    const { known = 0, alive = 0, quorum = 0 } = stopped === undefined ? {} : electorateOf(stopped);
    const lost = stopped === undefined ? [] : restoredBy(stopped);
    const dead = lost.length === 0 ? '' : `, and ${together(lost.map(asDown))}`;
    const able = alive - tilted.length;
    // Most of them in TILT: those that are left may be enough for the quorum.
    const why =
      able < quorum
        ? `${able} of ${known} sentinels can call a master down, and ${quorum} must`
        : `${tilted.length} of ${known} are in TILT`;
    const ends = lost.length === 0 ? '' : ` or ${ids(lost)} ${lost.length === 1 ? 'runs' : 'run'} again`;
    const found = tilted.map((sentinel) => {
      const { tiltS } = sentinel.answer;
      const since = tiltS === undefined ? '' : ` for ${tiltS} s`;
      const acts = `it calls no master down and starts no failover${disables ? `; ${why}: no failover happens before TILT ends${ends}` : ''}`;
      return {
        subject: sentinel.id,
        ...(disables && { impact: 'no-failover' as const }),
        brief: `${sentinel.id} is in TILT and does not act${dead}`,
        severity: disables ? ('critical' as const) : ('warning' as const),
        message: `${nameOf(sentinel)} is in TILT${since}: ${acts}`,
        evidence: `${sentinel.id} is in TILT${since}: ${acts}`,
        fix: [
          // This ends it at once, and TILT only by itself.
          ...lost.map((s) => facts.hints.revive(s, s.silence)),
          ...resetTrigger(sentinel),
          // Its own answer has nothing about the cause: that is on its machine.
          facts.hints.logs(sentinel, 'INFO server'),
          WHERE_TO_LOOK,
        ],
        ...(periodOf(sentinel) !== TILT_PERIOD_MS && {
          consequence: `it leaves TILT ${periodOf(sentinel) / 1000} s after the last disturbance (its tilt-period was changed)`,
        }),
      };
    });
    return judged(found, unanswered(sentinels));
  },
} satisfies SnapshotCheck;

const asDown = (s: SentinelState): { subject: string; brief: string } => ({
  subject: s.id,
  brief: `${s.id} ${downWord(s)}`,
});

const WHERE_TO_LOOK =
  '# on its machine, at the time of each +tilt in its log: no CPU (a limit, a busy host), a pause or swap, a clock step, a slow name lookup or disk';

/** A master of whose sentinels most are in TILT, or too few are not: then no failover happens before TILT ends. */
function stoppedMaster(facts: SnapshotFacts): MasterFacts | undefined {
  return facts.masters.find((master) => {
    const electorate = electorateOf(master);
    return electorate.tilted * 2 > electorate.known || !canCallDown(electorate);
  });
}

const tuned = ({ answer }: AnsweredSentinel, name: string, normal: number): number =>
  Number(answer.debug?.[name] ?? normal);
const periodOf = (sentinel: AnsweredSentinel): number => tuned(sentinel, 'TILT-PERIOD', TILT_PERIOD_MS);

/** A trigger that was lowered by SENTINEL DEBUG keeps it in TILT. */
const resetTrigger = (sentinel: AnsweredSentinel): string[] =>
  tuned(sentinel, 'TILT-TRIGGER', TILT_TRIGGER_MS) < TILT_TRIGGER_MS
    ? [cli(sentinel, `SENTINEL DEBUG tilt-trigger ${TILT_TRIGGER_MS}`)]
    : [];
