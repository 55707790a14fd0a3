import { isTyped } from '../../model/fix-steps.js';
import { plain, together, widthOf, wrap } from '../plain-text.js';
import { lineWidth, SYMBOL, themeOf, type View } from './theme.js';

/**
 * `→ command`, on one line however long it is: the terminal copies what it wraps itself as one line. `indent` columns
 * in, under what it belongs to. Several commands have a line each. Words that are not a command (a line of a file, what
 * to do by hand) stand in the same column, without the arrow, and are wrapped. A comment that ends a command is a line
 * before it where both do not fit into one. In a frame, which the terminal cuts, a command is broken too, with a
 * backslash at the end of each line but the last, so that a shell takes it as it is copied.
 */
export const nextLines = (commands: string, view: View, indent = 0): string[] =>
  commands.split('\n').flatMap((command) => nextLine(command, view, indent));

function nextLine(command: string, view: View, indent: number): string[] {
  const [, before, comment] = COMMENTED.exec(command) ?? [];
  if (before !== undefined && isTyped(command) && indent + 2 + widthOf(command) > lineWidth(view))
    return [`${comment}:`, before].flatMap((part) => nextLine(part, view, indent));
  const line = `${' '.repeat(indent)}${isTyped(command) ? SYMBOL.next : ' '} ${plain(command)}`;
  const { accent } = themeOf(view);
  if (isTyped(command) && view.frame !== true) return [accent(line)];
  const broken = wrap(line, lineWidth(view), indent + 2);
  if (broken.length === 1 || !COMMAND.test(command)) return broken.map(accent);
  const columns = lineWidth(view) - CONTINUES.length;
  // A word that is longer than the line would be two words.
  if (command.split(' ').some((word) => word.length + indent + 2 > columns)) return broken.map(accent);
  const lines = wrap(line, columns, indent + 2);
  return lines.map((part, i) => accent(i === lines.length - 1 ? part : `${part}${CONTINUES}`));
}

/** A line that ends in a comment. */
const COMMENTED = /^([^#].*\S) {2}(# [^'"#]*)$/;
const CONTINUES = ' \\';
/** A command without quotes and comments, within which a line break would mean something else. */
const COMMAND = /^(sentinelctl|redis-cli|docker) [^'"#]*$/;

/** `! words`, wrapped. */
export const warningLines = (words: string, view: View): string[] =>
  wrap(`${SYMBOL.warn} ${plain(words)}`, lineWidth(view), 2).map(themeOf(view).warn);

/** A line that begins with a verdict in colour, wrapped; the rest stays under what follows the verdict. */
export function verdictLines(
  word: string,
  paint: (text: string) => string,
  rest: string,
  view: View,
): string[] {
  const indent = view.columns < 60 ? 2 : word.length + 2;
  const lines = wrap(`${together(`${word} `)} ${plain(rest)}`, lineWidth(view), indent);
  return lines.map((line, i) => (i === 0 ? paint(word) + line.slice(word.length) : line));
}
