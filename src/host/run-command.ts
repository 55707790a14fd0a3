import { execFile } from 'node:child_process';
import { errnoOf, messageOf } from '../errors.js';

/** How a program ended: what it printed, or why it failed. */
export type Ran = { ok: true; stdout: string } | { ok: false; why: string };

/** A log of some thousand lines is smaller. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Runs a program without a shell and without input, and ends it after `deadlineMs`. Rejects with the signal's reason. */
export function runCommand(
  [program = '', ...args]: readonly string[],
  {
    deadlineMs,
    signal,
    maxBytes = MAX_BYTES,
    env,
  }: {
    deadlineMs: number;
    signal?: AbortSignal | undefined;
    maxBytes?: number;
    env?: Readonly<Record<string, string | undefined>> | undefined;
  },
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const options = { timeout: deadlineMs, killSignal: 'SIGKILL', maxBuffer: maxBytes, signal } as const;
    const child = execFile(program, args, { ...options, ...(env && { env }) }, (error, stdout, stderr) => {
      if (signal?.aborted) return reject(signal.reason);
      if (error === null) return resolve({ ok: true, stdout });
      if (errnoOf(error) === 'ENOENT') return resolve({ ok: false, why: `program ${program} not found` });
      if (error.killed === true)
        return resolve({ ok: false, why: `it had not ended after ${deadlineMs / 1000} s` });
      // What it says on stderr is for the person; what it printed may be half a secret.
      const said = stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
      const code =
        typeof error.code === 'number' ? `it ended with exit code ${error.code}` : messageOf(error);
      resolve({ ok: false, why: said === '' ? code : `${code}: ${said}` });
    });
    child.stdin?.end();
  });
}
