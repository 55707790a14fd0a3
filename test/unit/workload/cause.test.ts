import { describe, expect, it } from 'vitest';
import type { LossContext } from '../../../src/workload/cause.js';
import { causeOf } from '../../../src/workload/cause.js';
import { killed, START_MS } from '../../helpers/workload-record.js';

/** n1 died at 1 s and came back at 5 s, unless said otherwise. */
const cases: [string, Partial<LossContext>, string, number, string][] = [
  ['before a crash', {}, 'n1', 900, 'unreplicated'],
  ['in the moment of a crash, seen a little late', {}, 'n1', 1003, 'unreplicated'],
  ['after its return, seen a little late', {}, 'n1', 4990, 'zombie'],
  ['after its return', {}, 'n1', 9000, 'zombie'],
  ['after a crash without return', { returnedAtMs: null, convertedAtMs: null }, 'n1', 1003, 'unreplicated'],
  ['after a thaw', { fault: 'freeze' }, 'n1', 6000, 'zombie'],
  ['before a freeze', { fault: 'freeze' }, 'n1', 999, 'unreplicated'],
  ['before a partition', { fault: 'partition-master' }, 'n1', 999, 'unreplicated'],
  ['on the minority side', { fault: 'partition-master' }, 'n1', 2000, 'minority'],
  ['on the minority side, late', { fault: 'partition-master' }, 'n1', 4900, 'minority'],
  [
    'on the minority side that was never healed',
    { fault: 'partition', returnedAtMs: null },
    'n1',
    9000,
    'minority',
  ],
  ['after the heal', { fault: 'partition-master' }, 'n1', 6000, 'zombie'],
  [
    'before an empty restart',
    { newMaster: null, fault: 'restart', cameBackEmpty: true },
    'n1',
    900,
    'empty-restart',
  ],
  [
    'before an empty restart of what stays master',
    { newMaster: 'n1', cameBackEmpty: true },
    'n1',
    900,
    'empty-restart',
  ],
  [
    'in a planned failover, before it',
    { fault: 'switchover', returnedAtMs: null },
    'n1',
    990,
    'planned-switchover',
  ],
  [
    'in a planned failover, after it',
    { fault: 'failover', returnedAtMs: null },
    'n1',
    8000,
    'planned-switchover',
  ],
  ['by a node without a fault', {}, 'n2', 16_000, 'unknown'],
  ['where no master was replaced and nothing is empty', { newMaster: null }, 'n1', 900, 'unknown'],
];

describe('a write is lost', () => {
  it.each(cases)('%s', (_, more, node, atMs, cause) => {
    expect(causeOf(killed(more), node, START_MS + atMs)).toBe(cause);
  });
});
