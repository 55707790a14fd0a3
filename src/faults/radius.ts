import { type OperatorError, refused } from '../errors.js';
import { type ClusterPlan, dataNodes, sentinelNodes } from '../model/plan.js';
import { majorityOf } from '../model/sentinel-timing.js';
import { listed } from '../model/words.js';
import type { Act } from './act.js';
import type { Fault } from './catalogue/fault.js';

/** Acts after which a node does not serve for a while. Settings, and packets, are judged by the fault's name. */
const DISABLING: readonly Act['act'][] = ['end', 'pause', 'client-pause', 'busy', 'fail-saves', 'follow'];

/**
 * Refuses what hits more than one data node, or leaves fewer sentinels than a majority, unless the fault's name says
 * so. Pure. Throws `blast-radius` (3).
 */
export function requireRadius(plan: ClusterPlan, fault: Fault, acts: readonly Act[]): void {
  const hit = new Set(
    acts.flatMap((act) => (DISABLING.includes(act.act) && 'node' in act ? [act.node] : [])),
  );
  const data = dataNodes(plan).filter(({ id }) => hit.has(id));
  const sentinels = sentinelNodes(plan).filter(({ id }) => hit.has(id));
  const known = sentinelNodes(plan).length;
  if (data.length > 1 && fault.radius.dataNodes === undefined) {
    throw tooMuch(fault, `${listed(data.map(({ id }) => id))} are more than one data node`);
  }
  if (sentinels.length > known - majorityOf(known) && fault.radius.sentinels === undefined && known > 2) {
    throw tooMuch(
      fault,
      `without ${listed(sentinels.map(({ id }) => id))} the other sentinels are not a majority of ${known}`,
    );
  }
}

const tooMuch = ({ name }: Fault, why: string): OperatorError =>
  refused('blast-radius', `${name} on so many nodes is refused`, {
    why,
    hint: 'sentinelctl faults # choose one that is made for several, or name fewer nodes, or use --force',
  });
