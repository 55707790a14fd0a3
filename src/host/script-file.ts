import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { errnoOf } from '../errors.js';

/** What is at the path of a script, as execve(2) would take it; `unread`: it may be executed, and not read. */
export type ScriptState =
  | 'ok'
  | 'missing'
  | 'not executable'
  | 'unread'
  /** Its first line ends in CRLF: the interpreter's name has a carriage return. */
  | 'crlf'
  /** Text without `#!`: Sentinel starts it without a shell, and execve(2) answers ENOEXEC. */
  | 'no interpreter'
  /** Neither text nor a program of this system. */
  | 'not a program'
  | 'interpreter missing';

/** How much of a first line the kernel reads (binfmt_script.c, BINPRM_BUF_SIZE). */
const HEAD_BYTES = 256;

/** Whether Sentinel could run a script (sentinel.c asks access(2) at start, and execve(2) for each event). Never rejects. */
export async function scriptAt(path: string): Promise<ScriptState> {
  try {
    await access(path, constants.X_OK);
  } catch (error) {
    return errnoOf(error) === 'EACCES' ? 'not executable' : 'missing';
  }
  const head = await headOf(path);
  if (head === null) return 'unread';
  if (head.subarray(0, 4).equals(ELF)) return 'ok';
  const line = head.toString('latin1').split('\n')[0] ?? '';
  if (!line.startsWith('#!')) return head.includes(0) ? 'not a program' : 'no interpreter';
  if (line.endsWith('\r')) return 'crlf';
  const interpreter = line.slice(2).trim().split(/\s/)[0] ?? '';
  return access(interpreter, constants.X_OK).then(
    () => 'ok',
    () => 'interpreter missing',
  );
}

const ELF = Buffer.from('\x7fELF', 'latin1');

async function headOf(path: string): Promise<Buffer | null> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}
