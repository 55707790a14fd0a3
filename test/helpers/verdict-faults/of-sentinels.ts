import { type BothCommands, DOWN_AFTER_MS, tell } from '../both-commands.js';
import type { Fault } from './fault.js';

/** The third one, as it monitored the master before. */
async function monitorAgain({ portOf, both }: Pick<BothCommands, 'portOf' | 'both'>): Promise<void> {
  await both([2], 'SENTINEL REMOVE mymaster');
  await both([2], `SENTINEL MONITOR mymaster 127.0.0.1 ${portOf(0)} 2`);
  const settings = `down-after-milliseconds ${DOWN_AFTER_MS} failover-timeout 10000 parallel-syncs 1`;
  await both([2], `SENTINEL SET mymaster ${settings}`);
}

/** What is wrong with sentinels, and what they are told. */
export const ofSentinels = ({ portOf, sentinel, both }: BothCommands): Fault[] => [
  {
    what: 'a frozen sentinel',
    word: 'DEGRADED',
    next: 'a person',
    plant: () => sentinel(2).signal('SIGSTOP'),
    undo: () => sentinel(2).signal('SIGCONT'),
  },
  {
    what: 'two frozen sentinels',
    word: 'AT RISK',
    next: 'a person',
    plant: () => [1, 2].map((n) => sentinel(n).signal('SIGSTOP')),
    undo: () => [1, 2].map((n) => sentinel(n).signal('SIGCONT')),
  },
  {
    what: 'settings that differ',
    word: 'DEGRADED',
    cures: 'settings-skew',
    plant: () => both([2], 'SENTINEL SET mymaster down-after-milliseconds 2500'),
    undo: () => both([2], `SENTINEL SET mymaster down-after-milliseconds ${DOWN_AFTER_MS}`),
  },
  {
    what: 'a quorum that one sentinel cannot meet',
    word: 'DEGRADED',
    cures: 'settings-skew',
    plant: () => both([2], 'SENTINEL SET mymaster quorum 5'),
    undo: () => both([2], 'SENTINEL SET mymaster quorum 2'),
  },
  {
    what: 'a quorum that no sentinel can meet',
    word: 'AT RISK',
    alike: true,
    cures: 'quorum-gt-n',
    plant: () => both([0, 1, 2], 'SENTINEL SET mymaster quorum 5'),
    undo: () => both([0, 1, 2], 'SENTINEL SET mymaster quorum 2'),
  },
  {
    what: 'two sentinels in TILT',
    word: 'AT RISK',
    cures: 'tilt',
    plant: () => both([0, 1], 'SENTINEL DEBUG tilt-trigger 1'),
    undo: () => both([0, 1], 'SENTINEL DEBUG tilt-trigger 2000'),
  },
  {
    what: 'a sentinel that does not monitor the master',
    word: 'DEGRADED',
    plant: () => both([2], 'SENTINEL REMOVE mymaster'),
    undo: () => monitorAgain({ portOf, both }),
  },
  {
    what: 'a sentinel that names another master',
    word: 'AT RISK',
    cures: 'master-disagree',
    plant: async () => {
      await both([2], 'SENTINEL REMOVE mymaster');
      await both([2], `SENTINEL MONITOR mymaster 127.0.0.1 ${portOf(1)} 2`);
    },
    undo: () => monitorAgain({ portOf, both }),
  },
  {
    what: 'a sentinel that is set to crash at its next failover',
    word: 'AT RISK',
    cures: 'simfail-armed',
    plant: () => tell(sentinel(2), 'SENTINEL SIMULATE-FAILURE crash-after-election'),
    undo: () => tell(sentinel(2), 'SENTINEL SIMULATE-FAILURE help'),
  },
];
