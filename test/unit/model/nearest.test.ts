import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/model/nearest.js';

describe('nearest', () => {
  const words = ['up', 'down', 'status', 'sentinels', 'master-addr', 'failover-test'];

  it.each([
    ['upp', 'up'],
    ['sttaus', 'status'],
    ['STATUS', 'status'],
    ['sentinel', 'sentinels'],
    ['failover', 'failover-test'],
    ['master_addr', 'master-addr'],
  ])('%s was probably meant as %s', (typed, meant) => expect(nearest(typed, words)).toBe(meant));

  it.each(['', 'xyzzy', 'deploy', 'x'.repeat(300), '🦊'])('nothing is near to %j', (typed) =>
    expect(nearest(typed, words)).toBeUndefined(),
  );
});
