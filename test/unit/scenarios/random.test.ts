import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/faults/catalogue/index.js';
import { type RandomOptions, randomScenario } from '../../../src/scenarios/format/random.js';
import { DEFAULT_SHAPE } from '../../../src/scenarios/format/scenario.js';

const OPTIONS: RandomOptions = {
  seed: 7,
  shape: DEFAULT_SHAPE,
  links: true,
  wide: false,
  drivers: ['process'],
};
const many = (options: Partial<RandomOptions> = {}) =>
  Array.from({ length: 300 }, (_, i) => randomScenario(i + 1, { ...OPTIONS, ...options }));
const faultsOf = (scenarios: ReturnType<typeof many>): Set<string> =>
  new Set(scenarios.flatMap((s) => s.steps.flatMap((step) => (step.do === 'inject' ? [step.fault] : []))));

/** Those of the catalogue whose name says that they hit more than one node, as far as a random run may meet them. */
const WIDE = ['sentinel-majority-down', 'all-replicas-down'];

describe('random scenarios', () => {
  it('are the same for the same seed, and others for another one', () => {
    expect(many()).toEqual(many());
    expect(many().map((s) => s.name)).not.toEqual(many({ seed: 8 }).map((s) => s.name));
  });

  it('hit no majority of the sentinels and not all replicas, unless asked to', () => {
    expect([...faultsOf(many())].filter((f) => WIDE.includes(f))).toEqual([]);
    expect([...faultsOf(many({ wide: true }))].filter((f) => WIDE.includes(f)).sort()).toEqual(
      [...WIDE].sort(),
    );
  });

  it('cut no links where none can be cut', () => {
    expect(faultsOf(many()).has('partition')).toBe(true);
    expect(faultsOf(many({ links: false })).has('partition')).toBe(false);
  });

  it('are counted as English counts', () => {
    const ordinals = many()
      .flatMap((s) => /the (\d+\w+):/.exec(s.summary)?.[1] ?? [])
      .filter((words) => /^(1|2|3|4|11|12|13|21|22|23)\D/.test(words));
    expect(ordinals).toEqual(['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd', '23rd']);
  });

  it('know only faults of the catalogue, and heal at their end', () => {
    const known = catalogue.map((f) => f.name);
    for (const fault of faultsOf(many({ wide: true }))) expect(known).toContain(fault);
    for (const s of many()) expect(s.steps.slice(-2).map((x) => x.do)).toEqual(['heal', 'wait']);
  });
});
