import type { Connection } from './client.js';
import { protocolError, WireError } from './error.js';

/**
 * Sends `MULTI`, the commands and `EXEC` in one write, and answers with the replies of the commands: the server carries
 * them out without anything in between. Throws WireError where one was refused; then none was carried out, unless the
 * refusal is a reply of EXEC itself.
 */
export async function transaction(
  connection: Connection,
  commands: readonly (readonly (string | number)[])[],
): Promise<unknown[]> {
  const sent = [['MULTI'], ...commands, ['EXEC']].map((words) => connection.call(...words));
  const settled = await Promise.allSettled(sent);
  const refusal = settled.find((one) => one.status === 'rejected');
  if (refusal !== undefined) throw refusal.reason;
  const last = settled.at(-1);
  const replies = last?.status === 'fulfilled' ? last.value : null;
  if (!Array.isArray(replies) || replies.length !== commands.length)
    throw protocolError('gave an invalid reply to EXEC', connection.address);
  const failed = replies.find((reply) => reply instanceof Error);
  if (failed instanceof Error)
    throw new WireError(
      { kind: 'error', message: `answered: ${failed.message}` },
      { address: connection.address, reply: failed.message },
    );
  return replies;
}
