import type { KnownCluster } from '../cli/known.js';
import { DRIVER_NAMES } from '../model/drivers.js';
import type { Problem, StatusResult } from '../model/status.js';

/** A cluster as a quick look shows it; `health` and `status` are absent where the look took too long. */
export interface MenuCluster extends KnownCluster {
  health?: 'healthy' | 'unhealthy' | 'down';
  status?: StatusResult;
}

/** What the menu knows when it decides what makes sense now. */
export interface MenuState {
  clusters: readonly MenuCluster[];
  /** The cluster that the next command would work on; null while there is none. */
  current: string | null;
  /** The cluster that was asked for by name, whether there is one of that name or not. */
  given?: string | null;
}

/** What still has to be asked before a choice is a whole command line. */
export type Question = 'node' | 'new-cluster' | 'addresses';

export interface MenuChoice {
  name: string;
  description: string;
  does: { type: 'run'; words: string[]; ask?: Question } | { type: 'switch' } | { type: 'quit' };
}

/** The choices that make sense now, the likeliest first. */
export function menuChoices(state: MenuState): MenuChoice[] {
  const current = state.clusters.find((c) => c.name === state.current);
  if (current === undefined) {
    const named = typeof state.given === 'string' ? ['--cluster', state.given] : [];
    const others = state.clusters.length > 0 ? [SWITCH] : [];
    return [...UP.map((choice) => withWords(choice, named)), ...others, ATTACHED, HELP, QUIT];
  }
  const on = (words: string[], name: string, description: string, ask?: Question): MenuChoice => ({
    name,
    description,
    does: {
      type: 'run',
      words: [...words, '--cluster', current.name],
      ...(ask === undefined ? {} : { ask }),
    },
  });
  const status = on(['status'], 'Status', 'the state of every node and the view of every sentinel');
  const watch = on(['status', '--watch'], 'Watch', 'the same, refreshed, with what changes');
  const drill = on(
    ['failover-test'],
    'Failover test',
    'kill the master, measure the failover, prove the rejoin',
  );
  const start = on(['start'], 'Start a node', 'a data node as a replica of the current master', 'node');
  const again = on(['up'], 'Up', 'start the nodes that are down');
  const suggested = current.health === 'unhealthy' ? suggestion(current.status?.problems[0]) : undefined;
  return [
    ...(current.health === 'down' ? [again, status] : [status]),
    ...(suggested === undefined ? [] : [on(suggested.words, suggested.name, suggested.description)]),
    ...(current.health === 'unhealthy' ? [start] : []),
    ...(current.health === 'down' ? [] : [drill, watch]),
    on(['master-addr'], 'Who is master', 'ask every sentinel'),
    on(['logs', '--tail', '50'], 'Logs', 'the last lines of all nodes, merged by time'),
    on(['kill'], 'Kill a node', 'and see what the sentinels do', 'node'),
    ...(current.health === 'unhealthy' ? [] : [start]),
    on(['env'], 'Variables', 'the settings that an application needs'),
    on(['down'], 'Down', `remove ${current.name}`),
    ...(state.clusters.length > 1 ? [SWITCH] : []),
    ANOTHER,
    ATTACHED,
    HELP,
    QUIT,
  ];
}

const withWords = (choice: MenuChoice, more: readonly string[]): MenuChoice =>
  choice.does.type === 'run'
    ? { ...choice, does: { ...choice.does, words: [...choice.does.words, ...more] } }
    : choice;

/** The fix of the first problem, if it is one sentinelctl command without placeholders. */
function suggestion(
  problem: Problem | undefined,
): { words: string[]; name: string; description: string } | undefined {
  const line = /^sentinelctl ([a-z][\w .:=-]*)$/.exec(problem?.fix ?? '')?.[1];
  if (problem === undefined || line === undefined) return undefined;
  const words = line.split(' ');
  const at = words.indexOf('--cluster');
  if (at !== -1) words.splice(at, 2);
  const isStatus = words[0] === 'status';
  if (isStatus || words.some((word) => /^[A-Z]+$/.test(word))) return undefined;
  const name = words.join(' ');
  return { words, name: `${name.charAt(0).toUpperCase()}${name.slice(1)}`, description: problem.message };
}

const ANOTHER: MenuChoice = {
  name: 'Up, another one',
  description: 'a second cluster beside it, on free ports',
  does: { type: 'run', words: ['up', '--port', 'auto', '--sentinel-port', 'auto'], ask: 'new-cluster' },
};
const UP: MenuChoice[] = [
  {
    name: 'Up',
    description: '1 master, 2 replicas, 3 sentinels, on Docker if a Docker Engine answers',
    does: { type: 'run', words: ['up'] },
  },
  {
    name: 'Up, as plain processes',
    description: 'the same without Docker, on free ports',
    does: {
      type: 'run',
      words: ['up', '--driver', DRIVER_NAMES[0], '--port', 'auto', '--sentinel-port', 'auto'],
    },
  },
];
const ATTACHED: MenuChoice = {
  name: 'Attached cluster',
  description: 'status of a cluster, by the addresses of its sentinels',
  does: { type: 'run', words: ['status'], ask: 'addresses' },
};
const SWITCH: MenuChoice = {
  name: 'Another cluster',
  description: 'choose one',
  does: { type: 'switch' },
};
const HELP: MenuChoice = {
  name: 'Help',
  description: 'all commands',
  does: { type: 'run', words: ['--help'] },
};
const QUIT: MenuChoice = { name: 'Quit', description: 'q, Esc or Ctrl-C', does: { type: 'quit' } };
