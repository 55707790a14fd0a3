import { badFile, loadFiles, type SettingsFile } from '../config/files.js';
import { resolveGlobals } from '../config/globals.js';
import { nearest } from '../config/nearest.js';
import { resolveSettings } from '../config/settings.js';
import { EXIT, type ExitCode, OperatorError } from '../errors.js';
import { completeArguments } from './ask.js';
import type { CommandDef, Input } from './command.js';
import type { Context } from './context.js';
import { GLOBAL_OPTIONS } from './global-options.js';
import type { Globals } from './globals.js';
import { armInterrupts, type Interrupts } from './interrupts.js';
import { checkOutput, formatResult } from './output.js';
import { type Parsed, toSettable } from './parse.js';
import { type ProgressReader, progressReader } from './progress.js';
import { promptsOn } from './prompts.js';
import type { Registry } from './registry.js';
import { ClosedPipe, columnsOf, safeStream, wantsColor } from './streams.js';
import type { World } from './world.js';

/** How errors are to be shown; refined as soon as more is known than the bare words. */
export interface Shown {
  json: boolean;
  color: boolean | undefined;
}

/** Settles every option, runs the command and prints its result. Throws what an operator must read. */
export async function runCommand(
  def: CommandDef,
  parsed: Parsed,
  world: World,
  shown: Shown,
): Promise<number> {
  const { globals, options, color } = await settle(def, parsed, world);
  shown.json = globals.output === 'json';
  shown.color = color;
  checkOutput(def, globals.output);
  const stderr = safeStream(world.stderr);
  const progress = progressReader({
    stream: world.stderr,
    out: stderr,
    clock: world.clock,
    color: wantsColor(world.stderr, world.env, color),
    columns: columnsOf(world.stderr, world.env),
    quiet: globals.quiet,
  });
  const interrupts = armInterrupts(world, progress.say);
  try {
    if (globals.timeoutMs !== null) interrupts.abortAfter(globals.timeoutMs);
    const context = contextOf(world, globals, color, progress, interrupts);
    const args = await completeArguments(def, parsed.words, {
      world,
      prompts: context.prompts,
      cluster: globals.cluster,
    });
    return await runAndPrint(def, context, { args, options }, progress, world);
  } finally {
    progress.close();
    interrupts.disarm();
  }
}

/** Flags > environment > project file > user file, for the command's own options and everybody's. */
async function settle(
  def: CommandDef,
  parsed: Parsed,
  world: World,
): Promise<{ globals: Globals; options: Input['options']; color: boolean | undefined }> {
  const files = await loadFiles(world.cwd, world.env);
  const own = (def.options ?? []).map(toSettable);
  const settable = [...own, ...GLOBAL_OPTIONS.map(toSettable)];
  await checkKeys(
    files,
    settable.map((o) => o.name),
    world.commands,
  );
  const settings = resolveSettings(settable, parsed.flags, world.env, files);
  const options = Object.fromEntries(
    own.flatMap(({ attribute }) => {
      const setting = settings.get(attribute);
      return setting === undefined ? [] : [[attribute, setting.value]];
    }),
  );
  const color = settings.get('color')?.value;
  return {
    globals: resolveGlobals(settings, world.env),
    options,
    color: typeof color === 'boolean' ? color : undefined,
  };
}

/** A settings file serves all commands: a key that this one doesn't know is looked for in the others. */
async function checkKeys(
  files: readonly SettingsFile[],
  own: readonly string[],
  commands: Registry,
): Promise<void> {
  const bare = (key: string): string => key.replace(/^no-/, '');
  const strange = files.flatMap((f) =>
    [...f.entries].filter(([k]) => !own.includes(bare(k))).map(([key, e]) => ({ f, key, e })),
  );
  if (strange.length === 0) return;
  const modules = await Promise.all(Object.values(commands).map((entry) => entry.load()));
  const all = new Set([
    ...own,
    ...modules.flatMap((m) => (m.default.options ?? []).map((o) => toSettable(o).name)),
  ]);
  for (const { f, key, e } of strange) {
    if (all.has(bare(key))) continue;
    const meant = nearest(key, all);
    throw badFile(
      f.path,
      e.line,
      `there is no option "${key}"`,
      meant === undefined ? undefined : `did you mean "${meant}"?`,
    );
  }
}

function contextOf(
  world: World,
  globals: Globals,
  color: boolean | undefined,
  progress: ProgressReader,
  interrupts: Interrupts,
): Context {
  const out = safeStream(world.stdout);
  const mayAsk =
    globals.input && globals.output !== 'json' && world.stdin.isTTY === true && world.stderr.isTTY === true;
  const { signal } = interrupts;
  return {
    clock: world.clock,
    env: world.env,
    globals,
    signal,
    progress: progress.on,
    write(text) {
      progress.clear();
      return out.write(text);
    },
    prompts: mayAsk
      ? promptsOn({ stdin: world.stdin, stderr: world.stderr, signal, before: progress.clear })
      : null,
    stdout: {
      isTTY: world.stdout.isTTY === true,
      columns: columnsOf(world.stdout, world.env),
      color: wantsColor(world.stdout, world.env, color),
    },
  };
}

async function runAndPrint(
  def: CommandDef,
  context: Context,
  input: Input,
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
  if (result !== undefined) {
    const text = await formatResult(def, result, globals.output, stdout, stdout.isTTY);
    await safeStream(world.stdout).write(text).catch(unlessClosed);
  }
  const code = result === undefined ? EXIT.ok : (def.exitCode?.(result) ?? EXIT.ok);
  // A command that was interrupted and still had something to say was interrupted all the same.
  return signal.aborted && signal.reason instanceof OperatorError && code !== EXIT.notRestored
    ? signal.reason.exitCode
    : code;
}

function unlessClosed(error: unknown): void {
  if (!(error instanceof ClosedPipe)) throw error;
}

/** After an abort whatever breaks is its consequence, except that things could not be put back. */
function firstCause(error: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted) return error;
  return error instanceof OperatorError && error.exitCode === EXIT.notRestored ? error : signal.reason;
}
