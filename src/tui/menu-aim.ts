import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from '../cli/command.js';
import { isAttached, knownClusters } from '../cli/known.js';
import { firstLook } from '../cli/parse.js';
import { reportsIn } from '../cli/reports.js';
import { settle } from '../cli/settle.js';
import type { World } from '../cli/world.js';
import type { Globals } from '../config/globals.js';
import { stateHome } from '../config/paths.js';
import type { MenuState, MenuTarget } from './menu-state.js';

/** `sentinelctl` alone takes only the common options. */
const NO_COMMAND: Command = {
  name: 'menu',
  summary: 'what makes sense now',
  examples: [],
  arguments: [],
  options: {},
  run: () => Promise.resolve(undefined),
  render: () => '',
};

/** Options that select a cluster, each with a value. */
const SELECTING = [
  ...['--cluster', '-c', '--sentinel-addrs', '--master-name', '--password-file'],
  ...['--ca', '--cert', '--key', '--server-name'],
];

/** A cluster that the menu is about, and the options that lead to it. */
export interface Aim {
  target: MenuTarget;
  globals: Globals;
  /** The cluster that the environment or a settings file names; null where they name none. */
  ambient: string | null;
}

/** The options of a command line without a command. Throws usageError for those that make no sense. */
export const settled = (world: World, words: readonly string[]): ReturnType<typeof settle> =>
  settle(NO_COMMAND, firstLook(words), world);

/** The words that select a cluster, and the others, which go along with every command. */
export function splitWords(words: readonly string[]): { selecting: string[]; others: string[] } {
  const selecting: string[] = [];
  const others: string[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? '';
    if (SELECTING.includes(word)) {
      selecting.push(word, words[i + 1] ?? '');
      i += 1;
    } else (SELECTING.some((name) => word.startsWith(`${name}=`)) ? selecting : others).push(word);
  }
  return { selecting, others };
}

/** The cluster that these words select; the settings decide where they select none. */
export async function aimAt(world: World, words: readonly string[]): Promise<Aim> {
  const { globals } = await settled(world, words);
  const { selecting, others } = splitWords(words);
  const unasked = (await settled(world, others)).globals;
  const ambient = unasked.clusterGiven ? unasked.cluster : null;
  const target: MenuTarget =
    globals.sentinelAddrs !== null
      ? { kind: 'attached', name: null, words: selecting }
      : globals.clusterGiven || globals.clusterFrom === 'use'
        ? named(globals.cluster, selecting)
        : { kind: 'none', named: null };
  return { target, globals, ambient };
}

const named = (name: string, selecting: readonly string[], attached = false): MenuTarget => {
  const isSelected = selecting.some((w) => w === '-c' || w.startsWith('--cluster'));
  const words = isSelected ? selecting : ['--cluster', name, ...selecting];
  return attached ? { kind: 'attached', name, words } : { kind: 'own', name, words };
};

/** The target after a look around: it may have been removed or created meanwhile. Never another one than was named. */
export function targetNow(target: MenuTarget, { clusters, look }: MenuState, usual: string): MenuTarget {
  const names = clusters.map((c) => c.name);
  const isThereAttached = (name: string): boolean => clusters.some((c) => c.name === name && isAttached(c));
  switch (target.kind) {
    case 'own':
      if (!names.includes(target.name)) return { kind: 'none', named: target.name };
      return isThereAttached(target.name) ? named(target.name, target.words, true) : target;
    case 'attached': {
      if (target.name !== null)
        return names.includes(target.name) ? target : { kind: 'none', named: target.name };
      // The addresses of a cluster that sentinelctl created mean that cluster.
      const name = look !== null && 'status' in look ? look.status.cluster : '';
      return names.includes(name) ? named(name, []) : target;
    }
    case 'none': {
      const name = target.named ?? (names.includes(usual) ? usual : (names[0] ?? ''));
      return names.includes(name) ? named(name, [], isThereAttached(name)) : target;
    }
  }
}

/** The clusters that are known on this machine. */
export const clustersHere = (
  world: World,
  { fileClusters }: Pick<Globals, 'fileClusters'>,
): Promise<MenuState['clusters']> => knownClusters(stateHome(world.env, world.cwd), fileClusters);

/** Whether the target has recorded tests, and the reports in the working directory. */
export async function resultsOf(
  world: World,
  target: MenuTarget,
): Promise<Pick<MenuState, 'hasHistory' | 'reports'>> {
  const history =
    target.kind !== 'none' && target.name !== null
      ? isThere(join(stateHome(world.env, world.cwd), 'history', `${target.name}.ndjson`))
      : false;
  const [hasHistory, reports] = await Promise.all([history, reportsIn(world.cwd)]);
  return { hasHistory, reports };
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
