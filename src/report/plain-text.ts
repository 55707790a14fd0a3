import stringWidth from 'string-width';

/** How wide a text is on a terminal, in columns: colours count nothing, wide characters two. */
export const widthOf = (text: string): number => stringWidth(text);

const ESC = String.fromCharCode(27);
/** Escape sequences, and control, format and line separating characters, which can hide or move text. */
const UNSAFE = new RegExp(`(?:${ESC}\\[[0-9;?]*[ -/]*[@-~]|[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}])+`, 'gu');

/** A text that a server sent, made safe for one line of a terminal: no control characters, no escape sequences. */
export const plain = (text: string): string => text.replace(UNSAFE, ' ');

/** Fills up with spaces to `width` columns; never cuts. */
export const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)));

export const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** Cuts a text without colours to a number of columns; `…` replaces the rest. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  for (const char of text) {
    if (widthOf(kept + char) > columns - 1) break;
    kept += char;
  }
  return `${kept}…`;
}

const NBSP = '\u00a0';
/** Keeps the words of a text on one line when it is wrapped: `84 ms`. */
export const together = (text: string): string => text.replaceAll(' ', NBSP);

/** Names of commands in sentences: `sentinelctl recover`. */
const NAMED = /\bsentinelctl (?=[a-z-])/g;
/** The longest of them, with room for what hangs. */
const NAME_COLUMNS = 40;

/**
 * Breaks a text (without colours) into lines of at most `columns`, at spaces where possible and not within the name of
 * a command; lines after the first are indented by `indent` columns.
 */
export function wrap(text: string, columns: number, indent = 0): string[] {
  const lines: string[] = [];
  const hang = ' '.repeat(Math.min(indent, Math.max(0, columns - 1)));
  let line = /^ */.exec(text)?.[0] ?? '';
  let begun = false;
  const room = (): number => columns - (lines.length === 0 ? 0 : hang.length);
  const flush = (): void => {
    lines.push((lines.length === 0 ? line : hang + line).trimEnd().replaceAll(NBSP, ' '));
    line = '';
    begun = false;
  };
  const whole = columns < NAME_COLUMNS ? text : text.replace(NAMED, together);
  for (const word of whole.trimStart().split(' ')) {
    const joined = begun ? `${line} ${word}` : line + word;
    if (widthOf(joined) <= room()) line = joined;
    else {
      if (begun) flush();
      for (const char of word) {
        if (widthOf(line + char) > room()) flush();
        line += char;
      }
    }
    begun = true;
  }
  if (line !== '' || lines.length === 0) flush();
  return lines;
}
