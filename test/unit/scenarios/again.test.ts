import { afterEach, beforeEach, expect, it } from 'vitest';
import { setImplied } from '../../../src/model/hints.js';
import type { Scenario } from '../../../src/scenarios/format/scenario.js';
import { type ChaosOptions, skippedResult } from '../../../src/scenarios/play/play-on.js';

const scenario = {
  name: 'kill',
  file: 'built-in kill',
  summary: '',
  tags: [],
  source: '',
} as unknown as Scenario;
const options = { driver: 'process', cluster: null } as ChaosOptions;

beforeEach(() => setImplied(false));
afterEach(() => setImplied(true));

it('a scenario that was played on its own cluster is repeated on one, whichever is chosen by use', () => {
  expect(skippedResult(scenario, options, 'not here').command).toBe(
    'sentinelctl chaos run kill --driver process',
  );
});
