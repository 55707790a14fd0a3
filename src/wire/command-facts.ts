import type { CommandFacts } from '../model/command-facts.js';
import { type Connection, WireError } from './client.js';

/**
 * What a server says of a command: of its subcommand from 7.0 on. Undefined where it does not know the command; null where
 * it does not say. Throws WireError where it gives no answer at all.
 */
export async function commandFacts(
  connection: Connection,
  [name = '', sub]: readonly string[],
): Promise<CommandFacts | undefined | null> {
  const asked = sub === undefined ? [name] : [name, `${name}|${sub.toLowerCase()}`];
  try {
    const reply = await connection.call('COMMAND', 'INFO', ...asked);
    if (!Array.isArray(reply)) return null;
    const [whole, part] = reply.map(factsIn);
    if (whole === undefined) return undefined;
    // A server that tells subcommands and does not know this one answers it with an error.
    return part ?? whole;
  } catch (error) {
    // Before 6.2 a sentinel has no COMMAND; a user may lack the right.
    if (error instanceof WireError && error.reply !== undefined) return null;
    throw error;
  }
}

/** One entry of COMMAND INFO: name, arity, flags, three positions of keys, and from 6.0 on categories (server.c). */
function factsIn(entry: unknown): CommandFacts | undefined {
  if (!Array.isArray(entry)) return undefined;
  return { flags: wordsIn(entry[2]), categories: wordsIn(entry[6]).map((word) => word.replace('@', '')) };
}

const wordsIn = (list: unknown): string[] =>
  Array.isArray(list) ? list.map((word) => String(word).toLowerCase()) : [];
