import { runCommand } from './run-command.js';

/** How a command that prints a secret ended: its first line, or why there is none. Never what it printed otherwise. */
export type FirstLine = { ok: true; line: string } | { ok: false; why: string };

/** More than any password manager prints; a command that prints more is another one. */
const MAX_BYTES = 64 * 1024;

/** Runs a program without a shell, ends it after `deadlineMs`, and reads the first line that it prints. */
export async function firstLineOf(
  words: readonly string[],
  options: { deadlineMs: number; signal?: AbortSignal | undefined },
): Promise<FirstLine> {
  const ran = await runCommand(words, { ...options, maxBytes: MAX_BYTES });
  return ran.ok ? lineOf(ran.stdout) : ran;
}

function lineOf(stdout: string): FirstLine {
  const [line = ''] = stdout.split(/\r?\n/);
  return line === '' ? { ok: false, why: 'it printed nothing' } : { ok: true, line };
}
