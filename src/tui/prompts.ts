import type { PromptOptions, Prompts } from '../cli/interactive.js';
import { interrupted } from '../cli/interrupts.js';
import type { InputStream, OutputStream } from '../cli/streams.js';
import { type OperatorError, refused } from '../errors.js';

/** A list shows as much as the window has room for beside the question and its help, but never less than this. */
const LEAST_ROWS = 4;
const ROWS_AROUND = 6;

/** What inquirer throws when Ctrl-C was pressed or the signal aborted; compared by name, so that the library need not be loaded. */
const ABORTED = new Set(['ExitPromptError', 'AbortPromptError', 'CancelPromptError']);

/**
 * Questions on a terminal. Ctrl-C in one rejects as an interruption (130), the end of the input and Esc as `declined`
 * (3); Esc answers a question for yes or no with no.
 */
export function promptsOn({ stdin, stderr, signal, before }: PromptOptions): Prompts {
  async function ask<T>(
    question: (library: Library, context: AskContext) => Promise<T>,
    onEscape: () => T = decline,
  ): Promise<T> {
    before();
    const library = await import('@inquirer/prompts');
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    signal.addEventListener('abort', leave, { once: true });
    stdin.once('end', leave);
    // At Ctrl-D readline closes, and pauses its input; the library would wait until the process ends.
    stdin.once('pause', leave);
    let isEscaped = false;
    const onKey = (_: string | undefined, key: { name?: string }): void => {
      if (key.name !== 'escape') return;
      isEscaped = true;
      leave();
    };
    stdin.on('keypress', onKey);
    if (signal.aborted) leave();
    try {
      return await question(library, { input: stdin, output: stderr, signal: gone.signal });
    } catch (error) {
      if (!(error instanceof Error) || !ABORTED.has(error.name)) throw error;
      if (signal.aborted) throw signal.reason;
      if (isEscaped) return onEscape();
      throw error.name === 'AbortPromptError' ? inputEnded() : interrupted();
    } finally {
      signal.removeEventListener('abort', leave);
      stdin.removeListener('end', leave);
      stdin.removeListener('pause', leave);
      stdin.removeListener('keypress', onKey);
    }
  }
  return {
    select: (message, choices) =>
      ask((library, context) =>
        library.select(
          {
            message,
            // The answer is shown without the state beside it.
            choices: choices.map((choice) => ({ ...choice, short: choice.value })),
            loop: false,
            pageSize: Math.max(LEAST_ROWS, (stderr.rows ?? 24) - ROWS_AROUND),
          },
          context,
        ),
      ),
    input: (message, initial) =>
      ask((library, context) =>
        library.input({ message, ...(initial === undefined ? {} : { default: initial }) }, context),
      ),
    confirm: (message) =>
      ask(
        (library, context) =>
          library.confirm(
            // A tick would stand before an answer of no as well.
            { message, theme: { prefix: '?' }, default: false },
            context,
          ),
        () => false,
      ),
  };
}

const inputEnded = (): OperatorError =>
  refused('declined', 'the input ended before the question was answered: nothing was done');

function decline(): never {
  throw refused('declined', 'Esc was pressed: nothing was done');
}

type Library = typeof import('@inquirer/prompts');
interface AskContext {
  input: InputStream;
  output: OutputStream;
  signal: AbortSignal;
}
