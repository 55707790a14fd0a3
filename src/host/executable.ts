import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { errnoOf, whyUnreadable } from '../errors.js';

/** Why this user cannot execute a file, as a clause; undefined where it can. */
export async function whyNotExecutable(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isFile()) return 'it is not a file';
    await access(path, constants.X_OK);
    return undefined;
  } catch (error) {
    return errnoOf(error) === 'EACCES' ? 'it is not executable by this user' : whyUnreadable(error);
  }
}

/** The first executable of this name in PATH, absolute. */
export async function executableInPath(
  { PATH = '' }: Readonly<Record<string, string | undefined>>,
  name: string,
): Promise<string | undefined> {
  for (const directory of PATH.split(delimiter)) {
    if (directory === '') continue;
    const path = resolve(join(directory, name));
    if ((await whyNotExecutable(path)) === undefined) return path;
  }
  return undefined;
}
