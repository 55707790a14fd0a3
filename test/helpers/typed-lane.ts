import { describe, expect, it } from 'vitest';
import { laneOf, requireEngine } from './typed.js';
import { documentParts } from './typed-documents.js';
import { checkTables, exampleParts } from './typed-examples.js';

/**
 * Every line that a document or a command's help shows, each typed once. They are spread over several test files, the
 * lanes, which run at the same time.
 */
const LANES = 4;
const parts = [...documentParts, ...exampleParts];

/** Types what is in one lane, from 1. */
export function typeLane(lane: number): void {
  requireEngine();
  for (const part of laneOf(parts, lane, LANES)) part.define();
  if (lane > 1) return;
  describe('the tables of examples', checkTables);
  it('the lanes have every part once', () => {
    const all = Array.from({ length: LANES }, (_, i) => laneOf(parts, i + 1, LANES)).flat();
    expect(new Set(all)).toEqual(new Set(parts));
    expect(all).toHaveLength(parts.length);
  });
}
