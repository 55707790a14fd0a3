import { plain } from '../plain-text.js';

/** Cells, already Markdown. */
export type Row = readonly string[];

/** The first row has the titles. */
export function tableOf([titles = [], ...rows]: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text that a server may have sent: no markup, no HTML, no new cell, one line. */
export const text = (words: string): string =>
  plain(words)
    .replaceAll('\u00a0', ' ')
    .replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c)
    .replace(/[\\`*_[\]|#]/g, (c) => `\\${c}`);

/** Code within a table: neither a backtick nor a bar can be escaped there by a backslash alone. */
export const code = (words: string): string =>
  `\`${plain(words).replaceAll('`', "'").replaceAll('|', '\\|')}\``;

/** A line of a shell as a block of code. */
export const fenced = (words: string): string => `\`\`\`sh\n${plain(words).replaceAll('```', "'''")}\n\`\`\``;
