import { downAfterAnd, formatDurationMs } from '../../model/duration.js';
import { pausedFailover } from '../../model/paused-writes.js';
import { freezeMs, MIN_LINK_RECONNECT_PERIOD_MS } from '../../model/sentinel-timing.js';
import { SHORT } from './expected.js';
import type { Fault } from './fault.js';
import { badTarget, dataTargets } from './targets.js';
import { anywhere, FROZEN, FROZEN_LONG } from './ways.js';

const NODE_OR_MASTER = { words: 'a data node, or master', byDefault: 'master' };

const LINK_AGE = `${MIN_LINK_RECONNECT_PERIOD_MS / 1000} s`;
const AFTER_MS = 5000;
const after5s = pausedFailover({ downAfterMs: AFTER_MS });
const FAILS_OVER = `longer: a failover; with down-after ${formatDurationMs(AFTER_MS)} at most ${Math.ceil((after5s?.mostMs ?? 0) / 1000)} s after the pause began`;

/** Servers that live and answer no client, or not every one. */
export const FROZEN_FAULTS: Fault[] = [
  {
    name: 'freeze',
    summary: 'a data node hangs for longer than down-after',
    does: 'The server is frozen: its connections stay open and it answers nothing, as with heavy swapping or a hung disk.',
    drivers: FROZEN_LONG,
    expires: null,
    correct: [
      'a failover as after a crash, up to one PING period later',
      'rolled back, the old master returns as a replica of the new one',
    ],
    ofMaster: true,
    mustNot: ['clients that keep waiting for it after the promotion'],
    params: { forMs: 'until heal' },
    target: NODE_OR_MASTER,
    radius: {},
    acts: (roles, targets) => dataTargets(roles, targets).map(({ id }) => ({ act: 'pause', node: id })),
  },
  {
    name: 'freeze-short',
    summary: 'a data node hangs for less than down-after',
    does: 'Like freeze, but shorter: half of down-after by default. Sentinel must not react.',
    drivers: FROZEN,
    expires: null,
    ...SHORT,
    params: { forMs: 'half of down-after' },
    target: NODE_OR_MASTER,
    radius: {},
    acts(roles, targets, { forMs }) {
      if (forMs !== undefined && forMs >= roles.settings.downAfterMs) {
        throw badTarget(
          `${formatDurationMs(forMs)} is not a short freeze: down-after is ${formatDurationMs(roles.settings.downAfterMs)}`,
          'sentinelctl faults freeze # made for longer ones; or a shorter --for',
        );
      }
      return dataTargets(roles, targets).map(({ id }) => ({ act: 'pause', node: id }));
    },
  },
  {
    name: 'pause-writes',
    summary: 'the master takes no writes for a while, and answers everything else',
    does: `CLIENT PAUSE … WRITE. It also blocks Sentinel’s own PUBLISH, and each PING behind that: if it lasts long enough, a failover follows. A link that is older than ${LINK_AGE} is opened again after half of down-after and its PING answered, so with a down-after of more than ${LINK_AGE} none follows.`,
    drivers: anywhere('CLIENT PAUSE … WRITE', 'CLIENT UNPAUSE'),
    expires: 'CLIENT PAUSE ends by itself after --for',
    correct: [
      'shorter than down-after: nothing; writes wait and continue',
      FAILS_OVER,
      `with a down-after of more than ${LINK_AGE}: no failover, whatever its length`,
    ],
    mustNot: ['lost writes where it is shorter than down-after'],
    params: { forMs: downAfterAnd(freezeMs) },
    target: NODE_OR_MASTER,
    radius: {},
    acts: (roles, targets, { forMs = freezeMs(roles.settings) }) =>
      dataTargets(roles, targets).map(({ id }) => ({ act: 'client-pause', node: id, mode: 'WRITE', forMs })),
  },
  {
    name: 'pause-all',
    summary: 'a data node answers no client for a while: a freeze over the protocol alone',
    does: 'CLIENT PAUSE … ALL: the commands of every client wait, PING of the sentinels too. Its replication continues. It ends by itself and needs no access to the process: for clusters whose servers are reached only over the network.',
    drivers: anywhere('CLIENT PAUSE … ALL', 'it ends by itself: CLIENT UNPAUSE would have to wait, too'),
    expires: 'CLIENT PAUSE ends by itself after --for',
    correct: [
      'longer than down-after: a failover as after a freeze',
      'when it ends, the old master is a second master until a sentinel makes it a replica, for about 10 s',
    ],
    ofMaster: true,
    mustNot: ['a failover where it is shorter than down-after'],
    params: { forMs: downAfterAnd(freezeMs) },
    target: NODE_OR_MASTER,
    radius: {},
    acts: (roles, targets, { forMs = freezeMs(roles.settings) }) =>
      dataTargets(roles, targets).map(({ id }) => ({ act: 'client-pause', node: id, mode: 'ALL', forMs })),
  },
  {
    name: 'busy-script',
    summary: 'a script that never ends: the master answers everything with -BUSY',
    does: 'EVAL of an endless loop, from a connection that is dropped.',
    drivers: anywhere('EVAL "while true do end" 0', 'SCRIPT KILL'),
    expires: 'Sentinel itself sends SCRIPT KILL to a node that answers -BUSY and that it marked down',
    correct: ['-BUSY is not a valid answer to PING: the master is marked down and replaced'],
    ofMaster: true,
    mustNot: ['a master that is busy and stays the master'],
    params: { forMs: 'until heal' },
    target: NODE_OR_MASTER,
    radius: {},
    acts: (roles, targets) => dataTargets(roles, targets).map(({ id }) => ({ act: 'busy', node: id })),
  },
];
