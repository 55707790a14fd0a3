import type { SnapshotFacts } from '../../model/facts.js';
import type { RawFinding, Skip } from '../check.js';

/** What a fault that sentinelctl put into effect may look like. */
export const EFFECTS_OF_FAULTS = [
  'network-cut',
  'no-master',
  'node-down',
  'node-unreachable',
  'no-sentinel',
  'sentinel-unreachable',
  'no-quorum',
  'split-brain',
  'master-disagree',
  'master-address-not-master',
  'master-down',
  'role-unknown',
  'failover-in-progress',
  'replica-orphan',
  'link-down',
  'loading',
  'sentinel-isolated',
  'sentinel-disconnected',
  'not-monitored',
  'replica-missing',
  'epoch-disagree',
  'seen-down',
  'tilt',
  'master-frozen',
  'pause-too-long',
  'master-paused',
  'clock-skew',
  'no-good-slave',
  'failover-stuck',
  'lag',
  'lag-growing',
  'flapping',
  'address-switching',
  'simfail-armed',
  'bgsave-error',
  'master-full',
];

/** Judges the journal of a cluster that has one: created by sentinelctl, or attached under a name. */
export function judgeJournal(
  { expectation }: SnapshotFacts,
  see: (expectation: SnapshotFacts['expectation']) => Omit<RawFinding, 'subject'> | null,
): RawFinding[] | Skip {
  const { own, cluster, journalUnread, unfinished, underWay } = expectation;
  if (!own && unfinished === undefined && underWay === undefined) return [];
  if (journalUnread !== undefined) return { skip: journalUnread };
  const seen = see(expectation);
  return seen === null ? [] : [{ subject: cluster, servers: [], ...seen }];
}
