import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { InputStream } from './streams.js';

/** What is drawn on the terminal while its keys are taken, as far as job control concerns it. */
export interface Drawing {
  /** The process stops now (Ctrl-Z): nothing may be left on the screen. */
  suspend(): void;
}

/** The part of the process that taking the keys needs. */
export interface KeysProcess {
  readonly pid: number;
  readonly platform: string;
  /** 0: all of the process group, as the terminal does for Ctrl-C. */
  kill(pid: number, signal: NodeJS.Signals): unknown;
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

/** What a terminal makes of these keys while it is not in raw mode. */
const SIGNAL_OF = new Map<number, NodeJS.Signals>([
  [0x03, 'SIGINT'],
  [0x1a, 'SIGTSTP'],
  [0x1c, 'SIGQUIT'],
]);

/**
 * Takes the keys until the function that it returns is called, so that the terminal shows none of them: Enter would
 * shift what is drawn. Ctrl-C, Ctrl-Z and Ctrl-\ stay the signals that they are; other keys do nothing. A job that is
 * stopped gives the terminal back, and takes the keys again in the foreground only, because a background job that
 * changes the terminal is stopped. Nothing happens where the input is not a terminal. Node restores the mode at exit.
 */
export function takeKeys(stdin: InputStream, own: KeysProcess, drawing: Drawing): () => void {
  if (stdin.isTTY !== true || stdin.setRawMode === undefined) return () => {};
  let isTaken = false;
  const take = (): void => {
    if (isTaken || !inForeground(own)) return;
    isTaken = true;
    stdin.setRawMode?.(true);
    stdin.on('data', onData);
    stdin.resume();
  };
  const give = (): void => {
    if (!isTaken) return;
    isTaken = false;
    stdin.removeListener('data', onData);
    stdin.setRawMode?.(false);
    stdin.pause();
  };
  const onData = (typed: Buffer | string): void => {
    for (const byte of Buffer.from(typed)) {
      const signal = SIGNAL_OF.get(byte);
      if (signal !== undefined) own.kill(0, signal);
    }
  };
  const onStop = (): void => {
    drawing.suspend();
    give();
    own.kill(own.pid, 'SIGSTOP');
  };
  own.on('SIGTSTP', onStop);
  own.on('SIGCONT', take);
  take();
  return () => {
    own.off('SIGTSTP', onStop);
    own.off('SIGCONT', take);
    give();
  };
}

/** Whether the terminal belongs to this process's group; false where that cannot be found out. */
function inForeground({ pid, platform }: KeysProcess): boolean {
  try {
    if (platform === 'linux') {
      // proc(5): after the name, which may contain anything: state, ppid, pgrp, session, tty_nr, tpgid.
      const [, , pgrp, , , tpgid] =
        readFileSync('/proc/self/stat', 'utf8').split(/\) /).at(-1)?.split(' ') ?? [];
      return pgrp !== undefined && pgrp === tpgid;
    }
    const ids = execFileSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(pid)], { encoding: 'utf8' });
    const [pgid, tpgid] = ids.trim().split(/\s+/);
    return pgid !== undefined && pgid === tpgid;
  } catch {
    return false;
  }
}
