import type { Facts } from '../facts.js';
import type { Problem, Severity } from '../status.js';
import { ghostReplica, ghostSentinel } from './ghosts.js';
import * as master from './master.js';
import * as nodes from './nodes.js';
import type { Check } from './problem.js';
import { seenDown, sentinelIsolated } from './sight.js';
import * as vote from './vote.js';

export { sentinelProblems } from './sentinels.js';

/** In order of weight: within a severity, what comes first here is shown first. */
const CHECKS: readonly Check[] = [
  master.splitBrain,
  master.noMaster,
  master.masterDisagree,
  master.masterAddressNotMaster,
  nodes.nodeUnreachable,
  master.masterDown,
  vote.noQuorum,
  nodes.roleUnknown,
  vote.failoverInProgress,
  nodes.replicaOrphan,
  nodes.linkDown,
  nodes.loading,
  nodes.replicaMissing,
  nodes.noReplica,
  sentinelIsolated,
  vote.epochDisagree,
  seenDown,
  ghostSentinel,
  ghostReplica,
  nodes.unexpectedNode,
];

/** Everything that is wrong with one master, apart from its sentinels' own troubles. */
export const masterProblems = (facts: Facts): Problem[] => CHECKS.flatMap((check) => check(facts));

const RANK: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };

/** Critical ones first; otherwise in the order in which they were found. */
export const bySeverity = (problems: readonly Problem[]): Problem[] =>
  [...problems].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
