import { isAt, type MasterFacts } from '../../model/facts.js';
import { HEARD_MS } from '../../model/sentinel-timing.js';
import type { NodeState, SeenReplica } from '../../model/snapshot.js';

/** What each sentinel that lists this replica has of it. */
export const entriesOf = (node: NodeState, { sentinelViews }: MasterFacts): SeenReplica[] =>
  sentinelViews.flatMap(({ view }) => view.replicas.filter((r) => isAt(node, r.address)));

/** Whether every sentinel that lists this replica has an answer of it from the last seconds. */
export function isHeardBySentinels(node: NodeState, facts: MasterFacts): boolean {
  const seen = entriesOf(node, facts);
  return (
    seen.length > 0 &&
    seen.every(
      ({ flags, answeredMsAgo }) =>
        !flags.some((f) => f === 's_down' || f === 'disconnected') &&
        answeredMsAgo != null &&
        answeredMsAgo < HEARD_MS,
    )
  );
}
