import { systemClock } from '../clock.js';
import { notRestored } from '../errors.js';
import { until } from '../until.js';
import { type ProcessIdentity, viewProcess } from './process-identity.js';
import { goneWithin, signalProcess } from './signal.js';

/** How long a process may take to obey a signal that it cannot catch, in milliseconds. */
const KERNEL_DEADLINE_MS = 10_000;

/** SIGTERM, then SIGKILL after `graceMs`; works on a paused server. Returns when it is gone. */
export async function endProcess(server: ProcessIdentity, graceMs: number): Promise<void> {
  await signalProcess(server, 'SIGTERM');
  // A paused server handles SIGTERM when it continues, before it answers any client.
  await signalProcess(server, 'SIGCONT');
  if (!(await goneWithin(server, graceMs))) await killProcess(server);
}

/** SIGKILL; returns when the process is gone. Throws `not-killed` (4) when it stays. */
export async function killProcess(server: ProcessIdentity): Promise<void> {
  await signalProcess(server, 'SIGKILL');
  if (await goneWithin(server, KERNEL_DEADLINE_MS)) return;
  throw notRestored('not-killed', `pid ${server.pid} still exists after SIGKILL`, {
    why: 'it is blocked in the kernel, usually by a disk or a network file system',
    hint: `ps -o state,wchan,command -p ${server.pid}`,
  });
}

/** SIGSTOP or SIGCONT; returns when the process is stopped, or runs. False when it is gone. */
export async function suspendProcess(server: ProcessIdentity, stopped: boolean): Promise<boolean> {
  if (!(await signalProcess(server, stopped ? 'SIGSTOP' : 'SIGCONT'))) return false;
  const outcome = await until(
    async () => {
      const view = await viewProcess(server.pid);
      if (view === undefined || view.startTime !== server.startTime) return 'gone';
      return view.stopped === stopped ? 'done' : undefined;
    },
    { clock: systemClock, everyMs: 1, deadlineMs: KERNEL_DEADLINE_MS },
  );
  return outcome === 'done';
}
