import { candidates } from '../cli/ask.js';
import type { Prompts } from '../cli/interactive.js';
import { interrupted } from '../cli/interrupts.js';
import type { World } from '../cli/world.js';
import { type MenuChoice, type MenuState, menuChoices, type Question } from './menu-choices.js';
import { nodeChoices } from './node-choices.js';
import { promptsOn } from './prompts.js';

/** Esc or q in a question: back, or end of the menu. */
class Left extends Error {}

/** Which of several, the one that commands mean by default first; undefined for Esc. */
export function whichCluster(world: World, { clusters, current }: MenuState): Promise<string | undefined> {
  const width = Math.max(...clusters.map((c) => c.name.length));
  const ordered = [
    ...clusters.filter((c) => c.name === current),
    ...clusters.filter((c) => c.name !== current),
  ];
  return answered(world, (prompts) =>
    prompts.select(
      'Which cluster?',
      ordered.map(({ name, health = '' }) => ({
        value: name,
        name: `${name.padEnd(width)}  ${health}`.trimEnd(),
      })),
    ),
  );
}

/** What to do next; undefined for Esc. */
export function choose(world: World, state: MenuState): Promise<MenuChoice | undefined> {
  const choices = menuChoices(state);
  const health = state.clusters.find((c) => c.name === state.current)?.health;
  const title = `${titleOf(state, health)} What next?`;
  return answered(world, async (prompts) => {
    const name = await prompts.select(
      title,
      choices.map((c) => ({ value: c.name, name: c.name, description: c.description })),
    );
    return choices.find((c) => c.name === name);
  });
}

function titleOf({ current, given }: MenuState, health: string | undefined): string {
  if (current !== null) return `Cluster ${current}${health === undefined ? '' : ` is ${health}`}.`;
  return typeof given === 'string' ? `Cluster ${given} does not exist.` : 'No cluster exists.';
}

/** The words that complete a choice; undefined for Esc. */
export function completion(
  world: World,
  ask: Question,
  state: MenuState,
  command: string,
): Promise<string[] | undefined> {
  return answered(world, (prompts) => question(prompts, ask, state, command));
}

async function question(
  prompts: Prompts,
  ask: Question,
  { clusters, current }: MenuState,
  command: string,
): Promise<string[]> {
  switch (ask) {
    case 'node': {
      const ids = candidates('node', clusters, current ?? '');
      const status = clusters.find((c) => c.name === current)?.status;
      return [await prompts.select('Which node?', nodeChoices(ids, status, command))];
    }
    case 'new-cluster':
      return ['--cluster', (await prompts.input('A name for the new cluster (Esc: back)')).trim()];
    case 'addresses':
      return [
        '--sentinel-addrs',
        (await prompts.input('Its sentinels, host:port,… (Esc: back)', 'localhost:26379')).trim(),
      ];
  }
}

/** Asks; Esc, and q in a list, answer undefined. */
async function answered<T>(world: World, ask: (prompts: Prompts) => Promise<T>): Promise<T | undefined> {
  const way = new AbortController();
  let typing = false;
  const onKey = (_: unknown, key: { name?: string; ctrl?: boolean } | undefined): void => {
    if (key?.name === 'escape' || (key?.name === 'q' && key.ctrl !== true && !typing)) way.abort(new Left());
  };
  const prompts = promptsOn({
    stdin: world.stdin,
    stderr: world.stderr,
    signal: way.signal,
    before: () => {},
  });
  const watched: Prompts = {
    ...prompts,
    input: (message, initial) => {
      typing = true;
      return prompts.input(message, initial);
    },
  };
  world.stdin.on('keypress', onKey);
  const release = world.onInterrupt((what) => way.abort(what.kind === 'crash' ? what.error : interrupted()));
  try {
    return await ask(watched);
  } catch (error) {
    if (error instanceof Left) return undefined;
    throw error;
  } finally {
    world.stdin.removeListener('keypress', onKey);
    release();
  }
}
