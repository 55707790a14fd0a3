import type { Act } from '../act.js';
import { REPLICA_HIT } from './expected.js';
import type { Fault } from './fault.js';
import { dataTargets, noTargets, replicaTargets } from './targets.js';
import { ENDED, ways } from './ways.js';

const ending = (id: string, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Act => ({
  act: 'end',
  node: id,
  signal,
});
const NODE_OR_MASTER = { words: 'a data node, or master', byDefault: 'master' };
const REPLACED = [
  'after down-after the sentinels mark it down; one of them is elected and promotes a replica',
  'the other replicas follow the new master; the old one returns as a replica',
];

/** Servers that end. */
export const NODE_FAULTS: Fault[] = [
  {
    name: 'kill',
    summary: 'a data node crashes',
    does: 'SIGKILL, like a crash or the kernel’s out-of-memory killer: connections close and nothing more is written.',
    drivers: ENDED,
    expires: null,
    correct: REPLACED,
    ofMaster: true,
    mustNot: [
      'two masters that accept writes for long',
      'acknowledged writes lost beyond the replication’s lag',
    ],
    params: { forMs: 'until heal' },
    target: NODE_OR_MASTER,
    radius: {},
    acts: (roles, targets) => dataTargets(roles, targets).map(({ id }) => ending(id)),
  },
  {
    name: 'stop',
    summary: 'a data node shuts down in an orderly way',
    does: 'SIGTERM: the server waits for its replicas (up to shutdown-timeout), saves if it is configured to, and ends.',
    drivers: ways(
      ['SIGTERM to the server', 'started as a replica of the current master'],
      ['SIGTERM by the engine', 'started as a replica of the current master'],
    ),
    expires: null,
    correct: REPLACED,
    ofMaster: true,
    mustNot: ['lost acknowledged writes: its replicas had time to receive them'],
    params: { forMs: 'until heal' },
    target: NODE_OR_MASTER,
    radius: {},
    acts: (roles, targets) => dataTargets(roles, targets).map(({ id }) => ending(id, 'SIGTERM')),
  },
  {
    name: 'fast-restart',
    summary: 'the master crashes and restarts before any sentinel marks it down',
    does: 'SIGKILL and a start of the same server, like a supervisor or `restart: always`.',
    drivers: ways(
      ['SIGKILL, then the same start again', 'nothing to roll back: it runs'],
      ['SIGKILL, then the same start again', 'nothing to roll back: it runs'],
    ),
    expires: 'it is over when the server runs again',
    correct: ['none: Sentinel sees only +reboot, and the topology stays valid'],
    mustNot: [
      'a master without persistence that comes back empty: its replicas copy the empty data set and all data is gone (a known weakness)',
    ],
    params: {},
    target: NODE_OR_MASTER,
    radius: {},
    acts: (roles, targets) =>
      dataTargets(roles, targets).map(({ id }) => ({
        act: 'end',
        node: id,
        signal: 'SIGKILL',
        restart: true,
      })),
  },
  {
    name: 'replica-kill',
    summary: 'a replica crashes',
    does: 'SIGKILL to one replica; the master and the others continue.',
    drivers: ENDED,
    expires: null,
    ...REPLICA_HIT,
    params: { forMs: 'until heal' },
    target: { words: 'a replica', byDefault: 'the replica with the largest offset' },
    radius: {},
    acts: (roles, targets) =>
      replicaTargets(roles, targets, roles.replicas.slice(0, 1)).map(({ id }) => ending(id)),
  },
  {
    name: 'all-replicas-down',
    summary: 'every replica crashes: none could be promoted',
    does: 'SIGKILL to all replicas.',
    drivers: ENDED,
    expires: null,
    correct: ['the master continues; a requested failover is refused (-failover-abort-no-good-slave)'],
    mustNot: ['a failover to a replica that is down'],
    params: { forMs: 'until heal' },
    target: { words: 'none', byDefault: 'every replica' },
    radius: { dataNodes: 'replicas' },
    acts(roles, targets) {
      noTargets(targets, 'every replica');
      return replicaTargets(roles, [], roles.replicas).map(({ id }) => ending(id));
    },
  },
  {
    name: 'cold-start',
    summary: 'all nodes crash at once, as in a power failure',
    does: 'SIGKILL to every data node and every sentinel.',
    drivers: ways(
      [
        'SIGKILL to every server',
        'everything is started from the data on disk, as up does: the node that has the data becomes the master',
      ],
      [
        'SIGKILL to every container',
        'everything is started from the data on disk, as up does: the node that has the data becomes the master',
      ],
    ),
    expires: null,
    correct: ['what was on disk is available again, and the node that holds it is the master'],
    mustNot: ['an empty node that becomes the master of one that has data'],
    params: { forMs: 'until heal' },
    target: { words: 'none', byDefault: 'every node' },
    radius: { dataNodes: 'all', sentinels: 'all' },
    acts(roles, targets) {
      noTargets(targets, 'every node');
      // Sentinels first: none of them may see the data nodes go, one after the other.
      return [...roles.sentinels, ...roles.nodes].map(({ id }) => ending(id));
    },
  },
];
