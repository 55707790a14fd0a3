import { formatDurationMs } from '../../model/duration.js';
import {
  majorityOf,
  TILT_PERIOD_MS,
  TILT_TRIGGER_MS,
  TILTING_FREEZE_MS,
} from '../../model/sentinel-timing.js';
import type { ClusterRoles } from '../../observe/roles.js';
import type { Act } from '../act.js';
import type { Fault } from './fault.js';
import { noTargets, sentinelTargets } from './targets.js';
import { type anywhere, ENDED, FROZEN, ways } from './ways.js';

const ending = (id: string): Act => ({ act: 'end', node: id, signal: 'SIGKILL' });
const A_SENTINEL = { words: 'a sentinel', byDefault: 'the last sentinel' };
const last = ({ sentinels }: ClusterRoles) => sentinels.slice(-1);

const CRASHES: ReturnType<typeof anywhere> = ways(
  [
    'SIGKILL to the master, SENTINEL SIMULATE-FAILURE at every sentinel',
    'the sentinel that ended is started, the others are disarmed, the old master is started safely',
  ],
  [
    'SIGKILL to the master, SENTINEL SIMULATE-FAILURE at every sentinel',
    'the sentinel that ended is started, the others are disarmed, the old master is started safely',
  ],
);

/** The leader is the sentinel that wins the election, so all of them are armed; one that does not lead goes on. */
const leaderCrash = (roles: ClusterRoles, at: 'crash-after-election' | 'crash-after-promotion'): Act[] => [
  // First, so that it is rolled back last: once there are sentinels again that can promote another one.
  ending(roles.master.id),
  ...roles.sentinels.map(({ id }): Act => ({ act: 'simulate', node: id, at })),
];

/** Sentinels that end, hang, or die at the worst moment. */
export const SENTINEL_FAULTS: Fault[] = [
  {
    name: 'sentinel-down',
    summary: 'one sentinel crashes',
    does: 'SIGKILL to a sentinel.',
    drivers: ENDED,
    expires: null,
    correct: ['the others continue and could still fail over'],
    mustNot: ['a failover', 'an unusable quorum with three or more sentinels'],
    params: { forMs: 'until heal' },
    target: A_SENTINEL,
    radius: {},
    acts: (roles, targets) => sentinelTargets(roles, targets, last(roles)).map(({ id }) => ending(id)),
  },
  {
    name: 'sentinel-majority-down',
    summary: 'a majority of the sentinels crashes: the others cannot elect a leader',
    does: 'SIGKILL to the last sentinels, a majority of them.',
    drivers: ENDED,
    expires: null,
    correct: [
      'no failover, whatever happens to the master',
      'after their return a master that is down is replaced',
    ],
    mustNot: ['a failover by a minority'],
    params: { forMs: 'until heal' },
    target: { words: 'none', byDefault: 'the last sentinels, a majority of them' },
    radius: { sentinels: 'majority' },
    acts(roles, targets) {
      noTargets(targets, 'the last sentinels');
      return roles.sentinels.slice(-majorityOf(roles.sentinels.length)).map(({ id }) => ending(id));
    },
  },
  {
    name: 'sentinel-freeze',
    summary: `a sentinel hangs for more than ${TILT_TRIGGER_MS / 1000} s and is in TILT for ${TILT_PERIOD_MS / 1000} s after the thaw`,
    does: `The sentinel is frozen; after the thaw its clock has jumped by more than ${TILT_TRIGGER_MS / 1000} s, so it enters TILT.`,
    drivers: FROZEN,
    expires: `TILT ends by itself after ${TILT_PERIOD_MS / 1000} s`,
    correct: [`after the thaw it logs +tilt and does not act; TILT ends ${TILT_PERIOD_MS / 1000} s later`],
    mustNot: ['a failover because of it', 'a vote of a sentinel in TILT'],
    params: { forMs: formatDurationMs(TILTING_FREEZE_MS) },
    target: A_SENTINEL,
    radius: {},
    acts: (roles, targets) =>
      sentinelTargets(roles, targets, last(roles)).map(({ id }) => ({ act: 'pause', node: id })),
  },
  {
    name: 'leader-crash-after-election',
    summary: 'the master crashes, and the sentinel that was elected to lead the failover crashes too',
    does: 'The sentinel that wins the election exits at once with code 99.',
    drivers: CRASHES,
    expires: null,
    correct: ['the others retry 2 × failover-timeout after their vote and replace the master then'],
    mustNot: ['no failover at all after the armed sentinels are disarmed'],
    params: { forMs: 'until heal' },
    target: { words: 'none', byDefault: 'the master, and the sentinel that leads' },
    radius: { sentinels: 'all' },
    acts(roles, targets) {
      noTargets(targets, 'the master, and the sentinel that leads');
      return leaderCrash(roles, 'crash-after-election');
    },
  },
  {
    name: 'leader-crash-after-promotion',
    summary: 'the master crashes, and the leader crashes right after it promoted a replica',
    does: 'The leader exits with code 99 after REPLICAOF NO ONE to the chosen replica, before the other sentinels know.',
    drivers: CRASHES,
    expires: null,
    correct: [
      'the others still name the old master; they make the promoted node a replica of it again, or replace it at their next attempt, after 2 × failover-timeout',
    ],
    mustNot: ['two masters that remain'],
    params: { forMs: 'until heal' },
    target: { words: 'none', byDefault: 'the master, and the sentinel that leads' },
    radius: { sentinels: 'all' },
    acts(roles, targets) {
      noTargets(targets, 'the master, and the sentinel that leads');
      return leaderCrash(roles, 'crash-after-promotion');
    },
  },
];
