import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { whyUnreadable } from '../../../errors.js';

/** More than any configuration has: something else was named by mistake. */
const MOST_BYTES = 4 * 1024 * 1024;

/** A file's text and which file it is, whatever its name; or why it cannot be read. */
export type ReadText = { text: string; identity: string } | { why: string };

/** Reads a text file of at most 4 MiB. Never throws. */
export async function readText(path: string): Promise<ReadText> {
  try {
    const { dev, ino, size } = await stat(path);
    if (size > MOST_BYTES) return { why: 'it is larger than 4 MiB' };
    return { text: await readFile(path, 'utf8'), identity: `${dev}:${ino}` };
  } catch (error) {
    return { why: whyUnreadable(error) };
  }
}

/** What is at a path. */
export async function kindOf(path: string): Promise<'file' | 'directory' | 'missing'> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'file';
  } catch {
    return 'missing';
  }
}

/** The files that `include` with `*` or `?` in its last part means, in order (glob(3), since Redis 7.0); else the path itself. */
export async function matching(path: string): Promise<string[]> {
  const pattern = basename(path);
  if (!/[*?]/.test(pattern)) return [path];
  const inRegex = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const names = await readdir(dirname(path)).catch(() => []);
  return names
    .filter(
      (name) => new RegExp(`^${inRegex}$`).test(name) && (!name.startsWith('.') || pattern.startsWith('.')),
    )
    .sort()
    .map((name) => join(dirname(path), name));
}
