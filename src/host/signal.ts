import { kill } from 'node:process';
import { systemClock } from '../clock.js';
import { errnoOf, type OperatorError, refused } from '../errors.js';
import { until } from '../until.js';
import { isAlive, type ProcessIdentity, viewProcess } from './process-identity.js';

/**
 * Sends a signal to this process only: the identity behind the pid is checked immediately before.
 * False when the process is gone. Throws `not-permitted` (3) for another user's process.
 */
export async function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<boolean> {
  if (!(await isAlive(identity))) return false;
  try {
    kill(identity.pid, signal);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return false;
    throw errnoOf(error) === 'EPERM' ? notPermitted(identity, signal, error) : error;
  }
}

function notPermitted(identity: ProcessIdentity, signal: string, cause: unknown): OperatorError {
  return refused('not-permitted', `this user may not send ${signal} to pid ${identity.pid}`, {
    why: 'it belongs to another user',
    hint: 'run the command as the user that created the cluster',
    cause,
  });
}

/** Whether a process is gone before the deadline, in milliseconds. */
export async function goneWithin({ pid, startTime }: ProcessIdentity, deadlineMs: number): Promise<boolean> {
  // Pid and start time are enough: the command line of a process that is about to exit may already be empty.
  const gone = await until(
    async () => ((await viewProcess(pid))?.startTime === startTime ? undefined : true),
    {
      clock: systemClock,
      everyMs: 5,
      deadlineMs,
    },
  );
  return gone === true;
}
