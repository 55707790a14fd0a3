import { describe, expect, it } from 'vitest';
import { type NodeParty, placed } from '../../../../src/drivers/docker/links/parties.js';
import type { Link } from '../../../../src/drivers/links.js';

const party = (id: string, n: number, running = true): NodeParty => ({
  id,
  containerId: `c-${id}`,
  running,
  pid: 0,
  address: `10.1.1.${n}`,
  port: 6379,
});
const all = [party('redis-1', 11), party('redis-2', 12), party('redis-3', 13)];
const both = (a: string, b: string): Link[] => [
  { from: a, to: b },
  { from: b, to: a },
];
const specs = (links: Link[], parties = all): Record<string, string[]> =>
  Object.fromEntries(
    [...placed(links, parties, 'sentinelctl:c:t')].map(([{ id }, rules]) => [
      id,
      rules.map(({ spec }) => spec.replace(/ -m comment --comment "sentinelctl:c:t" -j DROP$/, '')),
    ]),
  );

describe('links between containers', () => {
  it('are cut at the one node that is cut off, in both directions', () => {
    expect(specs([...both('redis-2', 'redis-1'), ...both('redis-3', 'redis-1')])).toEqual({
      'redis-1': [
        'INPUT -s 10.1.1.12/32',
        'OUTPUT -d 10.1.1.12/32',
        'INPUT -s 10.1.1.13/32',
        'OUTPUT -d 10.1.1.13/32',
      ],
    });
  });

  it('are cut at the other end where one is down, and not at all where both are', () => {
    const down = [party('redis-1', 11, false), party('redis-2', 12, false), party('redis-3', 13)];
    expect(specs([...both('redis-1', 'redis-3'), ...both('redis-1', 'redis-2')], down)).toEqual({
      'redis-3': ['INPUT -s 10.1.1.11/32', 'OUTPUT -d 10.1.1.11/32'],
    });
  });

  it('are cut one way only where that is asked', () => {
    expect(specs([{ from: 'redis-1', to: 'redis-2' }])).toEqual({ 'redis-1': ['OUTPUT -d 10.1.1.12/32'] });
  });

  it('are all cut, at each driver', () => {
    const links = [
      ...both('redis-1', 'redis-2'),
      ...both('redis-2', 'redis-3'),
      ...both('redis-1', 'redis-3'),
    ];
    const rules = [...placed(links, all, 'sentinelctl:c:t').values()].flat();
    expect(rules).toHaveLength(links.length);
  });
});
