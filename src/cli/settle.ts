import { badFile, loadFiles, type SettingsFile } from '../config/files.js';
import { resolveGlobals, withReadableApp } from '../config/globals.js';
import { nearest } from '../config/nearest.js';
import { resolveSettings } from '../config/settings.js';
import type { CommandDef, Input } from './command.js';
import { GLOBAL_OPTIONS } from './global-options.js';
import type { Globals } from './globals.js';
import { type Parsed, toSettable } from './parse.js';
import type { Registry } from './registry.js';
import type { World } from './world.js';

/** Flags > environment > project file > user file, for the command's own options and everybody's. */
export async function settle(
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
  const env = def.judgesApp?.(options) === true ? withReadableApp(world.env) : world.env;
  return {
    globals: resolveGlobals(settings, env),
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
