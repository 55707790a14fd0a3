import { EXIT, messageOf, OperatorError, unknownOutcome } from '../errors.js';
import { formatDurationMs } from '../model/duration.js';
import type { Interruption, World } from './world.js';

/** Ctrl-C, also the one pressed in a prompt (130). */
export const interrupted = (): OperatorError =>
  new OperatorError({ code: 'interrupted', message: 'interrupted by Ctrl-C', exitCode: EXIT.interrupted });

const terminated = (name: string): OperatorError =>
  new OperatorError({ code: 'terminated', message: `ended by ${name}`, exitCode: EXIT.terminated });

/** What ends the work that it interrupts. */
export function reasonOf(what: Interruption): unknown {
  if (what.kind === 'crash') return what.error;
  return what.name === 'SIGINT' ? interrupted() : terminated(what.name);
}

/** How long a command may clean up after an uncaught exception, in milliseconds. */
const CRASH_GRACE_MS = 10_000;

/**
 * A signal this soon after the first one belongs to it, in milliseconds: a terminal and `timeout --foreground` both send
 * one to the process for one Ctrl-C.
 */
const SAME_SIGNAL_MS = 1000;

/** A command's signal, and what may still abort it. */
export interface Interrupts {
  signal: AbortSignal;
  /** Aborts once `ms` are over. */
  abortAfter(ms: number): void;
  /** Ends the listening and the waiting. */
  disarm(): void;
}

/**
 * Turns the first Ctrl-C, SIGTERM, a lost terminal, an uncaught exception or the end of `--timeout` into an abort,
 * whose reason carries the exit code. The first cause wins; a second signal, at least 1 s later, ends the process, after `lastWords`.
 */
export function armInterrupts(
  world: World,
  say: (line: string) => void,
  lastWords: () => void = () => {},
): Interrupts {
  const work = new AbortController();
  const waiting = new AbortController();
  const after = (ms: number, then: () => void): void => {
    world.clock.sleep(ms, waiting.signal).then(then, () => {});
  };
  let signals = 0;
  let firstAtMs = Number.NEGATIVE_INFINITY;
  const stopListening = world.onInterrupt((what) => {
    if (what.kind === 'crash') {
      work.abort(what.error);
      after(CRASH_GRACE_MS, () => {
        say(`error: unexpected: ${messageOf(what.error)}; the command did not finish`);
        world.leave(EXIT.unknown);
      });
      return;
    }
    const byHand = what.name === 'SIGINT';
    const reason = byHand ? interrupted() : terminated(what.name);
    const now = world.clock.now();
    if (now - firstAtMs < SAME_SIGNAL_MS) return;
    signals += 1;
    if (signals > 1) {
      if (signals === 2) lastWords();
      world.leave(reason.exitCode);
      return;
    }
    firstAtMs = now;
    const again = byHand ? ' (Ctrl-C again to abort without cleanup)' : '';
    say(`${byHand ? 'Interrupted' : `Got ${what.name}`}: cleaning up${again}`);
    work.abort(reason);
  });
  return {
    signal: work.signal,
    abortAfter: (ms) => after(ms, () => work.abort(timedOut(ms))),
    disarm() {
      stopListening();
      waiting.abort();
    },
  };
}

function timedOut(ms: number): OperatorError {
  return unknownOutcome('timeout', `not finished after ${formatDurationMs(ms)}`, {
    why: '--timeout has passed',
    hint: `--timeout ${formatDurationMs(ms * 2)} # allows more time`,
  });
}
