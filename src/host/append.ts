import { open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../errors.js';
import { syncDirectory } from './files.js';

const LINE_BREAK = 0x0a;

/**
 * Appends one line to a file, and makes the file where there is none; on the disk when this resolves. A line that an
 * earlier writer did not get to the end of stays as it is, on a line of its own. Throws Node's own errors.
 */
export async function appendLine(path: string, line: string, mode: number): Promise<void> {
  const made = await isAbsent(path);
  const file = await open(path, 'a+', mode);
  try {
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    const broken = size > 0 && last[0] !== LINE_BREAK;
    await file.appendFile(`${broken ? '\n' : ''}${line}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  if (made) await syncDirectory(dirname(path));
}

async function isAbsent(path: string): Promise<boolean> {
  try {
    await stat(path);
    return false;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return true;
    throw error;
  }
}
