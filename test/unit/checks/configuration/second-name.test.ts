import { describe, expect, it } from 'vitest';
import { assess } from '../../../../src/checks/assess.js';
import { expectationOf } from '../../../../src/checks/facts-of.js';
import { CHECKS, diagnose } from '../../../../src/checks/index.js';
import type { Gathered } from '../../../../src/model/gathered.js';
import { flawless } from '../../../helpers/alterations/index.js';
import { flat } from '../../../helpers/doctor.js';
import { given, sentinelIn } from '../../../helpers/healthy-gathering.js';
import { asSurveyed } from '../../../helpers/surveyed.js';

/** `stale`, for the same master, beside mymaster at these sentinels, or instead of it. */
function withStale(ns: readonly number[], how: 'beside' | 'instead'): Gathered {
  const gathered = flawless('one machine');
  for (const n of ns) {
    const masters = given(sentinelIn(gathered, n).masters);
    const stale = masters.map((m) => ({
      ...structuredClone(m),
      name: 'stale',
      fields: { ...m.fields, name: 'stale' },
    }));
    if (how === 'instead') masters.splice(0);
    masters.push(...stale);
  }
  for (const node of gathered.nodes) node.masterNames.push('stale');
  return gathered;
}

/** The commands that remove a name, of status and of doctor. */
const removals = (gathered: Gathered, masterName: string | null): string[] =>
  fixes(gathered, masterName, 'SENTINEL REMOVE');

function fixes(gathered: Gathered, masterName: string | null, words: string): string[] {
  const about = { ...gathered, masterName };
  const { problems } = assess(asSurveyed(about, masterName ?? undefined), expectationOf(about));
  const found = [...problems, ...flat(diagnose(about, CHECKS).findings)];
  return [...new Set(found.flatMap(({ fix }) => fix).filter((line) => line.includes(words)))];
}

describe.each([null, 'mymaster', 'stale'])('with --master-name %s', (masterName) => {
  it('a second name at one sentinel is removed there, and never the name of all', () => {
    expect(removals(withStale([3], 'beside'), masterName)).toEqual([
      expect.stringMatching(/^redis-cli -h \S+ -p \d+ SENTINEL REMOVE stale$/),
    ]);
  });

  it('a second name at one sentinel is not given to the others', () => {
    expect(fixes(withStale([3], 'beside'), masterName, 'SENTINEL MONITOR stale')).toEqual([]);
  });

  it('of two names that all sentinels have, a person chooses', () => {
    expect(removals(withStale([1, 2, 3], 'beside'), masterName)).toEqual([
      'find out which of mymaster and stale the clients use, and remove the other at each sentinel that has it: SENTINEL REMOVE',
    ]);
  });

  it('the name of most sentinels is never removed', () => {
    const lines = removals(withStale([3], 'instead'), masterName);
    expect(lines).not.toEqual([]);
    expect(lines.filter((line) => line.includes('REMOVE mymaster'))).toEqual([]);
  });

  it('of two names that equally many have, a person chooses', () => {
    const gathered = withStale([2], 'instead');
    gathered.sentinels.splice(2);
    for (const line of removals(gathered, masterName)) expect(line).toMatch(/^find out which of /);
  });
});
