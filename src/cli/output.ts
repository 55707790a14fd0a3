import type { Globals } from '../config/globals.js';
import { usageError } from '../errors.js';
import { nearest } from '../model/nearest.js';
import { cell } from '../report/rows.js';
import type { View } from '../report/text/theme.js';
import type { Command } from './command.js';

type Format = Pick<Globals, 'output' | 'columns'>;

/** Refuses a format or a column that the command does not have, before it does anything. */
export function checkOutput(def: Command, { output, columns }: Format): void {
  const isRows = output === 'tsv' || output === 'name';
  if (isRows && def.rows === undefined) {
    throw usageError('no-rows', `${def.name} has no rows to print as ${output}`, {
      hint: `sentinelctl ${def.name} --output table # or json, yaml`,
    });
  }
  if (columns === null) return;
  if (output !== 'tsv') {
    throw usageError('contradiction', `--columns cannot be combined with --output ${output}`, {
      why: 'columns are those of --output tsv',
      hint: 'leave one of them out',
    });
  }
  const known = def.rows?.columns ?? [];
  const unknown = columns.find((column) => !known.includes(column));
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  throw usageError('bad-value', `--columns: unknown column ${JSON.stringify(unknown)}`, {
    why: `${def.name} has ${known.join(', ')}`,
    hint: `--columns ${meant ?? known.slice(0, 2).join(',')}`,
  });
}

/** A result as text that ends with a line break. `tty` decides whether JSON is laid out for reading. */
export async function formatResult(
  def: Command,
  result: unknown,
  { output, columns }: Format,
  view: View,
  tty: boolean,
): Promise<string> {
  if (output === 'table') return ended(def.render(result, view));
  if (output === 'tsv' || output === 'name') {
    const [all = [], records = []] = [def.rows?.columns, def.rows?.of(result as never)];
    const usual = def.rows?.usual?.(result as never) ?? all;
    return output === 'tsv' ? tsv(columns ?? usual, records) : names(all[0] ?? '', records);
  }
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
  // A line is as long as its text: a program reads it.
  return ended(stringify(JSON.parse(JSON.stringify(document)), { lineWidth: 0 }));
}

/** A header and a line per record; the names are those of the JSON document. */
const tsv = (columns: readonly string[], records: readonly object[]): string =>
  `${columns.join('\t')}\n${tsvLines(columns, records)}`;

/** A line per record, without the header. */
export const tsvLines = (columns: readonly string[], records: readonly object[]): string =>
  records.map((record) => `${columns.map((column) => cell(record, column)).join('\t')}\n`).join('');

/** The name of each record once, a line each, without a header. */
export const names = (column: string, records: readonly object[]): string =>
  [...new Set(records.map((record) => cell(record, column)))].map((name) => `${name}\n`).join('');

const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
