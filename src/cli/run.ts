import type { Globals } from '../config/globals.js';
import { EXIT, type ExitCode, OperatorError } from '../errors.js';
import type { OnProgress } from '../model/events.js';
import { argumentValues } from './argument.js';
import { completeArguments } from './ask.js';
import { type Command, Streamed } from './command.js';
import type { Context } from './context.js';
import type { PromptOptions, Prompts } from './interactive.js';
import { armInterrupts, type Interrupts } from './interrupts.js';
import { withOrigin } from './name-origin.js';
import { checkOutput, formatResult } from './output.js';
import type { Parsed } from './parse.js';
import { type ProgressReader, progressReader } from './progress.js';
import { mayAsk, settle } from './settle.js';
import {
  ClosedPipe,
  canDraw,
  canMove,
  columnsOf,
  isUnbroken,
  rowsOf,
  safeStream,
  wantsColor,
} from './streams.js';
import type { World } from './world.js';

/** How errors are shown; updated when the options are resolved. */
export interface Shown {
  json: boolean;
  color: boolean | undefined;
}

/** Settles every option, runs the command and prints its result. Throws what an operator must read. */
export async function runCommand(
  def: Command,
  parsed: Parsed,
  world: World,
  shown: Shown,
  line: readonly string[],
): Promise<number> {
  const { globals, options, color, elsewhere } = await settle(def, parsed, world);
  shown.json = globals.output === 'json';
  shown.color = color;
  checkOutput(def, globals);
  const stderr = safeStream(world.stderr);
  const progress = progressReader({
    stream: world.stderr,
    out: stderr,
    clock: world.clock,
    color: wantsColor(world.stderr, world.env, color),
    columns: () => columnsOf(world.stderr, world.env),
    rows: () => rowsOf(world.stderr),
    live: canMove(world.stderr, world.env) && options.verbose !== true,
    quiet: globals.quiet,
    takeKeys: world.takeKeys,
  });
  let left: readonly string[] | null = null;
  const onProgress: OnProgress = (event) => {
    if (event.type === 'left') left = event.undo.toReversed();
    else progress.on(event);
  };
  const interrupts = armInterrupts(world, progress.say, () => {
    // A spinner would overwrite the line.
    progress.close();
    const words = def.cutOff?.(globals, left, options) ?? null;
    if (words !== null) progress.say(words);
  });
  const endings: ((exitCode: number) => Promise<void>)[] = [];
  const ended = async (exitCode: number): Promise<void> => {
    for (const ending of endings.splice(0)) await ending(exitCode);
  };
  try {
    if (globals.timeoutMs !== null && def.keepsTime !== true) interrupts.abortAfter(globals.timeoutMs);
    const context = {
      ...contextOf(world, globals, color, progress, interrupts),
      progress: onProgress,
      line,
      atEnd: (ending: (typeof endings)[number]) => void endings.push(ending),
    };
    const words = await completeArguments(def, parsed.words, {
      world,
      prompts: context.prompts,
      cluster: globals.cluster,
      fileClusters: globals.fileClusters,
    });
    const args = argumentValues(def.arguments, words, def.name);
    const code = await runAndPrint(def, context, { args, options }, progress, world);
    await ended(code);
    return code;
  } catch (error) {
    await ended(error instanceof OperatorError ? error.exitCode : EXIT.violated);
    throw withOrigin(error, elsewhere);
  } finally {
    progress.close();
    interrupts.disarm();
  }
}

function contextOf(
  world: World,
  globals: Globals,
  color: boolean | undefined,
  progress: ProgressReader,
  interrupts: Interrupts,
): Omit<Context, 'line' | 'atEnd' | 'progress'> {
  const out = safeStream(world.stdout);
  const { signal } = interrupts;
  return {
    clock: world.clock,
    env: world.env,
    globals,
    signal,
    write(text) {
      progress.clear();
      return out.write(text);
    },
    prompts: mayAsk(globals, world)
      ? promptsOf(world, { stdin: world.stdin, stderr: world.stderr, signal, before: progress.clear })
      : null,
    stdout: {
      isTTY: world.stdout.isTTY === true,
      columns: columnsOf(world.stdout, world.env),
      color: wantsColor(world.stdout, world.env, color),
      unbroken: isUnbroken(world.stdout, world.env),
    },
    openScreen: canDraw(world) ? async () => (await world.interactive()).openScreen(world) : null,
  };
}

/** What asks is loaded with the first question. */
function promptsOf(world: World, options: PromptOptions): Prompts {
  const prompts = async (): Promise<Prompts> => (await world.interactive()).promptsOn(options);
  return {
    select: async (question, choices) => (await prompts()).select(question, choices),
    input: async (question, initial) => (await prompts()).input(question, initial),
    confirm: async (question) => (await prompts()).confirm(question),
  };
}

async function runAndPrint(
  def: Command,
  context: Context,
  input: Parameters<Command['run']>[1],
  progress: ProgressReader,
  world: World,
): Promise<ExitCode> {
  const { signal, globals, stdout } = context;
  let result: unknown;
  try {
    result = await def.run(context, input);
  } catch (error) {
    throw firstCause(error, signal);
  }
  progress.close();
  if (result instanceof Streamed) return result.exitCode;
  const code = result === undefined ? EXIT.ok : (def.exitCode?.(result) ?? EXIT.ok);
  const isCut = signal.aborted && code !== EXIT.notRestored;
  // An uncaught exception is a bug, which no result of what was cut short may hide.
  if (isCut && !(signal.reason instanceof OperatorError)) throw signal.reason;
  if (result !== undefined) {
    const text = await formatResult(def, result, globals, stdout, stdout.isTTY);
    await safeStream(world.stdout).write(text).catch(unlessClosed);
  }
  // An interrupted command keeps the exit code of the interruption, also when it still prints a result.
  return isCut ? signal.reason.exitCode : code;
}

function unlessClosed(error: unknown): void {
  if (!(error instanceof ClosedPipe)) throw error;
}

/** Whether it is the interruption itself, with what the run did until then. */
function isAccountOf(error: unknown, reason: unknown): boolean {
  for (let one = error; one instanceof OperatorError; one = one.cause) if (one === reason) return true;
  return false;
}

/** After an abort every error is its consequence, except a failed rollback. */
function firstCause(error: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted) return error;
  const isToldApart = error instanceof OperatorError && error.exitCode === EXIT.notRestored;
  return isToldApart || isAccountOf(error, signal.reason) ? error : signal.reason;
}
