import { describe, expect, it } from 'vitest';
import type { StatusResult } from '../../../src/model/status.js';
import { nodeChoices } from '../../../src/tui/node-choices.js';

const IDS = ['master', 'redis-1', 'redis-2', 'sentinel-1'];
const STATUS = {
  sentinels: [{ id: 'sentinel-1', reachable: true }],
  masters: [
    {
      master: { id: 'redis-1' },
      nodes: [
        { id: 'redis-1', role: 'master', reachable: true, linkStatus: null },
        { id: 'redis-2', role: 'unknown', reachable: false, linkStatus: null },
      ],
    },
  ],
} as unknown as StatusResult;
const shown = (command: string, status: StatusResult | undefined): string[] =>
  nodeChoices(IDS, status, command).map((c) => c.name);

describe('the nodes that a question offers', () => {
  it('those that answer first, with what each is at this moment', () => {
    expect(shown('logs', STATUS)).toEqual([
      'master      redis-1 now',
      'redis-1     master',
      'sentinel-1  answers',
      'redis-2     no answer',
    ]);
  });

  it.each(['kill', 'stop', 'pause', 'restart'])(
    'the master last for %s, and what that means, so that Enter alone does not choose it',
    (command) => {
      expect(shown(command, STATUS)).toEqual([
        'sentinel-1  answers',
        'redis-2     no answer',
        'master      redis-1 now: writes stop',
        'redis-1     master: writes stop',
      ]);
      expect(shown(command, undefined)).toEqual(['sentinel-1', 'redis-1', 'redis-2', 'master']);
    },
  );

  it('each of two masters last', () => {
    const two = structuredClone(STATUS);
    const [first] = two.masters;
    if (first !== undefined)
      first.nodes = first.nodes.map((node) => ({ ...node, role: 'master', reachable: true }));
    expect(shown('kill', two)).toEqual([
      'sentinel-1  answers',
      'master      redis-1 now: writes stop',
      'redis-1     master: writes stop',
      'redis-2     master: writes stop',
    ]);
  });

  it('those that do not answer first, where a command is meant for them', () => {
    for (const command of ['start', 'resume'])
      expect(shown(command, STATUS)[0]).toBe('redis-2     no answer');
  });

  it('the bare names where nothing is known, and always the bare name as the answer', () => {
    expect(shown('logs', undefined)).toEqual(IDS);
    expect(nodeChoices(IDS, STATUS, 'kill').map((c) => c.value)).toEqual(
      expect.arrayContaining(['redis-2', 'master']),
    );
  });
});
