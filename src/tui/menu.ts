import type { Command } from '../cli/command.js';
import { knownClusters } from '../cli/known.js';
import { firstLook } from '../cli/parse.js';
import { settle } from '../cli/settle.js';
import { painter, safeStream, wantsColor } from '../cli/streams.js';
import type { World } from '../cli/world.js';
import { stateHome } from '../config/paths.js';
import { EXIT, OperatorError } from '../errors.js';
import { choose, completion, whichCluster } from './menu-ask.js';
import type { MenuCluster, MenuState } from './menu-choices.js';
import { quickLook } from './quick-look.js';

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

/**
 * What `sentinelctl` alone shows on a terminal: choices that make sense now, each run as the command line that it
 * prints first. `words` are the options typed after `sentinelctl`; they go along with every command.
 * Answers 0 when it was left by q or Esc, 130 by Ctrl-C; undefined where the settings forbid questions.
 */
export async function menu(
  world: World,
  words: readonly string[],
  run: (argv: readonly string[]) => Promise<number>,
): Promise<number | undefined> {
  const { globals, color } = await settle(NO_COMMAND, firstLook(words), world);
  if (!globals.input) return undefined;
  const say = (text: string): Promise<void> => safeStream(world.stderr).write(text);
  const paint = painter(wantsColor(world.stderr, world.env, color));
  const given = globals.clusterGiven ? globals.cluster : null;
  try {
    let state = await readState(world, null, given);
    if (given === null && state.clusters.length > 1) {
      const current = await whichCluster(world, state);
      if (current === undefined) return EXIT.ok;
      state = { ...state, current };
    }
    for (;;) {
      const does = (await choose(world, state))?.does;
      if (does === undefined || does.type === 'quit') return EXIT.ok;
      if (does.type === 'switch') {
        state = { ...state, current: (await whichCluster(world, state)) ?? state.current };
        continue;
      }
      const [name = '', ...rest] = does.words;
      const answer = does.ask === undefined ? [] : await completion(world, does.ask, state, name);
      if (answer === undefined) continue;
      const line = [name, ...answer, ...rest, ...withoutCluster(words)];
      await say(`${paint('dim', '$')} ${paint('bold', `sentinelctl ${line.map(shellWord).join(' ')}`)}\n`);
      const code = await run(line);
      await say(code === EXIT.ok ? '\n' : `${paint('dim', `exit code ${code}`)}\n\n`);
      const made = does.ask === 'new-cluster' && code === EXIT.ok ? answer[1] : undefined;
      state = await readState(world, made ?? state.current, given);
    }
  } catch (error) {
    if (error instanceof OperatorError && error.exitCode === EXIT.interrupted) return EXIT.interrupted;
    throw error;
  }
}

/** Every cluster with a quick look at it, all at the same time. */
async function readState(world: World, wanted: string | null, given: string | null): Promise<MenuState> {
  const known = await knownClusters(stateHome(world.env, world.cwd));
  const clusters = await Promise.all(
    known.map(async (c): Promise<MenuCluster> => ({ ...c, ...(await quickLook(world, c.name)) })),
  );
  const names = clusters.map((c) => c.name);
  // A cluster that was named is never replaced by another one.
  const usual = given !== null || names.includes('default') ? (given ?? 'default') : names[0];
  const current = [wanted, usual].find((name) => typeof name === 'string' && names.includes(name));
  return { clusters, current: current ?? null, given };
}

/** Without the cluster, which each choice names by itself. */
function withoutCluster(given: readonly string[]): string[] {
  const at = given.indexOf('--cluster');
  return given.filter(
    (word, i) => !word.startsWith('--cluster=') && (at === -1 || (i !== at && i !== at + 1)),
  );
}

/** A word as a shell would have to be given it. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
