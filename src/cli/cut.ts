import { widthOf } from '../report/plain-text.js';

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
