import type { KnownCluster } from '../cli/known.js';
import { DRIVER_NAMES } from '../model/drivers.js';
import type { StatusResult } from '../model/status.js';
import type { LookResult } from './looks.js';

/** Which cluster the next command works on. */
export type MenuTarget =
  /** `words` select it on a command line. */
  | { kind: 'own'; name: string; words: readonly string[] }
  /** Not created by sentinelctl. `words` are empty where the settings select it already. */
  | { kind: 'attached'; words: readonly string[] }
  /** There is none; `named` is the name that was asked for. */
  | { kind: 'none'; named: string | null };

/** What the menu knows when it decides what makes sense now. */
export interface MenuState {
  /** The clusters that sentinelctl created. */
  clusters: readonly KnownCluster[];
  target: MenuTarget;
  /** What the target looked like last; null until the first look is done. */
  look: LookResult | null;
  /** Files of failover tests in the working directory. */
  reports: readonly string[];
  /** Whether a failover test of the target is recorded. */
  hasHistory: boolean;
  /** The cluster that the environment or a settings file names: scenarios run on it. */
  ambient: string | null;
}

/** A list that a choice opens. */
export type MenuList = 'start' | 'kill' | 'fault' | 'scenario' | 'report';

export interface MenuChoice {
  name: string;
  /** What it does, in a few words. */
  about: string;
  section: Section;
  does:
    | { type: 'run'; words: readonly string[] }
    /** The choice of the list replaces the word …. */
    | { type: 'list'; list: MenuList; words: readonly string[] }
    /** The name of a new cluster is asked for, and replaces the word …. */
    | { type: 'name'; words: readonly string[] }
    | { type: 'switch' }
    | { type: 'quit' };
}

/** After what is wrong the groups of `--help`. */
export const WRONG = 'What is wrong';
type Section = typeof WRONG | 'Inspect' | 'Test' | 'Faults' | 'Cluster' | 'sentinelctl';

/** The choice that the cursor falls back to: it changes nothing. */
export const SAFE_CHOICE = 'Status';

/** Commands that repair. A fix that begins with another one is shown, never offered. */
const REPAIRS = ['start', 'restart', 'resume', 'recover', 'heal', 'up'];
const MOST_FIXES = 3;

/** A journal that is open: until it is closed, commands that change the cluster are refused. */
const OPEN_JOURNAL = ['unfinished-journal', 'journal-unreadable'];
const RUN_ACTIVE = 'run-under-way';

/** The choices that make sense now, what repairs first. */
export function menuChoices(state: MenuState): MenuChoice[] {
  const { target } = state;
  const choices =
    target.kind === 'none'
      ? withoutCluster(state, target.named)
      : target.kind === 'attached'
        ? attachedChoices(target.words, state.reports)
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
  const seen = state.look !== null && 'status' in state.look ? state.look : undefined;
  const problems = seen?.status.problems ?? [];
  const isActive = problems.some((p) => p.id === RUN_ACTIVE);
  const isOpen = problems.some((p) => OPEN_JOURNAL.includes(p.id));
  const canAct = seen !== undefined && seen.health !== 'down' && !isActive && !isOpen;
  const isHealthy = canAct && seen.health === 'healthy';
  const fixes = isActive || seen === undefined ? [] : fixesOf(seen.status, target.name);
  const offers = (...names: string[]): boolean => fixes.some(({ words }) => names.includes(words[0] ?? ''));
  const up = run(WRONG, 'Up', 'start the nodes that are down, from the data on disk', of('up'));
  const heal = run(WRONG, 'Heal', 'roll back the faults that are left', of('heal'));
  const kill = list('Faults', 'Kill a node …', 'SIGKILL, like a crash', ['kill', of('kill', '…')]);
  const faults = list('Faults', 'Faults …', 'inject one, and roll it back', ['fault', of('inject', '…')]);
  const start = list('Cluster', 'Start a node …', 'a data node as a replica of the current master', [
    'start',
    of('start', '…'),
  ]);
  // Each of them may be offered by name already.
  const startable = canAct
    ? silent(seen.status).length - fixes.filter((f) => f.words[0] === 'start').length
    : 0;
  return [
    ...fixes.map(({ words, about }) => run(WRONG, `Fix: ${words.join(' ')}`, about, of(...words))),
    ...only(seen?.health === 'down' && !isActive && !isOpen && !offers('up'), up),
    ...only(isOpen && !isActive && !offers('heal', 'recover'), heal),
    ...inspecting(of),
    run('Inspect', 'Logs', 'the last lines of all nodes, merged by time', of('logs', '--tail', '50')),
    ...only(isHealthy, ...killingTests(seen?.status.masters[0]?.master?.id, of)),
    scenarios(state),
    ...only(hasHistory, run('Test', 'History', 'past failover tests, with trends', of('history'))),
    ...reportChoice(reports),
    ...only(isHealthy, faults),
    ...only(canAct && answering(seen.status).length > 0, kill),
    ...only(startable > 0, start),
    ...only(
      !isActive,
      run('Cluster', 'Down: remove the cluster', `every node of ${target.name}, and its data`, of('down')),
    ),
    UP_ANOTHER,
    SWITCH,
  ];
}

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
    'Sweep: kills the master again and again',
    'outage and lost writes under several settings; takes minutes',
    of('sweep'),
  ),
];

function attachedChoices(words: readonly string[], reports: readonly string[]): MenuChoice[] {
  const of = (...more: string[]): string[] => [...more, ...words];
  return [
    ...inspecting(of),
    run('Inspect', 'Replicas', 'as each sentinel sees them', of('replicas')),
    run('Inspect', 'Sentinels', 'as each of them sees the others', of('sentinels')),
    ...reportChoice(reports),
    SWITCH,
  ];
}

const inspecting = (of: (...words: string[]) => string[]): MenuChoice[] => [
  run('Inspect', SAFE_CHOICE, 'every node, and what every sentinel believes', of('status')),
  run('Inspect', 'Watch', 'the same, refreshed, with what changes', of('status', '--watch')),
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

/** The fixes that are one sentinelctl command without placeholders and repair something, each once, the first first. */
function fixesOf({ verdict, problems }: StatusResult, cluster: string): { words: string[]; about: string }[] {
  const first = { fix: verdict.next ?? '', message: verdict.cause ?? '' };
  const found = new Map<string, { words: string[]; about: string }>();
  for (const { fix, message } of [first, ...problems]) {
    const line = /^sentinelctl ([a-z][\w .:=-]*)$/.exec(fix)?.[1];
    if (line === undefined) continue;
    const words = line.split(' ');
    const at = words.indexOf('--cluster');
    // What is meant for another cluster is not a fix of this one.
    if (at !== -1 && words.splice(at, 2)[1] !== cluster) continue;
    const key = words.join(' ');
    const hasPlaceholder = words.some((word) => /^[A-Z]+$/.test(word));
    if (!REPAIRS.includes(words[0] ?? '') || hasPlaceholder || found.has(key)) continue;
    found.set(key, { words, about: message });
  }
  const fixes = [...found.values()];
  // Where everything has to come up in order, a single node is refused.
  const up = fixes.filter(({ words }) => words[0] === 'up');
  return (up.length > 0 ? up : fixes).slice(0, MOST_FIXES);
}

const servers = (status: StatusResult | undefined): { id: string; reachable: boolean }[] =>
  status === undefined ? [] : [...status.masters.flatMap((m) => m.nodes), ...status.sentinels];
const answering = (status: StatusResult | undefined): string[] =>
  servers(status).flatMap((s) => (s.reachable ? [s.id] : []));
const silent = (status: StatusResult | undefined): string[] =>
  servers(status).flatMap((s) => (s.reachable ? [] : [s.id]));
