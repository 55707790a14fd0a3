import type { Globals } from '../config/globals.js';
import { usageError } from '../errors.js';
import type { View } from '../report/text/theme.js';
import type { Rows } from '../report/tsv.js';
import type { Command } from './command.js';

/** Refuses a format that the command does not have, before it does anything. */
export function checkOutput(def: Command, output: Globals['output']): void {
  if (output !== 'tsv' || def.rows !== undefined) return;
  throw usageError('no-rows', `${def.name} has no rows to print as tsv`, {
    hint: `sentinelctl ${def.name} --output table, json or yaml`,
  });
}

/** A result as text that ends with a line break. `tty` decides whether JSON is laid out for reading. */
export async function formatResult(
  def: Command,
  result: unknown,
  output: Globals['output'],
  view: View,
  tty: boolean,
): Promise<string> {
  if (output === 'table') return ended(def.render(result, view));
  if (output === 'tsv' && def.rows !== undefined) return tsv(def.rows(result));
  const document = def.toJson === undefined ? result : def.toJson(result);
  return output === 'yaml' ? yamlText(document) : jsonText(document, tty);
}

/** One JSON document and a line break. */
export function jsonText(document: unknown, tty: boolean): string {
  return `${JSON.stringify(document, null, tty ? 2 : 0)}\n`;
}

/** One YAML document and a line break. */
export async function yamlText(document: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  // Through JSON, so that both formats leave out and convert the same things.
  return ended(stringify(JSON.parse(JSON.stringify(document))));
}

/** A header and a line per row; tabs and line breaks within a cell become spaces. */
function tsv({ columns, rows }: Rows): string {
  const line = (cells: readonly string[]): string =>
    cells.map((c) => c.replace(/[\t\r\n]+/g, ' ')).join('\t');
  return `${[columns, ...rows].map(line).join('\n')}\n`;
}

const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
