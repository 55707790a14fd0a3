import { stateHome } from '../config/paths.js';
import { EXIT, OperatorError } from '../errors.js';
import { candidates } from './ask.js';
import type { Prompts } from './context.js';
import { interrupted } from './interrupts.js';
import { type KnownCluster, knownClusters } from './known.js';
import { type MenuChoice, type MenuState, menuChoices, type Question } from './menu-choices.js';
import { promptsOn } from './prompts.js';
import { painter, safeStream, wantsColor } from './streams.js';
import type { World } from './world.js';

/** Esc or q in a question: back, or out of the menu. */
class Left extends Error {}

/**
 * What `sentinelctl` alone shows on a terminal: choices that make sense now, each run as the command line that it
 * prints first. `given` are the options typed after `sentinelctl`; they go along with every command.
 * Answers 0 when it was left by q or Esc, 130 by Ctrl-C.
 */
export async function menu(
  world: World,
  given: readonly string[],
  run: (argv: readonly string[]) => Promise<number>,
): Promise<number> {
  const say = (text: string): Promise<void> => safeStream(world.stderr).write(text);
  const paint = painter(wantsColor(world.stderr, world.env, undefined));
  let current: string | null = named(given);
  try {
    for (;;) {
      const state = await readState(world, current);
      const choice = await choose(world, state);
      if (choice === undefined || choice.does.type === 'quit') return EXIT.ok;
      if (choice.does.type === 'switch') {
        current =
          (await answered(world, (p) =>
            pick(
              p,
              'Which cluster?',
              state.clusters.map((c) => c.name),
            ),
          )) ?? state.current;
        continue;
      }
      const { ask, words } = choice.does;
      const answer = ask === undefined ? [] : await answered(world, (p) => question(p, ask, state));
      if (answer === undefined) continue;
      const [name = '', ...rest] = words;
      const line = [name, ...answer, ...rest, ...otherOptions(given)];
      await say(`${paint('dim', '$')} ${paint('bold', `sentinelctl ${line.map(shellWord).join(' ')}`)}\n`);
      await run(line);
      await say('\n');
    }
  } catch (error) {
    if (error instanceof OperatorError && error.exitCode === EXIT.interrupted) return EXIT.interrupted;
    throw error;
  }
}

async function readState(world: World, wanted: string | null): Promise<MenuState> {
  const clusters: KnownCluster[] = await knownClusters(stateHome(world.env, world.cwd));
  const names = clusters.map((c) => c.name);
  const fallback = names.includes('default') ? 'default' : (names[0] ?? null);
  return { clusters, current: wanted !== null && names.includes(wanted) ? wanted : fallback };
}

function choose(world: World, state: MenuState): Promise<MenuChoice | undefined> {
  const choices = menuChoices(state);
  const title =
    state.current === null ? 'No cluster is known here. What next?' : `Cluster ${state.current}. What next?`;
  return answered(world, async (prompts) => {
    const name = await prompts.select(
      title,
      choices.map((c) => ({ value: c.name, name: c.name, description: c.description })),
    );
    return choices.find((c) => c.name === name);
  });
}

const pick = (prompts: Prompts, message: string, values: readonly string[]): Promise<string> =>
  prompts.select(
    message,
    values.map((value) => ({ value, name: value })),
  );

/** The words that complete a choice. */
async function question(prompts: Prompts, ask: Question, state: MenuState): Promise<string[]> {
  switch (ask) {
    case 'node':
      return [await pick(prompts, 'Which node?', candidates('node', state.clusters, state.current ?? ''))];
    case 'new-cluster':
      return ['--cluster', (await prompts.input('A name for the new cluster (Esc: back)')).trim()];
    case 'addresses':
      return [
        '--sentinel-addrs',
        (await prompts.input('Its sentinels, host:port,… (Esc: back)', 'localhost:26379')).trim(),
      ];
  }
}

/** Asks with Esc (and q, where a letter is no answer) as a way out: undefined then. */
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

/** The cluster that `--cluster NAME` or `--cluster=NAME` names among the words. */
function named(given: readonly string[]): string | null {
  const at = given.indexOf('--cluster');
  if (at !== -1) return given[at + 1] ?? null;
  return given.find((w) => w.startsWith('--cluster='))?.slice('--cluster='.length) ?? null;
}

/** Without the cluster, which each choice names by itself. */
function otherOptions(given: readonly string[]): string[] {
  const at = given.indexOf('--cluster');
  return given.filter(
    (word, i) => !word.startsWith('--cluster=') && (at === -1 || (i !== at && i !== at + 1)),
  );
}

/** A word as a shell would have to be given it. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
