import type { StatusResult } from '../model/status.js';
import type { SeenCluster } from './looks.js';
import { type MenuChoice, type MenuList, SAFE_CHOICE, type Section } from './menu-state.js';

/** Entries of the menu that several kinds of cluster have. */

export const run = (section: Section, name: string, about: string, words: readonly string[]): MenuChoice => ({
  section,
  name,
  about,
  does: { type: 'run', words },
});
export const list = (
  section: Section,
  name: string,
  about: string,
  [which, words]: [MenuList, readonly string[]],
): MenuChoice => ({ section, name, about, does: { type: 'list', list: which, words } });

export const KILL = 'Kill a node …';
export const FAULTS = 'Faults …';

export const only = (isOffered: boolean, ...choices: MenuChoice[]): MenuChoice[] =>
  isOffered ? choices : [];

export const killingTests = (master = 'the master', of: (...words: string[]) => string[]): MenuChoice[] => [
  run(
    'Test',
    'Failover test: kills the master',
    `SIGKILL to ${master}; no writes until a replica is promoted; measured`,
    of('failover-test'),
  ),
  run(
    'Test',
    'Quorum test: kills the master',
    'with one sentinel stopped, then with a majority of them stopped',
    of('quorum-test'),
  ),
  run(
    'Test',
    'Sweep: kills the master often',
    'again and again, under several settings: outage and lost writes of each; takes minutes',
    of('sweep'),
  ),
];

export const inspecting = (
  of: (...words: string[]) => string[],
  health?: SeenCluster['health'],
): MenuChoice[] => [
  run('Inspect', SAFE_CHOICE, 'every node, and what every sentinel believes', of('status')),
  run('Inspect', 'Watch', 'the same, refreshed, with what changes', of('status', '--watch')),
  // Where nothing answers it has to be started first.
  ...only(
    health === 'unhealthy',
    run(
      'Inspect',
      'Wait until it is healthy',
      'ends when the verdict is HEALTHY, or after a minute',
      of('wait'),
    ),
  ),
  run('Inspect', 'Doctor', 'what is wrong or risky, why, and which command fixes it', of('doctor')),
  run('Inspect', 'Who is master', 'ask every sentinel', of('master-addr')),
  run('Inspect', 'Variables', 'the settings that an application needs', of('env')),
];

export const SWITCH: MenuChoice = {
  section: 'Cluster',
  name: 'Switch cluster …',
  about: 'another one of this machine, or one by the addresses of its sentinels',
  does: { type: 'switch' },
};

export function reportChoice(reports: readonly string[]): MenuChoice[] {
  const [only, ...others] = reports;
  if (only === undefined) return [];
  const about = 'the result of an earlier failover test';
  return others.length === 0
    ? [run('Test', 'Report', about, ['report', only])]
    : [
        {
          section: 'Test',
          name: 'Report …',
          about,
          does: { type: 'list', list: 'report', words: ['report', '…'] },
        },
      ];
}

const servers = (status: StatusResult | undefined): { id: string; reachable: boolean }[] =>
  status === undefined ? [] : [...status.masters.flatMap((m) => m.nodes), ...status.sentinels];
export const answering = (status: StatusResult | undefined): string[] =>
  servers(status).flatMap((s) => (s.reachable ? [s.id] : []));
export const silent = (status: StatusResult | undefined): string[] =>
  servers(status).flatMap((s) => (s.reachable ? [] : [s.id]));
