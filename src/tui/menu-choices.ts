import { DRIVER_NAMES } from '../model/drivers.js';
import { attachedChoices } from './menu-attached.js';
import {
  answering,
  FAULTS,
  inspecting,
  KILL,
  killingTests,
  list,
  only,
  reportChoice,
  run,
  SWITCH,
  silent,
} from './menu-entries.js';
import { fixesOf } from './menu-fixes.js';
import { standingOf } from './menu-standing.js';
import { type MenuChoice, type MenuState, type MenuTarget, WRONG } from './menu-state.js';

/** The choices that make sense now, what repairs first. */
export function menuChoices(state: MenuState): MenuChoice[] {
  const { target } = state;
  const choices =
    target.kind === 'none'
      ? withoutCluster(state, target.named)
      : target.kind === 'attached'
        ? attachedChoices(state, target)
        : ownChoices(state, target);
  return [...choices, HELP, QUIT];
}

type Own = Extract<MenuTarget, { kind: 'own' }>;

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

const DOWN = 'Down: remove the cluster';

/** Names of the choices that change a cluster: each is offered only where it makes sense. */
export const ACTS_ON_CLUSTER: readonly string[] = [
  ...killingTests(undefined, () => []).map(({ name }) => name),
  FAULTS,
  KILL,
  DOWN,
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

const HELP = run('sentinelctl', 'Help', 'all commands', ['--help']);
const QUIT: MenuChoice = {
  section: 'sentinelctl',
  name: 'Quit',
  about: 'q, Esc or Ctrl-C',
  does: { type: 'quit' },
};
