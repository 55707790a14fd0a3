import type { Repair } from '../check.js';
import { cli, flagsOf, type MonitoredAt } from '../evidence.js';
import type { Group } from '../group.js';

/** Between two RESETs, seconds: a sentinel finds its peers and replicas again within one INFO period and some hellos. */
const APART_S = 30;

/**
 * How leftovers are forgotten: SENTINEL RESET at each sentinel that has them, one at a time. While the master is down a
 * RESET forgets the replicas too, and there is no failover at all; then there is nothing to type yet.
 */
export function resetAt(group: Group, at: readonly MonitoredAt[]): { fix: string[]; repairs: Repair[] } {
  const sick = group.views.some(({ master }) => flagsOf(master.fields).some((f) => f !== 'master'));
  if (sick || group.master === null || group.master.silence !== null) {
    return {
      fix: [
        `nothing before ${group.name} has a healthy master again: SENTINEL RESET would forget its replicas too`,
      ],
      repairs: [],
    };
  }
  return {
    fix: at.flatMap(({ sentinel }, i) => [
      ...(i === 0 ? [] : [`sleep ${APART_S}`]),
      cli(sentinel, `SENTINEL RESET ${group.name}`),
    ]),
    repairs: at.map(({ sentinel }) => ({ kind: 'reset', sentinel: sentinel.id, masterName: group.name })),
  };
}
