import { wrap } from '../report/plain-text.js';
import type { Failure } from './failure.js';
import { type Paint, painter } from './streams.js';

/**
 * At most three things, aligned: what, why, what to type next. Sentences are broken at `columns`; what to type is left to
 * the terminal, which copies it as one line.
 */
export function failureText(
  failure: Failure,
  { color, debug, columns }: { color: boolean; debug: boolean; columns: number },
): string {
  const paint = painter(color);
  const { message, why, hint, account } = failure;
  const lines = [
    labelled(paint, 'red', 'error:', [message, ...account].join('\n'), columns),
    ...(why === undefined ? [] : [labelled(paint, 'dim', '  why:', why, columns)]),
    ...(hint === undefined ? [] : [labelled(paint, 'cyan', '  try:', hint)]),
  ];
  if (debug && failure.stack !== undefined) lines.push(failure.stack);
  return `${lines.join('\n')}\n`;
}

/** Where the text begins, behind its label. */
const INDENT = 7;

function labelled(
  paint: Paint,
  style: Parameters<Paint>[0],
  label: string,
  text: string,
  columns = Infinity,
): string {
  const lines = text
    .trimEnd()
    .split('\n')
    .flatMap(brokenAt(columns - INDENT));
  return lines
    .map(
      (line, i) =>
        `${i === 0 ? `${paint(style, label)}${' '.repeat(INDENT - label.length)}` : ' '.repeat(INDENT)}${line}`,
    )
    .join('\n');
}

/** A word that is longer than a line, such as a path, stays whole. */
const brokenAt =
  (columns: number) =>
  (line: string): string[] =>
    line.split(' ').some((word) => word.length > columns) ? [line] : wrap(line, columns);
