/** A stretch of time on the common axis, in milliseconds from the fault. */
export interface Span {
  fromMs: number;
  toMs: number;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/**
 * A bar of at most `columns` columns on an axis from 0 to `endMs`. It begins in the column that its start falls
 * into and is never empty: what was short still happened.
 */
export function bar(span: Span, endMs: number, columns: number, block = '█'): string {
  if (columns <= 0 || endMs <= 0) return '';
  const at = (ms: number): number => (Math.min(Math.max(ms, 0), endMs) / endMs) * columns;
  const start = Math.min(Math.floor(at(span.fromMs)), columns - 1);
  const length = Math.min(Math.max(at(span.toMs) - start, 0), columns - start);
  const whole = Math.floor(length);
  const rest = EIGHTHS[Math.floor((length - whole) * 8)] ?? '';
  // Only the full block comes in eighths.
  const drawn = block === '█' ? block.repeat(whole) + rest : block.repeat(Math.max(1, Math.round(length)));
  return ' '.repeat(start) + (drawn === '' ? '▏' : drawn);
}

/** The axis: `0 ─────── 17.5 s`, exactly `columns` wide where there is room for the words. */
export function axis(end: string, columns: number): string {
  const line = columns - 2 - end.length - 1;
  return line < 1 ? end.slice(0, Math.max(0, columns)) : `0 ${'─'.repeat(line)} ${end}`;
}
