import { reasonOf } from '../cli/interrupts.js';
import { canDraw, painter, safeStream, wantsColor } from '../cli/streams.js';
import type { World } from '../cli/world.js';
import { EXIT, isInterruption } from '../errors.js';
import { aimAt, settled, splitWords } from './menu-aim.js';
import { chooseCommand } from './menu-choose.js';
import { pressedKey } from './screen.js';

/**
 * What `sentinelctl` alone shows on a terminal: choices that make sense now, each run as the command line that it
 * shows first. `words` are the options typed after `sentinelctl`; they go along with every command.
 * Answers 0 when it was left by q or Esc, 130 by Ctrl-C, 143 by SIGTERM; undefined where the settings forbid questions
 * or the terminal cannot be drawn on.
 */
export async function menu(
  world: World,
  words: readonly string[],
  run: (argv: readonly string[]) => Promise<number>,
): Promise<number | undefined> {
  const { globals, color } = await settled(world, words);
  if (!globals.input || !canDraw(world)) return undefined;
  const say = (text: string): Promise<void> => safeStream(world.stderr).write(text);
  const paint = painter(wantsColor(world.stderr, world.env, color));
  const { others } = splitWords(words);
  let aim = await aimAt(world, words);
  let isFirst = true;
  try {
    for (;;) {
      const chosen = await interruptibly(world, (signal) =>
        chooseCommand(
          { world, signal, color: wantsColor(world.stdout, world.env, color), others },
          aim,
          isFirst,
        ),
      );
      if (chosen === undefined) return EXIT.ok;
      aim = chosen.aim;
      isFirst = false;
      await say(`${paint('dim', '$')} ${paint('bold', chosen.line)}\n`);
      const code = await run(chosen.words);
      if (chosen.created !== undefined && code === EXIT.ok)
        aim = await aimAt(world, ['--cluster', chosen.created, ...others]);
      // A watch that was left by q leaves nothing to read.
      if (chosen.words.includes('--watch') && code <= EXIT.violated) continue;
      if (code !== EXIT.ok) await say(`${paint('dim', `exit code ${code}`)}\n`);
      const asked = { prompt: paint('dim', 'Enter: menu  q: quit'), names: GOES_ON };
      const goesOn = await interruptibly(world, (signal) => pressedKey(world, asked, signal));
      await say('\r\x1b[K');
      if (!goesOn) return EXIT.ok;
    }
  } catch (error) {
    if (isInterruption(error)) return error.exitCode;
    throw error;
  }
}

/** Esc goes back, as it does in every list below the menu. */
const GOES_ON = ['return', 'space', 'escape'];

/** Work that a signal or an uncaught exception aborts. */
async function interruptibly<T>(world: World, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const release = world.onInterrupt((what) => stop.abort(reasonOf(what)));
  try {
    return await work(stop.signal);
  } finally {
    release();
  }
}
