import { formatAddress } from '../../model/address.js';
import { switches } from '../phases.js';
import type { InvariantResult } from '../result.js';
import { result, type TrialEvidence } from './trial-evidence.js';

const ID = 'one-failover';

/** All sentinels switched to one node, and to no other after it. */
export function oneFailover({ roles, seen }: Pick<TrialEvidence, 'roles' | 'seen'>): InvariantResult {
  const targets = [...new Set(switches(seen, roles).map((s) => formatAddress(s.to)))];
  if (targets.length === 0) return result(ID, 'unknown', 'no +switch-master was seen');
  const evidence = `+switch-master to ${targets.join(', then ')}`;
  if (targets.length === 1) return result(ID, 'holds', evidence);
  return result(ID, 'violated', `${evidence}: a second failover followed the first`);
}
