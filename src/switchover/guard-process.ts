import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.js';
import { withDeadline } from '../clock.js';
import type { Runtime } from '../cluster/runtime.js';
import { messageOf } from '../errors.js';
import { guardEnv } from '../faults/guard-process.js';
import { machineNowMs } from '../host/monotonic.js';
import { ownCommand } from '../host/own-command.js';
import { linesOf } from './guard-lines.js';
import type { Move } from './moves.js';

/** The second process that finishes what a killed command has begun. */
export interface Guarding {
  /** From here on it lets writes go on if this process ends. */
  hold(): void;
  /** From here on it finishes the moves if this process ends; `untilMs`: when the pause is over, on this run's clock. */
  arm(untilMs: number): void;
  /** The same where a sentinel promotes: it demotes the old master once the new one is a master. */
  follow(untilMs: number): void;
  /** False where it has begun to finish; else it does nothing from here on. */
  disarm(): Promise<boolean>;
  end(): void;
}

/** How long it may take to start and to connect, and to answer, in milliseconds. */
const READY_MS = 15_000;
const ANSWER_MS = 500;

/** No second process: what a killed command has begun stays as it is until `recover`. @internal Tests move without one. */
export const NO_GUARD: Guarding = {
  hold: () => {},
  arm: () => {},
  follow: () => {},
  disarm: async () => true,
  end: () => {},
};

/**
 * Starts it, gives it everything by a pipe, passwords too, and waits until its connections are open. Where that fails
 * the move goes on without it, and says so.
 */
export async function startGuard(runtime: Runtime, move: Move): Promise<Guarding> {
  try {
    const [program, entry] = ownCommand();
    const child = spawn(program, [entry, '__finish', '--quiet'], {
      cwd: runtime.store.home,
      // Ctrl-C ends this process, and must not end that one.
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      env: guardEnv(runtime),
    });
    const pipe = child.stdio[3] as Duplex;
    pipe.on('error', () => {});
    child.on('error', () => {});
    child.unref();
    const end = (): void => {
      pipe.destroy();
    };
    const heard = linesOf(pipe);
    pipe.write(`${JSON.stringify(move)}\n`);
    const gone = once(child, 'exit').then(() => 'gone');
    const answer = (ms: number): Promise<string> =>
      withDeadline(runtime.clock, ms, Promise.race([heard.next(), gone]), () => new Error('no answer'));
    const first = await answer(READY_MS).catch((error: unknown) => messageOf(error));
    if (first === 'ready') return guardOn(pipe, runtime.clock, () => answer(ANSWER_MS), end);
    end();
    throw new Error(first);
  } catch (error) {
    const text = `if this command is killed in the middle, no other process finishes the move: ${messageOf(error)}`;
    runtime.onProgress({ type: 'note', level: 'warning', text });
    return NO_GUARD;
  }
}

function guardOn(pipe: Duplex, clock: Clock, answer: () => Promise<string>, end: () => void): Guarding {
  return {
    hold: () => {
      pipe.write('held\n');
    },
    arm: (untilMs) => {
      pipe.write(`armed ${machineNowMs() + untilMs - clock.now()}\n`);
    },
    follow: (untilMs) => {
      pipe.write(`follow ${machineNowMs() + untilMs - clock.now()}\n`);
    },
    disarm: async () => {
      pipe.write('off\n');
      return (await answer().catch(() => 'off')) !== 'begun';
    },
    end,
  };
}
