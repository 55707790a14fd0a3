import type { CheckText } from './check.js';

type Group = CheckText['group'];

/** Some checks of a group that is too long for a screen, by what they are about. */
export interface Part {
  /** By which `explain` takes it: `sentinels`. */
  id: string;
  group: Group;
  title: string;
  checks: readonly string[];
}

/** The parts of a group, in the order in which they are listed. The last takes what no other names. */
const PARTS: readonly Part[] = [
  {
    id: 'settings',
    group: 'configuration',
    title: 'votes, times and settings of sentinels',
    checks: [
      ...[
        'myid-dup',
        'quorum-gt-n',
        'quorum-lt-majority',
        'sentinels-few',
        'sentinels-even',
        'sentinels-colocated',
      ],
      ...['settings-skew', 'down-low', 'down-high', 'failover-timeout', 'parallel-syncs'],
      ...['debug-tuned', 'simfail-armed'],
    ],
  },
  {
    id: 'names',
    group: 'configuration',
    title: 'which servers are monitored, by which name and address',
    checks: [
      ...['hostname-noresolve', 'hostname-slow-dns', 'hostname-mixed', 'name-mismatch', 'monitor-replica'],
      ...['overlap', 'bind-loopback', 'master-loopback', 'masters-several'],
    ],
  },
  { id: 'files', group: 'configuration', title: 'files, images and how servers start', checks: [] },
  {
    id: 'disk',
    group: 'data',
    title: 'disks, memory and restarts',
    checks: [
      ...['bgsave-error', 'data-gone', 'data-shared', 'dir-unwritable', 'master-full', 'restarted-empty'],
      ...['maxmemory-skew', 'persistence-skew', 'reboot-gap', 'replica-evicts', 'restart-rewinds'],
    ],
  },
  { id: 'replication', group: 'data', title: 'replication, releases and limits', checks: [] },
  {
    id: 'master',
    group: 'live',
    title: 'the master and failovers',
    checks: [
      ...['no-master', 'split-brain', 'master-down', 'master-frozen', 'master-paused', 'pause-too-long'],
      ...['writes-refused', 'loading', 'no-good-slave', 'failover-stuck', 'failover-in-progress'],
      ...['master-address-not-master', 'master-disagree', 'master-never-reached', 'masters-dead'],
      ...['unknown-master-name', 'not-monitored'],
    ],
  },
  {
    id: 'replicas',
    group: 'live',
    title: 'replicas, other nodes and clients',
    checks: [
      ...['no-replica', 'node-down', 'node-unreachable', 'link-down', 'lag', 'lag-growing', 'resync-loop'],
      ...['replica-ring', 'replica-chained', 'replica-foreign', 'replica-missing', 'replica-orphan'],
      ...['ghost-replica', 'role-unknown', 'unexpected-node', 'client-pinned', 'client-refused'],
    ],
  },
  { id: 'sentinels', group: 'live', title: 'sentinels, addresses, the network and runs', checks: [] },
];

/** Which part of its group a check is in; null where the group has none. */
export function partOf({ id, group }: Pick<CheckText, 'id' | 'group'>): Part | null {
  const parts = PARTS.filter((part) => part.group === group);
  return parts.find(({ checks }) => checks.includes(id)) ?? parts.at(-1) ?? null;
}

/** By what `explain` shows a check: its own id, its group, and its part of that. */
export const namesOf = (check: Pick<CheckText, 'id' | 'group'>): string[] => {
  const part = partOf(check);
  return [check.id, check.group, ...(part === null ? [] : [part.id])];
};

/** Checks in the order in which their parts are listed. */
export function byPart<T extends Pick<CheckText, 'id' | 'group'>>(checks: readonly T[]): T[] {
  const place = (check: T): number => {
    const part = partOf(check);
    return part === null ? 0 : PARTS.indexOf(part);
  };
  const groups = [...new Set(checks.map(({ group }) => group))];
  return groups.flatMap((group) =>
    checks.filter((check) => check.group === group).toSorted((a, b) => place(a) - place(b)),
  );
}
