/** What a command prints as rows: the records, and which of their fields, by their names in the JSON document. */
export interface RowSet<R = never> {
  /** Paths within a record, `switchedMs.p50`; the first one names the record. */
  columns: readonly string[];
  /** Those that are printed where none were named, where a result can lack some of all. */
  usual?(result: R): readonly string[];
  of(result: R): readonly object[];
}

/** The value at a path, as text: empty where there is none, `a,b` for a list. */
export function cell(record: object, path: string): string {
  let value: unknown = record;
  for (const key of path.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  }
  const text = textOf(value);
  // A cell is part of one line.
  return text.replace(/[\t\r\n]+/g, ' ');
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value) && value.every((part) => typeof part !== 'object')) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
