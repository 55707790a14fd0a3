import type { InputStream, OutputStream } from './streams.js';

/** Questions to a person at a terminal. */
export interface Prompts {
  select<T extends string>(
    question: string,
    choices: { value: T; name: string; description?: string }[],
  ): Promise<T>;
  input(question: string, initial?: string): Promise<string>;
  /** Enter alone is no. */
  confirm(question: string): Promise<boolean>;
}

export interface PromptOptions {
  stdin: InputStream;
  /** Questions go to standard error, so that standard output carries only results. */
  stderr: OutputStream;
  signal: AbortSignal;
  /** Called before each question: a spinner must be gone by then. */
  before: () => void;
}

/** What happens to the terminal while it is drawn on. */
export type ScreenEvent =
  /** `name` as Node names the key; `text` is what it types: one character, or empty for keys such as Enter and arrows. */
  | { type: 'key'; name: string; ctrl: boolean; text: string }
  | { type: 'resize' }
  /** No more keys will come: the terminal is gone. */
  | { type: 'end' };

/** The whole terminal, drawn line by line. */
export interface Screen {
  /** Size of the window at this moment. */
  readonly columns: number;
  readonly rows: number;
  /**
   * Replaces what is shown, in one write; writes nothing where the frame is the same as before. Lines that do not fit
   * below are left out; wider ones are cut.
   */
  draw(lines: readonly string[]): Promise<void>;
  /** Calls the listener until the function that it returns is called. */
  on(listener: (event: ScreenEvent) => void): () => void;
  /** Restores the terminal. A second call does nothing. */
  close(): Promise<void>;
}
