import { dirname, isAbsolute, join } from 'node:path';
import { parseDotenv } from '../../files/compose/interpolate.js';
import { at, itemsOf, type Tree, textOf } from '../../files/compose/tree.js';
import { readText } from './disk.js';

/** Compose files that are one model: each of them changes those before it. */
export interface Model {
  files: string[];
  /** What their paths are relative to. */
  directory: string;
  /** The environment that they are read with. */
  shell: (name: string) => string | undefined;
  /** The files that included it, from the first one. */
  chain: readonly string[];
}

/**
 * What one entry of `include:` brings in (compose-spec, 14-include; compose-go, ApplyInclude): its paths and its
 * env_file are relative to the including project, the paths in its files to project_directory, or to the first file.
 */
export async function includedBy(item: Tree, from: Model): Promise<Model | { why: string }> {
  const [first = ''] = from.files;
  const texts = (name: string): string[] => itemsOf(at(item, name)).flatMap((p) => textOf(p) ?? []);
  const paths = item.kind === 'map' ? texts('path') : [textOf(item) ?? ''];
  const unreadable = (why: string): { why: string } => ({
    why: `include ${paths.join(', ')} (${first}:${item.line}): ${why}`,
  });
  const beside = (path: string): string => (isAbsolute(path) ? path : join(from.directory, path));
  const files = paths.map(beside);
  const [main] = files;
  if (main === undefined) return unreadable('it names no file');
  if ([...from.chain, ...from.files].includes(main)) return unreadable('files include one another');
  const reads = await Promise.all(files.map(readText));
  for (const read of reads) if ('why' in read) return unreadable(read.why);
  if (reads.some((read) => 'text' in read && /(^|\s)!(reset|override)\b/m.test(read.text)))
    return unreadable('!reset and !override are not followed: give docker compose config > FILE');
  const [given] = texts('project_directory');
  const directory = given === undefined ? dirname(main) : beside(given);
  const set = new Map<string, string>();
  const named = texts('env_file').map(beside);
  for (const file of named.length > 0 ? named : [join(directory, '.env')]) {
    const read = await readText(file);
    if ('text' in read) for (const [name, value] of parseDotenv(read.text)) set.set(name, value);
    else if (named.length > 0) return unreadable(`env_file ${file}: ${read.why}`);
  }
  // What the including project has set stands over it.
  const shell = (name: string): string | undefined => from.shell(name) ?? set.get(name);
  return { files, directory, shell, chain: [...from.chain, ...from.files] };
}
