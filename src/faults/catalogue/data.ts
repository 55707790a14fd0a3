import { INFO_PERIOD_MS } from '../../model/sentinel-timing.js';
import type { Fault } from './fault.js';
import { dataTargets, noTargets } from './targets.js';
import { anywhere, ways } from './ways.js';

/** Nodes that run, and are not what they should be. */
export const DATA_FAULTS: Fault[] = [
  {
    name: 'priority-zero',
    summary: 'no replica may be promoted: replica-priority 0 on every data node',
    does: `CONFIG SET replica-priority 0 on every data node. The sentinels learn it from INFO, within ${INFO_PERIOD_MS / 1000} s.`,
    drivers: anywhere('CONFIG SET replica-priority 0', 'CONFIG SET of the previous value, CONFIG REWRITE'),
    expires: null,
    correct: [
      'nothing until the master fails; then -failover-abort-no-good-slave at each attempt, and no new master',
    ],
    mustNot: ['the promotion of a replica with priority 0'],
    params: { forMs: 'until heal' },
    target: { words: 'data nodes', byDefault: 'every data node' },
    radius: { dataNodes: 'all' },
    acts: (roles, targets) =>
      dataTargets(roles, targets, roles.nodes).map(({ id }) => ({
        act: 'config',
        node: id,
        set: { 'replica-priority': '0' },
      })),
  },
  {
    name: 'role-lie',
    summary: 'REPLICAOF, not Sentinel, makes the master a replica',
    does: 'REPLICAOF on the master: it follows one of its own replicas, and takes no writes.',
    drivers: anywhere(
      'REPLICAOF a replica, at the master',
      'REPLICAOF the master that the sentinels name then',
    ),
    expires: null,
    correct: ['a master that reports the role slave is marked down after down-after + 2 × 10 s and replaced'],
    mustNot: ['a cluster without a master for longer than that'],
    params: { forMs: 'until heal' },
    target: { words: 'none', byDefault: 'master' },
    radius: {},
    acts(roles, targets) {
      noTargets(targets, 'the master');
      const next = roles.replicas[0]?.announce ?? null;
      return [{ act: 'follow', node: roles.master.id, master: next }];
    },
  },
  {
    name: 'misconf',
    summary: 'the disk of the master is full: saves fail, and writes and PING are answered with -MISCONF',
    does: 'A directory replaces dump.rdb, so that background saves fail, also for servers that run as root. From 7.0 on, a full disk also ends a replica at its first write; here the node is told to go on, so that it can be restored.',
    drivers: ways(
      [
        'a directory instead of dump.rdb, CONFIG SET save, stop-writes-on-bgsave-error and, where there is one, replica-ignore-disk-write-errors, BGSAVE',
        'the directory is removed, a BGSAVE proves that saves work, the settings are restored',
      ],
      [
        'the same, in the container’s volume',
        'the same; an empty dump replaces the previous one until the BGSAVE has written a new one',
      ],
    ),
    expires: null,
    correct: ['-MISCONF is not a valid answer to PING: the master is marked down and replaced'],
    mustNot: ['a master that refuses every write and stays the master'],
    params: { forMs: 'until heal' },
    target: { words: 'a data node, or master', byDefault: 'master' },
    radius: {},
    acts: (roles, targets) => dataTargets(roles, targets).map(({ id }) => ({ act: 'fail-saves', node: id })),
  },
];
