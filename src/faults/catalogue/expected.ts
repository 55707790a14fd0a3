import type { ClusterRoles } from '../../observe/roles.js';
import type { Act } from '../act.js';
import type { Fault } from './fault.js';

type Expected = Pick<Fault, 'correct' | 'mustNot'>;

/** Where only replicas are hit. */
export const REPLICA_HIT: Expected = {
  correct: [
    'the sentinels mark the replica down, and nothing else happens',
    'it links up again after its return',
  ],
  mustNot: ['a failover', 'an outage for clients, unless min-replicas-to-write needs that replica'],
};

/** Where a server answers again before down-after. */
export const SHORT: Expected = {
  correct: ['nothing: clients wait and continue'],
  mustNot: ['a failover', 'lost writes'],
};

/** Acts that end with the fault, whatever the sentinels did. A server that ended is started by its own rules. */
const ENDS_AT_ONCE: readonly Act['act'][] = ['pause', 'client-pause', 'busy'];

/** What follows from these acts in this cluster. `forMs`: how long they last, null: until they are healed. */
export function expectedOf(
  { ofMaster, correct, mustNot }: Pick<Fault, 'ofMaster' | 'correct' | 'mustNot'>,
  { master, settings }: Pick<ClusterRoles, 'master' | 'settings'>,
  acts: readonly Act[],
  forMs: number | null,
): Expected {
  if (ofMaster !== true) return { correct, mustNot };
  if (forMs !== null && forMs < settings.downAfterMs && acts.every(({ act }) => ENDS_AT_ONCE.includes(act)))
    return SHORT;
  const isMasterHit = acts.some((act) => 'node' in act && act.node === master.id);
  return isMasterHit ? { correct, mustNot } : REPLICA_HIT;
}
