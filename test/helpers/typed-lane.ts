import { describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.js';
import { typedAsJson } from './json-lines.js';
import { commandsInProcesses, laneOf, processesOf, requireEngine } from './typed.js';
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
  const asProcesses = processesOf(parts);
  for (const part of laneOf(parts, lane, LANES)) part.define(asProcesses.get(part) ?? new Set());
  if (lane > 1) return;
  describe('the tables of examples', checkTables);
  it('the lanes have every part once', () => {
    const all = Array.from({ length: LANES }, (_, i) => laneOf(parts, i + 1, LANES)).flat();
    expect(new Set(all)).toEqual(new Set(parts));
    expect(all).toHaveLength(parts.length);
  });
  it('each command is typed as a process of its own', () => {
    const typed = commandsInProcesses(parts);
    const asJson = typedAsJson.map((line) => line.split(' ')[1]);
    expect(Object.keys(commands).filter((name) => !typed.has(name) && !asJson.includes(name))).toEqual([]);
  });
}
