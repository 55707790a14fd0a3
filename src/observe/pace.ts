import type { Clock } from '../clock.js';
import { SILENT_IN_FAILOVER_MS, TICK_MS } from '../model/sentinel-timing.js';

/** While nothing happens, in milliseconds: light on the servers and on this process. */
const IDLE_EVERY_MS = 25;
/** A node that says by itself what changes, or that is gone, in milliseconds: the answer is known beforehand. */
const SELDOM_EVERY_MS = 100;
/** While something happens, in milliseconds: what is seen by asking is at most this late. */
const BUSY_EVERY_MS = 4;
/** How long after the last event or change something still happens, in milliseconds. */
const BUSY_FOR_MS = SILENT_IN_FAILOVER_MS;
/**
 * How long after an event of its own a sentinel is asked often, in milliseconds. What it believes changes only with an
 * event that it publishes in the same pass of its event loop (sentinel.c: +switch-master, +promoted-slave,
 * +reset-master), so that its next answer is the new one.
 */
const SPOKE_FOR_MS = TICK_MS;
/** How long a node that is being started is tried often, in milliseconds. A refused connection costs more than an answer. */
const START_FOR_MS = 10_000;

/**
 * What is known of a node before the next question. `answers`: a change shows only when it is asked; `announces`: its
 * events are followed; `gone`: it does not answer, and returns when it is started, which `expectReturn` says beforehand.
 */
type NodeState = 'answers' | 'announces' | 'gone';

/** How often each node is asked. */
export interface Pace {
  /** Asks now, and often for a while: something is about to happen. */
  hurry(): void;
  /** The same, and longer for what is gone: it is about to be started. */
  expectReturn(): void;
  /** Something changed somewhere. */
  changed(): void;
  /** This node published an event. */
  spoke(id: string): void;
  /** Resolves when this node's next question is due. */
  pause(id: string, state: NodeState): Promise<void>;
  /** Ends the pauses that go on. */
  end(): void;
}

/** Every time in it is the clock's. */
export function paceOf(clock: Clock): Pace {
  const never = Number.NEGATIVE_INFINITY;
  let busyUntilMs = never;
  let awaitedUntilMs = never;
  const spokeAtMs = new Map<string, number>();
  /** What ends the pause of a node. */
  const pauses = new Map<string, () => void>();
  const end = (): void => {
    for (const resume of [...pauses.values()]) resume();
  };
  const changed = (): void => {
    const wasIdle = busyUntilMs <= clock.now();
    busyUntilMs = clock.now() + BUSY_FOR_MS;
    if (wasIdle) end();
  };
  const everyMs = (id: string, state: NodeState): number => {
    const now = clock.now();
    switch (state) {
      case 'answers':
        return busyUntilMs > now ? BUSY_EVERY_MS : IDLE_EVERY_MS;
      case 'announces':
        return (spokeAtMs.get(id) ?? never) + SPOKE_FOR_MS > now ? BUSY_EVERY_MS : SELDOM_EVERY_MS;
      case 'gone':
        return awaitedUntilMs > now ? BUSY_EVERY_MS : SELDOM_EVERY_MS;
    }
  };
  const hurry = (goneForMs: number): void => {
    awaitedUntilMs = Math.max(awaitedUntilMs, clock.now() + goneForMs);
    changed();
    end();
  };
  return {
    hurry: () => hurry(BUSY_FOR_MS),
    expectReturn: () => hurry(START_FOR_MS),
    changed,
    spoke(id) {
      spokeAtMs.set(id, clock.now());
      pauses.get(id)?.();
    },
    pause: (id, state) =>
      new Promise((resolve) => {
        const resume = (): void => {
          cancel();
          pauses.delete(id);
          resolve();
        };
        const cancel = clock.after(everyMs(id, state), resume);
        pauses.set(id, resume);
      }),
    end,
  };
}
