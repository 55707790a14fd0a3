import { widthOf } from '../report/plain-text.js';

/** A text without colours, at most so many columns wide: what is too much becomes `…`. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  for (const char of text) {
    if (widthOf(kept + char) > columns - 1) break;
    kept += char;
  }
  return `${kept}…`;
}
