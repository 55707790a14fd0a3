import { expect } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { openConnection, WireError } from '../../src/wire/client.js';

const DEADLINE_MS = 60_000;
/** What a server answers where it did not do what it was told. */
export const FAILED = /^\(?(ERR|error|NOGOODSLAVE|NOAUTH|INPROG)/i;

/**
 * What `redis-cli -p PORT WORDS` prints into a pipe, without a process for each question: starting one costs more than
 * all that the server does. Words may be quoted as in a shell. The test fails where the server answers with an error.
 */
export async function redisCli(port: number, words: string, password?: string): Promise<string> {
  const connection = await openConnection(
    { host: '127.0.0.1', port },
    {
      clock: systemClock,
      deadlineMs: DEADLINE_MS,
      ...(password !== undefined && { credentials: { password } }),
    },
  );
  try {
    return `${printed(await connection.call(...split(words)))}\n`;
  } catch (error) {
    // An error that the situation is about is an answer too.
    if (!(error instanceof WireError) || error.reply === undefined) throw error;
    expect(error.reply, words).not.toMatch(FAILED);
    return `${error.reply}\n`;
  } finally {
    connection.close();
  }
}

/** A line for each element, and none for a null. */
const printed = (reply: unknown): string =>
  Array.isArray(reply) ? reply.map(printed).join('\n') : String(reply ?? '');

function split(words: string): string[] {
  const found = [...words.matchAll(/'([^']*)'|"([^"]*)"|((?:\\.|[^\s'"|&;<>$`\\])+)/g)];
  expect(found.map(([word]) => word).join(' '), 'more than words: that is for a shell').toBe(
    words.trim().replaceAll(/\s+/g, ' '),
  );
  return found.map(([, single, double, bare]) => single ?? double ?? bare?.replaceAll('\\', '') ?? '');
}
