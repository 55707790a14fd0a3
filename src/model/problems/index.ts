import type { Facts } from '../facts.js';
import type { Problem } from '../status.js';
import { ghostReplica, ghostSentinel } from './ghosts.js';
import * as master from './master.js';
import * as members from './members.js';
import { noMaster } from './no-master.js';
import * as nodes from './nodes.js';
import type { Check } from './problem.js';
import { seenDown, sentinelIsolated } from './sight.js';
import * as vote from './vote.js';

export { sentinelProblems } from './sentinels.js';
export { unfinishedProblems, watchedOnly } from './unfinished.js';
export { byWeight, gravest } from './weight.js';

const CHECKS: readonly Check[] = [
  noMaster,
  master.splitBrain,
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
  members.replicaMissing,
  members.noReplica,
  sentinelIsolated,
  vote.epochDisagree,
  seenDown,
  ghostSentinel,
  ghostReplica,
  members.unexpectedNode,
  master.masterLink,
];

/** Everything that is wrong with one master, apart from its sentinels' own troubles. */
export const masterProblems = (facts: Facts): Problem[] => CHECKS.flatMap((check) => check(facts));
