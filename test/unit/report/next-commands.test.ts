import { describe, expect, it } from 'vitest';
import { nextCommands } from '../../../src/report/words/headline.js';
import { heldResult } from '../../helpers/results.js';
import { nothingCame, trial } from '../../helpers/trials.js';

describe('the command that repeats a test of which nothing came', () => {
  const untested = 'thawed after 12.18 s, before down-after 15.00 s had passed; nothing was tested';
  const linesOf = (downAfterMs: number, forText: string, trials = [nothingCame({ untested })]): string[] => {
    const held = heldResult();
    const command = `sentinelctl failover-test --cluster demo --fault freeze${forText} --trials 1 --seed 1`;
    const result = { ...held, command, trials, outcome: 'unknown' as const, faultForMs: 12_000 };
    const config = { ...held.config, downAfterMs };
    return nextCommands({ ...result, config }, command);
  };
  const repeating = (lines: readonly string[]): string[] =>
    lines.filter((line) => line.includes('failover-test'));

  it.each([
    ['has a freeze that a failover ends within', 15_000, ' --for 12s', ' --for 25s'],
    ['also where no quorum had the time', 15_000, ' --for 15.5s', ' --for 25s'],
    ['takes the default where none that can be asked for is long enough', 595_000, ' --for 9m', ''],
  ])('%s', (_what, downAfterMs, given, printed) => {
    expect(repeating(linesOf(downAfterMs, given))).toEqual([
      `sentinelctl failover-test --cluster demo --fault freeze${printed} --trials 1 --seed 1  # again, with a longer freeze`,
    ]);
  });

  it('is not there where it would be the same one, or a failover came: it would only kill the master again', () => {
    for (const lines of [
      linesOf(15_000, ' --for 40s'),
      linesOf(15_000, ''),
      linesOf(15_000, ' --for 12s', [trial()]),
      linesOf(15_000, ' --for 12s', [trial(), nothingCame({ untested })]),
    ]) {
      expect(repeating(lines)).toEqual([]);
      expect(lines[0]).toMatch(/^sentinelctl status/);
    }
  });
});
