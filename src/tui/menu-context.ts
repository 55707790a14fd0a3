import type { World } from '../cli/world.js';
import { shellWord } from '../model/secrets.js';
import type { Conversation } from './converse.js';
import type { Size } from './list-view.js';

/** What the menu works with; `others` are the options that go along with every command. */
export interface MenuContext {
  world: World;
  signal: AbortSignal;
  color: boolean;
  others: readonly string[];
}

/** The menu with what its questions need. */
export interface OpenMenu extends MenuContext {
  conversation: Conversation;
  /** What is shown may have changed. */
  changed(): void;
}

export const sizeOf = ({ conversation: { screen, color } }: OpenMenu): Size => ({
  columns: screen.columns,
  rows: screen.rows,
  color,
});

/** The words with the answer in place of …. */
export const completed = (words: readonly string[], answer: readonly string[]): string[] =>
  words.flatMap((word) => (word === '…' ? answer : [word]));

/** The command line as a shell must be given it. */
export const lineOf = ({ others }: MenuContext, words: readonly string[]): string =>
  ['sentinelctl', ...[...words, ...others].map((word) => (word === '…' ? word : shellWord(word)))].join(' ');
