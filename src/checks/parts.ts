import type { CheckText, PartId } from './check.js';

/** Some checks of a group that is too long for a screen, by what they are about. */
export interface Part {
  /** By which `explain` takes it: `sentinels`. */
  id: PartId;
  group: CheckText['group'];
  title: string;
}

type Placed = Pick<CheckText, 'group' | 'part'>;

/** In the order in which they are listed. */
const PARTS: Record<PartId, Omit<Part, 'id'>> = {
  settings: { group: 'configuration', title: 'votes, times and settings of sentinels' },
  names: { group: 'configuration', title: 'which servers are monitored, by which name and address' },
  files: { group: 'configuration', title: 'configuration files' },
  starts: { group: 'configuration', title: 'images, pods, scripts and how servers start' },
  disk: { group: 'data', title: 'disks, memory and restarts' },
  replication: { group: 'data', title: 'replication, releases and limits' },
  master: { group: 'live', title: 'the master and failovers' },
  replicas: { group: 'live', title: 'replicas' },
  nodes: { group: 'live', title: 'nodes that stop or restart, strangers and clients' },
  sentinels: { group: 'live', title: 'sentinels and what they monitor' },
  addresses: { group: 'live', title: 'addresses, the network, logins and runs' },
};
const ORDER = Object.keys(PARTS);

/** The part of its group that a check is in; null where the group has none. */
export const partOf = ({ part }: Placed): Part | null =>
  part === undefined ? null : { id: part, ...PARTS[part] };

/** By what `explain` shows a check: its own id, its group, and its part of that. */
export const namesOf = ({ id, group, part }: Placed & Pick<CheckText, 'id'>): string[] => [
  id,
  group,
  ...(part === undefined ? [] : [part]),
];

/** Checks in the order in which their parts are listed. */
export function byPart<T extends Placed>(checks: readonly T[]): T[] {
  const groups = [...new Set(checks.map(({ group }) => group))];
  return groups.flatMap((group) =>
    checks
      .filter((check) => check.group === group)
      .toSorted((a, b) => ORDER.indexOf(a.part ?? '') - ORDER.indexOf(b.part ?? '')),
  );
}
