import { expect } from 'vitest';
import { widthOf } from '../../../src/report/plain-text.js';
import type { View } from '../../../src/report/text/theme.js';

export const plainView = (columns: number): View => ({ color: false, columns });

const ESC = String.fromCharCode(27);
/** `→ command`, which the terminal wraps, so that it is copied as one line. */
const COMMAND = new RegExp(`^ *(?:${ESC}\\[\\d+m)* *→ `);

/** The lines that are wider than the view: must be none but commands. */
const tooWide = (text: string, columns: number): string[] =>
  text.split('\n').filter((line) => widthOf(line) > columns && !COMMAND.test(line));

/** Draws at 100, 60, 40 and 24 columns, with and without colour: nothing overflows, nothing trails. */
export function expectToFit(draw: (view: View) => string): void {
  for (const columns of [120, 100, 60, 40, 24]) {
    for (const color of [false, true]) {
      const text = draw({ color, columns });
      expect(tooWide(text, columns), `at ${columns} columns`).toEqual([]);
      expect(text).not.toMatch(/\n$/);
      if (!color) expect(text).not.toMatch(/ $| \n|\p{Cc}\[/u);
    }
  }
}
