import { isInterruption, notBegun, refused } from '../errors.js';
import type { Context } from './context.js';

/** Whether `confirm` would ask here: on a terminal, without `--yes`, `--no-input` and `--json`. */
export const asks = ({ prompts, globals }: Pick<Context, 'prompts' | 'globals'>): boolean =>
  prompts !== null && !globals.yes;

/**
 * Asks once, before a command interrupts clients or removes data, with a sentence that says what will happen; Enter
 * alone is no. Asks nothing where nothing can be asked: what must not happen there is refused by its command. Throws
 * `declined` (3).
 */
export async function confirm(
  context: Pick<Context, 'prompts' | 'globals'>,
  sentence: () => string | Promise<string>,
): Promise<void> {
  if (context.prompts === null || !asks(context)) return;
  const question = `${await sentence()}. Continue?`;
  const isYes = await context.prompts.confirm(question).catch((error: unknown) => {
    throw isInterruption(error) ? notBegun(error) : error;
  });
  if (isYes) return;
  throw refused('declined', 'the question was answered with no: nothing was done');
}
