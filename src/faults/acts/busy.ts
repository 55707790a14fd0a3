import { withNode } from '../../cluster/ask.js';
import { failed, messageOf } from '../../errors.js';
import { until } from '../../until.js';
import { WireError } from '../../wire/client.js';
import type { ActContext, ActHandler, ActOf } from '../act.js';
import { cli, nodeOf, placed, requireRunning } from '../context.js';

/**
 * Until busy-reply-threshold is over (5 s by default) a server that runs a script answers nothing, SCRIPT KILL included;
 * milliseconds, and some.
 */
const BUSY_REPLY_BOUND_MS = 8000;
const FREED_BOUND_MS = 20_000;
/** How long a server that is not busy takes to answer at the most, in milliseconds. */
const PROMPT_MS = 500;

/** A script without an end: the server answers nothing, and later everything with -BUSY. */
export const busy: ActHandler<ActOf<'busy'>> = {
  describe: (context, { node }) => `${placed(context, node)}: EVAL "while true do end" 0`,
  describeUndo: (_context, { node }) => `${node}: SCRIPT KILL`,
  commands: (context, { node }) => [cli(context, node, 'SCRIPT', 'KILL')],
  async prepare(context, act) {
    await requireRunning(context, act.node);
    return act;
  },
  async inject(context, { node }) {
    const { live } = context;
    await withNode(nodeOf(live.plan, node), { ...live.asking, deadlineMs: PROMPT_MS }, async (connection) => {
      const answer = connection.call('EVAL', 'while true do end', 0);
      // It has been read before the next command on the same connection could be answered.
      const outcome = await answer.then(
        () => 'ended',
        (error: unknown) =>
          error instanceof WireError && error.silence.kind === 'timeout' ? 'busy' : messageOf(error),
      );
      if (outcome !== 'busy') throw failed('act-failed', `${node} did not start the script: ${outcome}`);
    });
  },
  async undo({ live }, { node }) {
    let last = '';
    const freed = await until(
      async () => {
        try {
          const patient = { ...live.asking, deadlineMs: BUSY_REPLY_BOUND_MS };
          await withNode(nodeOf(live.plan, node), patient, (c) => c.call('SCRIPT', 'KILL'));
          return true;
        } catch (error) {
          last = messageOf(error);
          // Sentinel says SCRIPT KILL itself to a node that it calls down (sentinel.c, sentinelPingReplyCallback).
          return error instanceof WireError && /^NOTBUSY/.test(error.reply ?? '') ? true : undefined;
        }
      },
      { clock: live.asking.clock, everyMs: 100, deadlineMs: FREED_BOUND_MS },
    );
    if (freed === undefined) throw failed('act-failed', `${node} could not be freed: ${last}`);
  },
  verify: answersPing,
};

async function answersPing({ live }: ActContext, { node }: { node: string }): Promise<string | null> {
  try {
    await withNode(nodeOf(live.plan, node), live.asking, (c) => c.call('PING'));
    return null;
  } catch (error) {
    return `${node}: ${messageOf(error)}`;
  }
}
