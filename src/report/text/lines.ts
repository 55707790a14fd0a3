import { plain, together, wrap } from '../plain-text.js';
import { lineWidth, SYMBOL, themeOf, type View } from './theme.js';

/** `→ command`, broken only where the terminal is narrower; `indent` columns in, under what it belongs to. */
export function nextLines(command: string, view: View, indent = 0): string[] {
  const line = `${' '.repeat(indent)}${SYMBOL.next} ${plain(command)}`;
  return wrap(line, lineWidth(view), indent + 2).map(themeOf(view).accent);
}

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
