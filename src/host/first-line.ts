import { execFile } from 'node:child_process';
import { errnoOf, messageOf } from '../errors.js';

/** How a command that prints a secret ended: its first line, or why there is none. Never what it printed otherwise. */
export type FirstLine = { ok: true; line: string } | { ok: false; why: string };

/** More than any password manager prints; a command that prints more is another one. */
const MAX_BYTES = 64 * 1024;

/** Runs a program without a shell, ends it after `deadlineMs`, and reads the first line that it prints. */
export function firstLineOf(
  [program = '', ...args]: readonly string[],
  { deadlineMs, signal }: { deadlineMs: number; signal?: AbortSignal | undefined },
): Promise<FirstLine> {
  return new Promise((resolve, reject) => {
    const options = { timeout: deadlineMs, killSignal: 'SIGKILL', maxBuffer: MAX_BYTES, signal } as const;
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (signal?.aborted) return reject(signal.reason);
      if (error === null) return resolve(lineOf(stdout));
      if (errnoOf(error) === 'ENOENT') return resolve({ ok: false, why: `there is no program ${program}` });
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

function lineOf(stdout: string): FirstLine {
  const [line = ''] = stdout.split(/\r?\n/);
  return line === '' ? { ok: false, why: 'it printed nothing' } : { ok: true, line };
}
