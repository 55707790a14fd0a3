import { DRIVER_NAMES } from '../model/drivers.js';
import type { StatusResult } from '../model/status.js';
import type { SeenCluster } from './looks.js';
import { fixesOf } from './menu-fixes.js';
import { standingOf } from './menu-standing.js';
import {
  type MenuChoice,
  type MenuList,
  type MenuState,
  type MenuTarget,
  SAFE_CHOICE,
  type Section,
  WRONG,
} from './menu-state.js';

/** The choices that make sense now, what repairs first. */
export function menuChoices(state: MenuState): MenuChoice[] {
  const { target } = state;
  const choices =
    target.kind === 'none'
      ? withoutCluster(state, target.named)
      : target.kind === 'attached'
        ? attachedChoices(target.words, state)
        : ownChoices(state, target);
  return [...choices, HELP, QUIT];
}

type Own = Extract<MenuTarget, { kind: 'own' }>;

const run = (section: Section, name: string, about: string, words: readonly string[]): MenuChoice => ({
  section,
  name,
  about,
  does: { type: 'run', words },
});
const list = (
  section: Section,
  name: string,
  about: string,
  [which, words]: [MenuList, readonly string[]],
): MenuChoice => ({ section, name, about, does: { type: 'list', list: which, words } });

function ownChoices(state: MenuState, target: Own): MenuChoice[] {
  const { hasHistory, reports } = state;
  const of = (...words: string[]): string[] => [...words, ...target.words];
  const { seen, isActive, isOpen, canAct, isHealthy } = standingOf(state);
  const fixes = isActive || seen === undefined ? [] : fixesOf(seen.status, target.name);
  const offers = (...names: string[]): boolean => fixes.some(({ words }) => names.includes(words[0] ?? ''));
  const up = run(WRONG, 'Up', 'start the nodes that are down, from the data on disk', of('up'));
  const heal = run(WRONG, 'Heal', 'roll back the faults that are left', of('heal'));
  const kill = list('Faults', KILL, 'SIGKILL, like a crash', ['kill', of('kill', '…')]);
  const faults = list('Faults', FAULTS, 'inject one, and roll it back', ['fault', of('inject', '…')]);
  const start = list('Cluster', 'Start a node …', 'a data node as a replica of the current master', [
    'start',
    of('start', '…'),
  ]);
  // Each of them may be offered by name already.
  const startable =
    canAct && seen !== undefined
      ? silent(seen.status).length - fixes.filter((f) => f.words[0] === 'start').length
      : 0;
  return [
    ...fixes.map(({ name, words, about }) => run(WRONG, name, about, of(...words))),
    ...only(seen?.health === 'down' && !isActive && !isOpen && !offers('up'), up),
    ...only(isOpen && !isActive && !offers('heal', 'recover'), heal),
    ...inspecting(of, seen?.health),
    run('Inspect', 'Logs', 'the last lines of all nodes, merged by time', of('logs', '--tail', '50')),
    ...only(isHealthy, ...killingTests(seen?.status.masters[0]?.master?.id, of)),
    scenarios(state),
    ...only(hasHistory, run('Test', 'History', 'past failover tests, with trends', of('history'))),
    ...reportChoice(reports),
    ...only(isHealthy, faults),
    ...only(canAct && answering(seen?.status).length > 0, kill),
    ...only(startable > 0, start),
    ...only(!isActive, run('Cluster', DOWN, `every node of "${target.name}", and its data`, of('down'))),
    UP_ANOTHER,
    SWITCH,
  ];
}

const KILL = 'Kill a node …';
const FAULTS = 'Faults …';
const DOWN = 'Down: remove the cluster';

const only = (isOffered: boolean, ...choices: MenuChoice[]): MenuChoice[] => (isOffered ? choices : []);

const killingTests = (master = 'the master', of: (...words: string[]) => string[]): MenuChoice[] => [
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

/** Names of the choices that change a cluster: each is offered only where it makes sense. */
export const ACTS_ON_CLUSTER: readonly string[] = [
  ...killingTests(undefined, () => []).map(({ name }) => name),
  FAULTS,
  KILL,
  DOWN,
];

function attachedChoices(words: readonly string[], { look, reports }: MenuState): MenuChoice[] {
  const of = (...more: string[]): string[] => [...more, ...words];
  return [
    ...inspecting(of, look !== null && 'status' in look ? look.health : undefined),
    run('Inspect', 'Replicas', 'as each sentinel sees them', of('replicas')),
    run('Inspect', 'Sentinels', 'as each of them sees the others', of('sentinels')),
    ...reportChoice(reports),
    SWITCH,
  ];
}

const inspecting = (of: (...words: string[]) => string[], health?: SeenCluster['health']): MenuChoice[] => [
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

const ON_FREE_PORTS = ['--port', 'auto', '--sentinel-port', 'auto'];

const UP_ANOTHER: MenuChoice = {
  section: 'Cluster',
  name: 'Up, another one …',
  about: 'a second cluster beside it, on free ports',
  does: { type: 'name', words: ['up', ...ON_FREE_PORTS, '--cluster', '…'] },
};

function withoutCluster(state: MenuState, named: string | null): MenuChoice[] {
  const more = named === null ? [] : ['--cluster', named];
  return [
    run('Cluster', 'Up', '1 master, 2 replicas, 3 sentinels, on Docker if a Docker Engine answers', [
      'up',
      ...more,
    ]),
    run('Cluster', 'Up, as plain processes', 'the same without Docker, on free ports', [
      'up',
      '--driver',
      DRIVER_NAMES[0],
      ...ON_FREE_PORTS,
      ...more,
    ]),
    SWITCH,
    scenarios(state),
    ...reportChoice(state.reports),
  ];
}

const scenarios = ({ ambient }: MenuState): MenuChoice =>
  list(
    'Test',
    'Scenarios …',
    ambient === null
      ? 'faults in steps, on a scratch cluster that is removed afterwards'
      : `faults in steps, on cluster ${ambient}, which the settings name`,
    ['scenario', ['chaos', 'run', '…']],
  );

const SWITCH: MenuChoice = {
  section: 'Cluster',
  name: 'Switch cluster …',
  about: 'another one of this machine, or one by the addresses of its sentinels',
  does: { type: 'switch' },
};

function reportChoice(reports: readonly string[]): MenuChoice[] {
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

const HELP = run('sentinelctl', 'Help', 'all commands', ['--help']);
const QUIT: MenuChoice = {
  section: 'sentinelctl',
  name: 'Quit',
  about: 'q, Esc or Ctrl-C',
  does: { type: 'quit' },
};

const servers = (status: StatusResult | undefined): { id: string; reachable: boolean }[] =>
  status === undefined ? [] : [...status.masters.flatMap((m) => m.nodes), ...status.sentinels];
const answering = (status: StatusResult | undefined): string[] =>
  servers(status).flatMap((s) => (s.reachable ? [s.id] : []));
const silent = (status: StatusResult | undefined): string[] =>
  servers(status).flatMap((s) => (s.reachable ? [] : [s.id]));
