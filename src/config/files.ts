import { readFileSync } from 'node:fs';
import { errnoOf, messageOf, type OperatorError, usageError } from '../errors.js';
import { shellWord } from '../model/secrets.js';
import { BadYaml, readYaml } from '../yaml.js';
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
}

/**
 * Reads the project's and the user's file, in this order, where they exist. Keys are option names without dashes
 * (`down-after: 2s`); a list, or a map for KEY=VALUE options, gives an option several times.
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
    if (text !== undefined) files.push({ kind, path, entries: await entriesOf(path, text) });
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

async function entriesOf(path: string, text: string): Promise<Map<string, FileEntry>> {
  const { document, placeOf, yaml } = await readYaml(text).catch((error: unknown) => {
    throw error instanceof BadYaml ? badFile(path, error.place.line, error.message) : error;
  });
  const entries = new Map<string, FileEntry>();
  if (document.contents === null) return entries;
  if (!yaml.isMap(document.contents)) throw badFile(path, 1, 'expected lines of the form "option: value"');
  for (const { key, value } of document.contents.items) {
    const line = placeOf(key).line;
    const name = yaml.isScalar(key) ? String(key.value) : '';
    const plain: unknown =
      typeof value === 'object' && value !== null && 'toJS' in value ? value.toJS(document) : value;
    const texts = textsOf(plain);
    if (texts === undefined)
      throw badFile(path, line, `the value of ${shown(name)} is not a text, number, list or map`);
    entries.set(name, { texts, line });
  }
  return entries;
}

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
