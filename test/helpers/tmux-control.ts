import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A client of a tmux server that stays, and takes one command after the other. */
export interface TmuxControl {
  /** Runs one command of tmux, and answers what it prints. Throws what tmux says of a command that fails. */
  ask(...words: string[]): Promise<string>;
  /** Resolves when the server has ended. */
  ended: Promise<void>;
}

interface Waiting {
  answer(text: string): void;
  fail(error: Error): void;
}

/** As one word for tmux's own parser, whatever is in it. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * Attaches to a session in control mode (tmux(1), CONTROL MODE): a screen is then read without a process of its own.
 * Such a client has no size, and does not change the size of the window.
 */
export function openTmuxControl(
  options: readonly string[],
  session: string,
  spawned: { cwd: string; env: NodeJS.ProcessEnv },
): TmuxControl {
  const client = spawn('tmux', [...options, '-C', 'attach', '-t', session, '-f', 'ignore-size,no-output'], {
    ...spawned,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const waiting: Waiting[] = [];
  let block: string[] | undefined;
  createInterface({ input: client.stdout }).on('line', (line) => {
    // "%begin TIME NUMBER FLAGS": flags are 1 where this client has sent the command.
    if (block === undefined) {
      if (/^%begin \d+ \d+ 1$/.test(line)) block = [];
      return;
    }
    const end = /^%(end|error) \d+ \d+ 1$/.exec(line)?.[1];
    if (end === undefined) {
      block.push(line);
      return;
    }
    const text = block.join('\n');
    block = undefined;
    if (end === 'end') waiting.shift()?.answer(text);
    else waiting.shift()?.fail(new Error(`tmux: ${text}`));
  });
  const ended = new Promise<void>((resolve) => {
    const end = (error: Error): void => {
      for (const one of waiting.splice(0)) one.fail(error);
      resolve();
    };
    client.on('error', end);
    client.on('close', () => end(new Error('the tmux server has ended')));
  });
  client.stdin.on('error', () => {});
  return {
    ended,
    ask: (...words) =>
      new Promise((answer, fail) => {
        if (client.exitCode !== null) return fail(new Error('the tmux server has ended'));
        waiting.push({ answer, fail });
        client.stdin.write(`${words.map(quoted).join(' ')}\n`);
      }),
  };
}
