import { basename, dirname, join, normalize } from 'node:path';
import { kindOf, readText } from './disk.js';

/** Names that `docker compose` looks for without -f, in its order (compose-go, cli/options.go). */
const BASES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const OVERRIDES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];

/** Whether a file takes away what another one says, which is not followed. */
export const hasTags = (text: string): boolean => /(^|\s)!(reset|override)\b/m.test(text);
export const TAGS = '!reset and !override are not followed: give docker compose config > FILE';

/**
 * The files that `docker compose` reads in the directory of one of them: those of COMPOSE_FILE, else the one with a
 * default name and its override. A file with another name is given with -f, and others may stand beside it: they are not
 * the whole then.
 */
export async function projectFiles(
  file: string,
  shell: (name: string) => string | undefined,
): Promise<{ files: string[]; isWhole: boolean; unread: string[] }> {
  const directory = dirname(file);
  const own = normalize(file);
  const listed = shell('COMPOSE_FILE')?.split(shell('COMPOSE_PATH_SEPARATOR') ?? ':') ?? [];
  const beside = (name: string): string => join(directory, name);
  const named = listed.map(beside);
  const isListed = named.includes(own) && (await areThere(named));
  const all = isListed ? named : await withOverride(own, beside);
  const others = all.filter((one) => one !== own);
  const texts = await Promise.all(others.map(readText));
  const tagged = others.filter((_, i) => {
    const read = texts[i];
    return read !== undefined && 'text' in read && hasTags(read.text);
  });
  if (tagged.length > 0)
    return { files: [file], isWhole: false, unread: tagged.map((one) => `${one}: ${TAGS}`) };
  const isWhole = isListed || BASES.includes(basename(own));
  return { files: all.map((one) => (one === own ? file : one)), isWhole, unread: [] };
}

async function withOverride(own: string, beside: (name: string) => string): Promise<string[]> {
  const base = await firstOf(BASES.map(beside));
  const override = base === own ? await firstOf(OVERRIDES.map(beside)) : undefined;
  return override === undefined ? [own] : [own, override];
}

async function firstOf(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if ((await kindOf(path)) === 'file') return path;
  return undefined;
}

const areThere = async (paths: readonly string[]): Promise<boolean> =>
  (await Promise.all(paths.map(kindOf))).every((kind) => kind === 'file');
