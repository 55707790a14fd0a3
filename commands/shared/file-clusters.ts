import { clusterKeys } from '../../src/cli/cluster-keys.js';
import type { Context } from '../../src/cli/context.js';
import { toSettable } from '../../src/cli/parse.js';
import { notCreated, type Store } from '../../src/cluster/store/state.js';
import type { FileCluster } from '../../src/config/files.js';
import { resolveGlobals } from '../../src/config/globals.js';
import { resolveSettings } from '../../src/config/settings.js';
import { OperatorError, refused } from '../../src/errors.js';
import { sameAddress } from '../../src/model/address.js';
import type { AttachedCluster } from '../../src/model/attached.js';
import { shellWord } from '../../src/model/secrets.js';
import { attachAs, type Definition, definitionOf } from './attach-by.js';
import { ATTACH_OPTIONS, type AttachOptions } from './attach-options.js';

/** How long a cluster is not looked for again that was not found, in milliseconds: one command asks several times. */
const NOT_AGAIN_MS = 5000;

/** The attached cluster of this name in the project's file. */
export const inFile = (
  { fileClusters }: Pick<Context['globals'], 'fileClusters'>,
  cluster: string,
): FileCluster | undefined => fileClusters.find(({ name }) => name === cluster);

/** `/srv/shop/sentinelctl.yaml:3`. */
export const placeOf = ({ path, line }: FileCluster): string => `${path}:${line}`;

/**
 * A store in which the clusters of the project's file are attached ones. What the file says wins over what was written
 * down; a cluster that was not asked yet, or whose lines were changed, is attached when it is read.
 */
export function withFileClusters(store: Store, context: Context): Store {
  const { globals } = context;
  if (globals.fileClusters.length === 0) return store;
  return {
    ...store,
    async load(cluster) {
      const entry = inFile(globals, cluster);
      if (entry !== undefined) throw notCreated(cluster, placeOf(entry));
      return store.load(cluster);
    },
    async attached(cluster) {
      const entry = inFile(globals, cluster);
      return entry === undefined ? store.attached(cluster) : attachedBy(store, context, entry);
    },
    isAttached: async (cluster) =>
      inFile(globals, cluster) !== undefined || (await store.isAttached(cluster)),
    list: async () =>
      [...new Set([...(await store.list()), ...globals.fileClusters.map(({ name }) => name)])].sort(),
  };
}

/** The lines of an entry: while they are the same, it is the same cluster. They hold no secret. */
const linesOf = ({ entries }: FileCluster): string =>
  JSON.stringify([...entries].map(([key, { texts }]) => [key, ...texts]));

/** What looks for a cluster now, or lately found none; per command, or per menu. */
const looking = new WeakMap<readonly FileCluster[], Map<string, { atMs: number; found: Promise<unknown> }>>();

async function attachedBy(
  store: Store,
  context: Context,
  entry: FileCluster,
): Promise<AttachedCluster | undefined> {
  const { name } = entry;
  const known = await store.attached(name);
  if (known !== undefined && known.file?.lines === linesOf(entry)) return known;
  const { fileClusters } = context.globals;
  const all = looking.get(fileClusters) ?? new Map<string, { atMs: number; found: Promise<unknown> }>();
  looking.set(fileClusters, all);
  const earlier = all.get(name);
  const now = context.clock.now();
  const isLate = earlier !== undefined && now - earlier.atMs < NOT_AGAIN_MS;
  const found = isLate ? earlier.found : attachFromFile(context, store, entry);
  if (!isLate) all.set(name, { atMs: now, found });
  try {
    await found;
  } catch (error) {
    // What was found before is still known: a status shows what answers of it.
    const isSilent = error instanceof OperatorError && error.code === 'no-sentinel';
    if (known === undefined || !isSilent) throw error;
    const { recordedAs } = await import('../../src/cluster/attach.js');
    const { servers, attachedAtMs } = known;
    return { ...recordedAs(await definitionIn(context, entry)), servers, attachedAtMs };
  }
  return store.attached(name);
}

/** Attaches a cluster as the project's file says. Throws `cluster-exists` (3), and what `attach` throws. */
export async function attachFromFile(context: Context, store: Store, entry: FileCluster) {
  const { name, path } = entry;
  const definition = await definitionIn(context, entry);
  const known = await store.attached(name);
  if (known !== undefined && !isSame(known, definition, path)) throw otherCluster(entry, known);
  const own = known === undefined && (await store.list()).includes(name);
  if (own)
    throw refused('cluster-exists', `cluster "${name}" in ${placeOf(entry)} has the name of another one`, {
      why: 'sentinelctl created a cluster of this name on this machine',
      hint: `sed -n ${entry.line}p ${shellWord(path)} # give it another name there`,
    });
  return attachAs(withoutTyped(context, entry), store, definition);
}

/** Whether what was attached under this name is the cluster of the file: it came from there, or shares a sentinel. */
const isSame = (known: AttachedCluster, { sentinelAddrs }: Definition, path: string): boolean =>
  known.file?.path === path ||
  sentinelAddrs.some((address) =>
    [...known.sentinelAddrs, ...known.servers.map(({ announce }) => announce)].some((one) =>
      sameAddress(one, address),
    ),
  );

const otherCluster = (entry: FileCluster, { file }: AttachedCluster): OperatorError =>
  refused('cluster-exists', `cluster "${entry.name}" in ${placeOf(entry)} has the name of another one`, {
    why: `${file === undefined ? 'a cluster with other sentinels was attached' : `${file.path} has a cluster with other sentinels`} under this name on this machine`,
    hint: `sed -n ${entry.line}p ${shellWord(entry.path)} # give it another name there`,
  });

/** What the file says of a cluster, as if its lines had been typed. Throws usageError with file and line. */
async function definitionIn(context: Context, entry: FileCluster): Promise<Definition> {
  try {
    const definition = await definitionOf(
      withoutTyped(context, entry),
      entry.name,
      optionsIn(entry),
      undefined,
    );
    return { ...definition, file: { path: entry.path, lines: linesOf(entry) } };
  } catch (error) {
    throw error instanceof OperatorError ? withPlace(error, entry) : error;
  }
}

/** Values that cannot be combined say no line. */
function withPlace(error: OperatorError, entry: FileCluster): OperatorError {
  const { code, message, why, hint, exitCode } = error;
  if (`${message} ${why}`.includes(entry.path)) return error;
  const place = `it is in ${placeOf(entry)}`;
  const words = why === undefined ? place : `${why}; ${place}`;
  return new OperatorError({ code, message, why: words, hint, exitCode, cause: error });
}

const settableIn = () =>
  clusterKeys({ options: ATTACH_OPTIONS }).map((def) => ({ ...toSettable(def), flagOnly: false }));

/** Addresses may be a list, too. */
function settingsIn({ kind, path, entries }: FileCluster) {
  const texts = [...entries].map(([key, entry]) => {
    const isList = key === 'sentinel-addrs';
    return [key, isList ? { ...entry, texts: [entry.texts.join(',')] } : entry] as const;
  });
  return resolveSettings(settableIn(), {}, {}, [{ kind, path, entries: new Map(texts), clusters: [] }]);
}

function optionsIn(entry: FileCluster): AttachOptions {
  const settings = settingsIn(entry);
  return Object.fromEntries(
    Object.entries(ATTACH_OPTIONS).map(([key, def]) => [
      key,
      settings.get(toSettable(def).attribute)?.value ?? def.default,
    ]),
  ) as AttachOptions;
}

/** The command, with the sentinels and the logins of the file instead of those that were typed for it. */
function withoutTyped(context: Context, entry: FileCluster): Context {
  const { sentinelAddrs, masterName, ...said } = resolveGlobals(settingsIn(entry), {});
  const { passwordFile, sentinelPasswordFile, username, sentinelUsername, tls } = said;
  return {
    ...context,
    globals: {
      ...context.globals,
      ...{ sentinelAddrs, masterName, accessOptions: [] },
      ...{ passwordFile, sentinelPasswordFile, username, sentinelUsername, tls },
    },
  };
}
