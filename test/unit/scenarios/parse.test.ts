import { describe, expect, it } from 'vitest';
import { OperatorError } from '../../../src/errors.js';
import { parseScenario } from '../../../src/scenarios/format/parse.js';
import { builtIns } from '../../../src/scenarios/play/built-ins.js';

const FAULTS = ['kill', 'freeze', 'sentinel-down'];

const WHOLE = `name: mine
summary: the master crashes and is replaced
tags: [failover]
cluster: { replicas: 1, sentinels: 5, down-after: 1500ms, redis-conf: { maxmemory: 10mb } }
workload: { clients: 2, policy: wait:1 }
steps:
  - inject: kill
    on: master
  - wait: { event: +sdown, of: old-master }
    within: 10s
  - hold: no-failover
    for: 3s
  - heal
  - heal: kill
    how: as-crashed
  - set: { quorum: 4 }
    on: [sentinel-1, sentinel-2]
  - write: 10
expect:
  - failovers: 1
  - lost: { max: 3 }
  - two-masters: none
invariants: [right-replica]
`;

/** Everything that is said to be wrong with a text, a line each. */
async function faultsOf(text: string): Promise<string[]> {
  const error = await parseScenario(text, 'mine.yaml', FAULTS).then(
    () => {
      throw new Error('it was accepted');
    },
    (e: unknown) => e,
  );
  if (!(error instanceof OperatorError)) throw error;
  expect(error).toMatchObject({ code: 'bad-scenario', exitCode: 64 });
  return (error.why ?? '').split('\n');
}

/** The whole text with one piece of it replaced. */
function withInstead(piece: string, instead: string): string {
  expect(WHOLE).toContain(piece);
  return WHOLE.replace(piece, instead);
}

describe('a scenario file', () => {
  it('is read with its defaults, and each step knows its line', async () => {
    const scenario = await parseScenario(WHOLE, 'mine.yaml', FAULTS);
    expect(scenario).toMatchObject({
      name: 'mine',
      shape: {
        replicas: 1,
        sentinels: 5,
        quorum: 3,
        downAfterMs: 1500,
        failoverTimeoutMs: 10_000,
        loopback: 'shared',
        redisConf: [['maxmemory', '10mb']],
      },
      drivers: ['process', 'docker'],
      workload: { clients: 2, ratePerS: 200, policy: 'wait:1' },
      expect: [
        { is: 'failovers', min: 1, max: 1 },
        { is: 'lost', min: 0, max: 3, cause: null },
        { is: 'two-masters', minMs: 0, maxMs: 0 },
      ],
      weakness: null,
      file: 'mine.yaml',
    });
    expect(scenario.steps.map((s) => [s.line, s.do])).toEqual([
      [7, 'inject'],
      [9, 'wait'],
      [11, 'hold'],
      [13, 'heal'],
      [14, 'heal'],
      [16, 'set'],
      [18, 'write'],
    ]);
    expect(scenario.steps[1]).toMatchObject({
      until: { is: 'event', name: '+sdown', of: 'old-master', at: null, times: 1 },
      withinMs: 10_000,
    });
    expect(scenario.steps[4]).toMatchObject({ what: 'kill', asCrashed: true });
  });

  it.each([
    ['no YAML', 'steps:', 'steps: [', /^mine\.yaml:\d+:\d+: /],
    ['an unknown key', 'summary:', 'sumary:', 'mine.yaml:2:1: unknown key "sumary"; did you mean summary?'],
    [
      'a key that is missing',
      'summary: the master crashes and is replaced\n',
      '',
      'mine.yaml:1:1: summary: is missing',
    ],
    [
      'an unknown fault',
      'inject: kill',
      'inject: kil',
      'mine.yaml:7:13: steps[0].inject: unknown fault "kil"; did you mean kill?',
    ],
    [
      'an unknown step',
      '- heal\n',
      '- hael\n',
      /^mine\.yaml:13:5: steps\[3\]: expected a step: .*; got "hael"; did you mean heal\?$/,
    ],
    [
      'an unknown condition',
      'hold: no-failover',
      'hold: no-failovers',
      /^mine\.yaml:11:11: steps\[2\]\.hold: expected a condition: .*; did you mean no-failover\?$/,
    ],
    [
      'no duration',
      'within: 10s',
      'within: soon',
      'mine.yaml:10:13: steps[1].within: expected a duration (250ms, 5s, 2m)',
    ],
    [
      'an unknown key of a step',
      'within: 10s',
      'wihtin: 10s',
      'mine.yaml:10:5: steps[1]: unknown key "wihtin"; did you mean within?',
    ],
    [
      'an unknown role',
      'of: old-master',
      'of: oldmaster',
      /^mine\.yaml:9:32: steps\[1\]\.wait\.of: expected a node/,
    ],
    [
      'an unknown invariant',
      '[right-replica]',
      '[right-replicas]',
      /^mine\.yaml:23:14: invariants\[0\]: .*; did you mean right-replica\?$/,
    ],
    ['an impossible number', 'replicas: 1', 'replicas: 0', /^mine\.yaml:4:22: cluster\.replicas: /],
  ])('says where it is wrong: %s', async (_, piece, instead, says) => {
    const lines = await faultsOf(withInstead(piece, instead));
    const matches = (line: string): boolean => (says instanceof RegExp ? says.test(line) : line === says);
    expect(lines.filter(matches), lines.join('\n')).toHaveLength(1);
  });

  it('says everything that is wrong at once, in the order of the file', async () => {
    const lines = await faultsOf(
      withInstead('summary:', 'sumary:')
        .replace('within: 10s', 'within: soon')
        .replace('clients: 2', 'clients: 0'),
    );
    expect(lines.map((line) => line.split(':')[1])).toEqual(['1', '2', '5', '10']);
  });
});

describe('the built-in scenarios', () => {
  it('can all be read, have the name of their file, and say what their weakness means', async () => {
    const all = await builtIns();
    expect(all.length).toBeGreaterThan(35);
    for (const scenario of all) {
      expect(scenario.file).toBe(`built-in ${scenario.name}.yaml`);
      expect(scenario.tags.includes('weakness')).toBe(scenario.weakness !== null);
    }
  });
});
