import { failed } from '../errors.js';
import type { Act } from '../faults/act.js';
import { formatAddress } from '../model/address.js';
import { humanDurationMs } from '../model/duration.js';
import { until } from '../until.js';
import type { TrialContext } from './context.js';

/** How long an orderly shutdown may take, in milliseconds: Redis waits up to 10 s for its replicas. */
const SHUTDOWN_BOUND_MS = 20_000;

/** A server that was killed is gone sooner than this, milliseconds, and its connections with it. */
const CLOSE_BOUND_MS = 500;

/** What is done to the master. */
export type FaultSpec =
  | { name: 'kill' }
  | { name: 'stop' }
  /** Frozen, and thawed again after `forMs`. */
  | { name: 'freeze'; forMs: number };

export interface Fault {
  name: FaultSpec['name'];
  /** The moment from which everything is counted, on the run's clock. */
  atMs: number;
  wallMs: number;
  /** Of a fault that ends by itself: resolves with the moment at which it ended; null when it was cut short. */
  ended: Promise<number | null> | null;
}

/** The same as an act, by which a later command takes it back where this one is killed. */
export const actOf = ({ name }: FaultSpec, node: string): Act =>
  name === 'freeze'
    ? { act: 'pause', node }
    : { act: 'end', node, signal: name === 'kill' ? 'SIGKILL' : 'SIGTERM' };

/** Does it to the current master; what comes after is timed from the moment at which it was seen to have happened. */
export async function injectFault(context: TrialContext, spec: FaultSpec): Promise<Fault> {
  const { runtime, roles, observer } = context;
  const { id, announce } = roles.master;
  observer.hurry();
  const wallOffset = runtime.clock.wallMs() - runtime.clock.now();
  const atMs = spec.name === 'freeze' ? await freeze(context) : await kill(context, spec.name);
  runtime.onProgress({
    type: 'note',
    level: 'info',
    text: `fault: ${wordsOf(spec)} ${id} ${formatAddress(announce)}; times below count from here`,
  });
  const ended = spec.name === 'freeze' ? thaw(context, atMs + spec.forMs) : null;
  return { name: spec.name, atMs, wallMs: atMs + wallOffset, ended };
}

function wordsOf(spec: FaultSpec): string {
  switch (spec.name) {
    case 'kill':
      return 'SIGKILL to';
    case 'stop':
      return 'SIGTERM to';
    case 'freeze':
      return `frozen for ${humanDurationMs(spec.forMs)}:`;
  }
}

/** The fault is when its connections closed: an engine may take a while between the request and the death. */
async function kill({ runtime, live, roles, observer }: TrialContext, how: 'kill' | 'stop'): Promise<number> {
  const { id } = roles.master;
  const { clock, signal: cancel } = runtime;
  const requestedAt = clock.now();
  const signal = how === 'kill' ? 'SIGKILL' : 'SIGTERM';
  await live.host.kill(id, signal);
  const closedAt = (): number | undefined =>
    observer.seen.find((o) => o.kind === 'gone' && o.source === id && o.atMs >= requestedAt)?.atMs;
  const soon = await until(closedAt, { clock, everyMs: 2, deadlineMs: CLOSE_BOUND_MS, signal: cancel });
  if (soon !== undefined) return soon;
  // An orderly shutdown takes its time; and a connection that was just being made anew when it died closes for nobody.
  const later = await until(
    async () => {
      const { state } = await live.host.inspect(id);
      return closedAt() ?? (state === 'exited' ? (observer.lastAnswerAt(id) ?? requestedAt) : undefined);
    },
    { clock, everyMs: 20, deadlineMs: SHUTDOWN_BOUND_MS, signal: cancel },
  );
  if (later !== undefined) return Math.max(requestedAt, later);
  throw failed('still-there', `${id} still answers ${humanDurationMs(SHUTDOWN_BOUND_MS)} after ${signal}`, {
    hint: `sentinelctl logs ${id} --tail 20`,
  });
}

/** The fault is its last answer after the request, which is the request where it gave none. */
async function freeze({ runtime, live, roles, observer }: TrialContext): Promise<number> {
  const requestedAt = runtime.clock.now();
  await live.host.pause(roles.master.id);
  return Math.max(requestedAt, observer.lastAnswerAt(roles.master.id) ?? requestedAt);
}

/** Ends by itself whatever else goes on; where that fails, putting back finds it still frozen. */
async function thaw({ runtime, live, roles }: TrialContext, atMs: number): Promise<number | null> {
  try {
    await runtime.clock.sleep(Math.max(0, atMs - runtime.clock.now()), runtime.signal);
    // Before it is asked to: its first answer may be here sooner than the driver’s word.
    const endedAt = runtime.clock.now();
    await live.host.resume(roles.master.id);
    return endedAt;
  } catch {
    return null;
  }
}
