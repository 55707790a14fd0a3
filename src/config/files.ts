import { readFileSync } from 'node:fs';
import { errnoOf, messageOf, type OperatorError, usageError } from '../errors.js';
import { shellWord } from '../model/secrets.js';
import { CLUSTER_NAME } from '../model/spec.js';
import { BadYaml, type PlacedDocument, readYaml } from '../yaml.js';
import { shown } from './parsers.js';
import { type Env, projectFile, userFile } from './paths.js';

/** One line of a settings file; repeatable options may have several texts. */
interface FileEntry {
  texts: string[];
  line: number;
}

export interface SettingsFile {
  kind: 'project' | 'user';
  path: string;
  entries: ReadonlyMap<string, FileEntry>;
  /** The attached clusters below `clusters:`. */
  clusters: readonly FileCluster[];
}

/** An attached cluster in the project's file: its lines are options of `attach`, in a settings file of their own. */
export interface FileCluster extends Omit<SettingsFile, 'clusters'> {
  name: string;
  /** Where its name stands. */
  line: number;
}

/**
 * Reads the project's and the user's file, in this order, where they exist. Keys are option names without dashes
 * (`down-after: 2s`); a list, or a map for KEY=VALUE options, gives an option several times. The project's may hold
 * attached clusters under `clusters`.
 * Throws usageError with file and line for what cannot be read.
 */
export async function loadFiles(cwd: string, env: Env): Promise<SettingsFile[]> {
  const places = [
    { kind: 'project', path: projectFile(cwd) },
    { kind: 'user', path: userFile(env) },
  ] as const;
  const files: SettingsFile[] = [];
  for (const { kind, path } of places) {
    const text = textOf(path);
    if (text !== undefined) files.push({ kind, path, ...(await contentsOf({ kind, path }, text)) });
  }
  return files;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return undefined;
    throw badFile(path, undefined, messageOf(error));
  }
}

type Contents = Pick<SettingsFile, 'entries' | 'clusters'>;
type Origin = Pick<SettingsFile, 'kind' | 'path'>;

/** The key under which a project's file holds attached clusters. */
const CLUSTERS = 'clusters';

async function contentsOf(file: Origin, text: string): Promise<Contents> {
  const { path } = file;
  const placed = await readYaml(text).catch((error: unknown) => {
    throw error instanceof BadYaml ? badFile(path, error.place.line, error.message) : error;
  });
  const { contents } = placed.document;
  if (contents === null) return { entries: new Map(), clusters: [] };
  const entries = new Map<string, FileEntry>();
  let clusters: FileCluster[] = [];
  for (const { name, line, value } of pairsOf(placed, contents, path, 1)) {
    if (name === CLUSTERS) clusters = clustersOf(placed, value, { file, line });
    else entries.set(name, entryOf(placed, value, { path, line, name }));
  }
  return { entries, clusters };
}

interface FilePair {
  name: string;
  line: number;
  value: unknown;
}

/** The lines of a map. Throws usageError where it is not one. */
function pairsOf({ yaml, placeOf }: PlacedDocument, map: unknown, path: string, at: number): FilePair[] {
  if (!yaml.isMap(map)) throw badFile(path, at, 'expected lines of the form "option: value"');
  return map.items.map(({ key, value }) => ({
    name: yaml.isScalar(key) ? String(key.value) : '',
    line: placeOf(key).line,
    value,
  }));
}

function entryOf(
  { document }: PlacedDocument,
  value: unknown,
  { path, line, name }: { path: string; line: number; name: string },
): FileEntry {
  const plain: unknown =
    typeof value === 'object' && value !== null && 'toJS' in value
      ? (value as { toJS(of: typeof document): unknown }).toJS(document)
      : value;
  const texts = textsOf(plain);
  if (texts === undefined)
    throw badFile(path, line, `the value of ${shown(name)} is not a text, number, list or map`);
  return { texts, line };
}

function clustersOf(
  placed: PlacedDocument,
  map: unknown,
  { file, line: at }: { file: Origin; line: number },
): FileCluster[] {
  const { path, kind } = file;
  if (kind === 'user')
    throw badFile(path, at, `"${CLUSTERS}" is for sentinelctl.yaml in a project's directory`, ATTACH_HINT);
  return pairsOf(placed, map, path, at).map(({ name, line, value }) => {
    if (!CLUSTER_NAME.test(name))
      throw badFile(path, line, `${shown(name)} is not a cluster name: 1 to 40 of a-z, 0-9, - and _`);
    const entries = pairsOf(placed, value, path, line).map((pair): [string, FileEntry] => {
      if (/^(sentinel-)?password$/.test(pair.name)) throw passwordWritten(path, pair);
      return [pair.name, entryOf(placed, pair.value, { path, ...pair })];
    });
    return { ...file, name, line, entries: new Map(entries) };
  });
}

const ATTACH_HINT = 'sentinelctl attach NAME --sentinel-addrs HOST:PORT # for a cluster of your own';

/** The password itself is not part of the error. */
const passwordWritten = (path: string, { name, line }: FilePair): OperatorError =>
  badFile(
    path,
    line,
    'a password is never written into a settings file, only where it is',
    `sed -n ${line}p ${shellWord(path)} # write ${name}-env: NAME there instead, ${name}-file: FILE or ${name}-command: COMMAND`,
  );

const isPlain = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

function textsOf(value: unknown): string[] | undefined {
  if (isPlain(value)) return [String(value)];
  if (Array.isArray(value)) return value.every(isPlain) ? value.map(String) : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const pairs = Object.entries(value);
  return pairs.every(([, v]) => isPlain(v)) ? pairs.map(([k, v]) => `${k}=${String(v)}`) : undefined;
}

/** An error about a settings file, with its path and line. */
export function badFile(path: string, line: number | undefined, why: string, hint?: string): OperatorError {
  const place = line === undefined ? path : `${path}:${line}`;
  return usageError('settings-file', `cannot use the settings in ${place}`, {
    why,
    hint:
      hint ?? `${line === undefined ? 'cat' : `sed -n ${line}p`} ${shellWord(path)} # correct or remove it`,
  });
}
