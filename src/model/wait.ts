import type { StatusResult, VerdictWord } from './status.js';
import { verdictRank } from './verdict.js';

/** What `wait` waits for: a verdict or a better one, or a master. */
export const WAIT_GOALS = ['healthy', 'degraded', 'at-risk', 'master'] as const;
export type WaitGoal = (typeof WAIT_GOALS)[number];

const AT_LEAST: Readonly<Record<Exclude<WaitGoal, 'master'>, VerdictWord>> = {
  healthy: 'HEALTHY',
  degraded: 'DEGRADED',
  'at-risk': 'AT RISK',
};

/** Whether a status shows it. UNKNOWN is never good enough. Pure. */
export function isReached(goal: WaitGoal, { verdict, masters }: StatusResult): boolean {
  if (goal === 'master') return masters.length > 0 && masters.every(hasMaster);
  return verdict.word !== 'UNKNOWN' && verdictRank(verdict.word) >= verdictRank(AT_LEAST[goal]);
}

/** Most sentinels name one node, and it says itself that it is the master. */
const hasMaster = ({ agreement, master, nodes }: StatusResult['masters'][number]): boolean =>
  (agreement === 'all' || agreement === 'majority') &&
  nodes.some((n) => n.id === master?.id && n.role === 'master' && !n.loading);
