import { badFile, type FileCluster, loadFiles, type SettingsFile } from '../config/files.js';
import { type Globals, resolveGlobals, withReadableApp } from '../config/globals.js';
import { type Origin, resolveSettings } from '../config/settings.js';
import type { OperatorError } from '../errors.js';
import { setAsked, setImplied, setNamed, setTyped } from '../model/hints.js';
import { nearest } from '../model/nearest.js';
import { clusterKeys } from './cluster-keys.js';
import { type Command, isRepeatable } from './command.js';
import { GLOBAL_OPTIONS } from './global-options.js';
import type { OptionDef } from './option.js';
import { type Parsed, toSettable } from './parse.js';
import type { Registry } from './registry.js';
import { unnamedCluster } from './which-cluster.js';
import type { World } from './world.js';

/** Flags > environment > project file > user file, for the command's own options and the common ones. */
export async function settle(
  def: Command,
  parsed: Parsed,
  world: World,
): Promise<{
  globals: Globals;
  options: Readonly<Record<string, unknown>>;
  color: boolean | undefined;
  /** What no flag gave: by the name of its option, where it came from. */
  elsewhere: ReadonlyMap<string, Origin>;
}> {
  const files = await loadFiles(world.cwd, world.env);
  const settable = [...Object.values(def.options), ...GLOBAL_OPTIONS].map(toSettable);
  await checkKeys(
    files,
    settable.map((o) => o.name),
    world.commands,
  );
  const fileClusters = files.flatMap((file) => file.clusters);
  await checkClusters(fileClusters, world.commands);
  const settings = resolveSettings(settable, parsed.flags, world.env, files);
  const options = Object.fromEntries(
    Object.entries(def.options).map(([key, own]) => [key, settledValue(own, settings)]),
  );
  const color = settings.get('color')?.value;
  const env = def.judgesApp?.(options) === true ? withReadableApp(world.env) : world.env;
  const named = resolveGlobals(settings, env, fileClusters);
  const isUnnamed = !named.clusterGiven && named.sentinelAddrs === null;
  // An attached cluster is interrupted only where its name was given, or is asked for.
  const isUnasked = named.confirm === null && (named.yes || !mayAsk(named, world));
  const takesOnly = def.creates === true ? 'never' : def.harmful === true && isUnasked ? 'made' : 'any';
  const chosen = await unnamedCluster(world, takesOnly, fileClusters);
  const elsewhere = resolveSettings(settable.filter(selects), {}, env, files);
  setImplied(elsewhere.size === 0 && !env.REDIS_SENTINEL_ADDRS && chosen.clusterFrom !== 'use');
  setNamed(!isUnnamed || chosen.clusterFrom !== 'default');
  setAsked(mayAsk(named, world));
  setTyped(
    def.name in world.commands && isRepeatable(def, parsed.words) ? [def.name, ...parsed.words] : null,
  );
  return {
    globals: isUnnamed ? { ...named, ...chosen } : named,
    options,
    elsewhere: new Map(
      settable.flatMap(({ name, attribute }) => {
        const origin = settings.get(attribute)?.origin;
        return origin === undefined || origin.from === 'flag' ? [] : [[name, origin]];
      }),
    ),
    color: typeof color === 'boolean' ? color : undefined,
  };
}

const selects = ({ attribute }: { attribute: string }): boolean =>
  attribute === 'cluster' || attribute === 'sentinelAddrs';

/** Whether a person is there to answer. */
export const mayAsk = (globals: Globals, { stdin, stderr }: World): boolean =>
  globals.input && globals.output !== 'json' && stdin.isTTY === true && stderr.isTTY === true;

/** What was given, else the default. */
function settledValue(def: OptionDef, settings: ReturnType<typeof resolveSettings>): unknown {
  const setting = settings.get(toSettable(def).attribute);
  if (setting === undefined) return def.default;
  return setting.value === true && def.alone !== undefined ? def.alone : setting.value;
}

/** A settings file serves all commands: a key that is unknown here may be an option of another one. */
async function checkKeys(
  files: readonly SettingsFile[],
  own: readonly string[],
  commands: Registry,
): Promise<void> {
  const bare = (key: string): string => key.replace(/^no-/, '');
  const unknown = files.flatMap((f) =>
    [...f.entries].filter(([k]) => !own.includes(bare(k))).map(([key, e]) => ({ f, key, e })),
  );
  if (unknown.length === 0) return;
  const modules = await Promise.all(Object.values(commands).map((entry) => entry.load()));
  const all = new Set([
    ...own,
    ...modules.flatMap((m) => Object.values(m.default.options).map((o) => toSettable(o).name)),
  ]);
  for (const { f, key, e } of unknown) {
    if (!all.has(bare(key))) throw unknownKey(f.path, e.line, key, all);
  }
}

/** The lines of a cluster in the project's file are options of `attach`. */
async function checkClusters(clusters: readonly FileCluster[], commands: Registry): Promise<void> {
  if (clusters.length === 0 || commands.attach === undefined) return;
  const { default: attach } = await commands.attach.load();
  const known = new Set(clusterKeys(attach).map((def) => toSettable(def).name));
  for (const { path, entries } of clusters)
    for (const [key, { line }] of entries) if (!known.has(key)) throw unknownKey(path, line, key, known);
}

function unknownKey(path: string, line: number, key: string, known: ReadonlySet<string>): OperatorError {
  const meant = nearest(key, known);
  return badFile(
    path,
    line,
    `unknown option "${key}"`,
    meant === undefined ? undefined : `did you mean "${meant}"?`,
  );
}
