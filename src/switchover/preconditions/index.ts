import { refused } from '../../errors.js';
import { command } from '../../model/hints.js';
import type { Precondition, SwitchoverMethod } from '../../observe/switchover-result.js';
import type { Look } from '../look.js';
import type { Judged } from './judged.js';
import { disks, masterAnswers, noSaveRunning, noSecondActor, notPaused, pauseFits, rights } from './nodes.js';
import {
  converged,
  coordinatedVersion,
  livingPeers,
  noFailover,
  noTilt,
  pastGuard,
  sentinelsAgree,
  sentinelsReachable,
} from './sentinels.js';
import {
  minReplicas,
  targetCatchesUp,
  targetChosen,
  targetEligible,
  targetLinked,
  targetMemory,
  targetVersion,
} from './target.js';

/** The one that waiting fixes: a sentinel hears of a change with its next INFO or hello. */
export const NEWS = 'converged';

/** What must hold before anything is done, in the order in which it is shown. Each is judged on what was read. Pure. */
const PRECONDITIONS: readonly {
  id: string;
  judge: (look: Look) => Judged;
  /** Absent: for each method. */
  only?: readonly SwitchoverMethod[];
}[] = [
  { id: 'sentinels-reachable', judge: sentinelsReachable },
  { id: 'sentinels-agree', judge: sentinelsAgree },
  { id: 'no-tilt', judge: noTilt },
  { id: 'no-failover', judge: noFailover },
  { id: 'past-failover-guard', judge: pastGuard },
  { id: 'living-peers', judge: livingPeers, only: ['direct'] },
  { id: 'master-answers', judge: masterAnswers },
  { id: 'not-paused', judge: notPaused },
  { id: 'target-linked', judge: targetLinked },
  { id: 'target-catches-up', judge: targetCatchesUp },
  { id: 'target-eligible', judge: targetEligible },
  { id: 'target-chosen', judge: targetChosen, only: ['sentinel', 'coordinated'] },
  { id: 'coordinated-version', judge: coordinatedVersion, only: ['coordinated'] },
  { id: 'target-version', judge: targetVersion },
  { id: 'target-memory', judge: targetMemory },
  { id: 'disks', judge: disks },
  { id: 'no-save-running', judge: noSaveRunning },
  { id: 'min-replicas', judge: minReplicas },
  { id: 'pause-fits', judge: pauseFits },
  { id: 'rights', judge: rights },
  { id: 'no-second-actor', judge: noSecondActor },
  { id: NEWS, judge: converged },
];

export const areMet = (preconditions: readonly Precondition[]): boolean =>
  preconditions.every(({ verdict }) => verdict !== 'broken');

/** Throws `switchover-refused` (3) with the evidence of each precondition that is broken, and what to type. */
export function requireMet({ roles }: Look, preconditions: readonly Precondition[]): void {
  const broken = preconditions.filter(({ verdict }) => verdict === 'broken');
  if (broken.length === 0) return;
  const { cluster } = roles.plan.spec;
  const fixes = [...new Set(broken.flatMap(({ fix }) => fix ?? []))];
  throw refused('switchover-refused', `the switchover is refused, and nothing was changed on ${cluster}`, {
    why: broken.map(({ id, evidence }) => `${id}: ${evidence}`).join('\n'),
    hint: fixes.length > 0 ? fixes.join('\n') : command('status', cluster),
  });
}

export const preconditionsOf = (look: Look): Precondition[] =>
  PRECONDITIONS.filter(({ only }) => only?.includes(look.method) ?? true).map(({ id, judge }) => ({
    id,
    ...judge(look),
  }));
