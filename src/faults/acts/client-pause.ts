import { messageOf } from '../../errors.js';
import { formatDurationMs } from '../../model/duration.js';
import { PROBE_CHANNEL } from '../../model/operator-rights.js';
import { WireError } from '../../wire/client.js';
import type { ActHandler, ActOf } from '../act.js';
import { call, cli, placed, requireRunning } from '../context.js';

/** What the server may take beyond the pause to answer again, in milliseconds. */
const AFTERWARDS_MS = 3000;

/** CLIENT PAUSE: clients, or only those that write, wait. Sentinels are clients too. */
export const clientPause: ActHandler<ActOf<'client-pause'>> = {
  describe: (context, { node, mode, forMs }) =>
    `${placed(context, node)}: CLIENT PAUSE ${Math.round(forMs)} ${mode}`,
  describeUndo: (_context, { node, mode, forMs }) =>
    mode === 'WRITE'
      ? `${node}: CLIENT UNPAUSE`
      : `ends by itself after ${formatDurationMs(forMs)}: CLIENT UNPAUSE itself would have to wait`,
  commands: (context, { node }) => [cli(context, node, 'CLIENT', 'UNPAUSE')],
  async prepare(context, act) {
    await requireRunning(context, act.node);
    return act;
  },
  async inject({ live }, { node, mode, forMs }) {
    // Before 6.2 there is no word for the mode, and all clients wait.
    const words = ['CLIENT', 'PAUSE', Math.round(forMs), ...(mode === 'WRITE' ? [mode] : [])];
    await call(live, node, ...words);
  },
  async undo({ live }, { node, mode, forMs }) {
    // A pause of all clients holds this one up as well: it is answered when that ends by itself.
    const deadlineMs = forMs + AFTERWARDS_MS;
    const patient = { ...live, asking: { ...live.asking, deadlineMs } };
    await (mode === 'ALL' ? call(patient, node, 'PING') : call(patient, node, 'CLIENT', 'UNPAUSE'));
  },
  async verify({ live }, { node }) {
    // A write that would be refused for its arguments is held up by a pause all the same (server.c, processCommand).
    try {
      await call(live, node, 'PUBLISH', PROBE_CHANNEL, '');
      return null;
    } catch (error) {
      // A node that answers with a refusal answers.
      if (error instanceof WireError && error.reply !== undefined) return null;
      return `${node} does not answer: ${messageOf(error)}`;
    }
  },
};
