import { isAt, type MasterFacts } from '../../model/facts.js';
import { HEARD_MS } from '../../model/sentinel-timing.js';
import type { NodeState, SeenReplica } from '../../model/snapshot.js';

/** What each sentinel that lists this replica has of it. */
export const entriesOf = (node: NodeState, { sentinelViews }: MasterFacts): SeenReplica[] =>
  sentinelViews.flatMap(({ view }) => view.replicas.filter((r) => isAt(node, r.address)));

/** Whether every sentinel that lists this replica has an answer of it from the last seconds. */
export const isHeardBySentinels = (node: NodeState, facts: MasterFacts): boolean =>
  isHeardIn(entriesOf(node, facts));

/** Whether all that list a server are connected to it, and one does: what refuses a connection here runs all the same. */
export const isHeardIn = (seen: readonly Pick<SeenReplica, 'flags' | 'answeredMsAgo'>[]): boolean =>
  seen.length > 0 &&
  seen.every(
    ({ flags, answeredMsAgo }) =>
      !flags.some((f) => f === 's_down' || f === 'disconnected') &&
      answeredMsAgo != null &&
      answeredMsAgo < HEARD_MS,
  );
