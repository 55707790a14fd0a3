import { describe, expect, it } from 'vitest';
import { OperatorError } from '../../../src/errors.js';
import { catalogue } from '../../../src/faults/catalogue/index.js';
import { parseScenario } from '../../../src/scenarios/format/parse.js';
import type { Scenario } from '../../../src/scenarios/format/scenario.js';
import { checkFile } from '../../../src/scenarios/play/check-file.js';
import { planOf } from '../../../src/scenarios/play/plan.js';

const read = (text: string): Promise<Scenario> =>
  parseScenario(
    text,
    'mine.yaml',
    catalogue.map((f) => f.name),
    checkFile,
  );

const withSteps = (steps: string): string => `name: mine
summary: something that goes wrong
cluster: { replicas: 2, sentinels: 3 }
steps:
${steps}`;

async function faultsOf(text: string): Promise<string[]> {
  const error = await read(text).then(
    () => null,
    (e: unknown) => e,
  );
  if (!(error instanceof OperatorError)) throw error ?? new Error('it was accepted');
  expect(error).toMatchObject({ code: 'bad-scenario', exitCode: 64 });
  return (error.why ?? '').split('\n');
}

describe('a scenario that could never be played is refused when it is read', () => {
  it.each([
    ['a fault that is none', '  - inject: sentinel-dwn', /^mine\.yaml:5:13: .*did you mean sentinel-down\?$/],
    [
      'a node that its cluster lacks',
      '  - inject: sentinel-down\n    on: sentinel-9',
      'mine.yaml:6:9: steps[0].on: no node sentinel-9: this cluster has sentinel-1 to sentinel-3',
    ],
    [
      'such a node in a list',
      '  - set: { quorum: 1 }\n    on: [sentinel-1, sentinel-4]',
      /^mine\.yaml:6:22: steps\[0\]\.on\[1\]: no node sentinel-4: /,
    ],
    [
      'such a replica in a condition',
      '  - inject: kill\n  - wait: { event: +sdown, of: replica-3 }',
      /^mine\.yaml:6:32: steps\[1\]\.wait\.of: no node replica-3: this cluster has replica-1 to replica-2$/,
    ],
    [
      'an unknown word for a node',
      '  - inject: kill\n    on: mastre',
      /^mine\.yaml:6:9: steps\[0\]\.on: unknown node "mastre"; did you mean master\? \(/,
    ],
    ['a node of the other kind', '  - inject: kill\n    on: sentinel-1', /sentinel-1 is not a data node/],
    [
      'an option of SENTINEL SET that is none',
      '  - set: { down-aftr: 5 }\n    on: sentinels',
      /^mine\.yaml:5:12: steps\[0\]\.set: SENTINEL SET has no "down-aftr"/,
    ],
    [
      'a setting of SENTINEL DEBUG that is none',
      '  - debug: { tilt-peroid: 5000 }\n    on: sentinels',
      /did you mean tilt-period\?$/,
    ],
    [
      'what the fault does not heed',
      '  - inject: kill\n    with: { delay: 5ms }',
      'mine.yaml:6:13: steps[0].with: kill does not take "delay": for',
    ],
    [
      'a time without its unit',
      '  - inject: freeze\n    with: { for: 5 }',
      'mine.yaml:6:18: steps[0].with.for: give a unit: 5s or 5ms',
    ],
    [
      'a time that stands beside the fault',
      '  - inject: freeze\n    for: 5s',
      'mine.yaml:6:5: steps[0]: unknown key "for"; write with: { for: … }',
    ],
    [
      'healing what is not injected',
      '  - inject: kill\n  - heal: kil',
      'mine.yaml:6:11: steps[1].heal: nothing called "kil" is injected by this scenario; did you mean kill?',
    ],
  ])('%s', async (_, steps, says) => {
    const lines = await faultsOf(withSteps(steps));
    expect(lines).toEqual([says instanceof RegExp ? expect.stringMatching(says) : says]);
  });

  it('all at once, those of the format too, in the order of the file', async () => {
    const text = withSteps(
      '  - inject: sentinel-dwn\n  - inject: kill\n    on: redis-9\n  - set: { down-aftr: 5 }\n    on: sentinels\n  - rest: soon',
    ).replace('sentinels: 3', 'sentinels: 3, down-after: 2');
    const lines = await faultsOf(text);
    expect(lines.map((line) => line.split(':')[1])).toEqual(['3', '5', '7', '8', '10']);
    expect(lines[0]).toBe('mine.yaml:3:51: cluster.down-after: give a unit: 2s or 2ms');
  });
});

it('a node that has its role only while it is played is known in a dry run as well', async () => {
  const scenario = await read(
    withSteps('  - inject: kill\n    on: new-master\n  - inject: sentinel-down\n    on: leader'),
  );
  expect(planOf(scenario, 'process').steps.flatMap((s) => s.acts.map((a) => a.does))).toEqual([
    expect.stringContaining('redis-2'),
    expect.stringContaining('sentinel-1'),
  ]);
});
