import { expect, it } from 'vitest';
import { type AtRisk, lostAt } from '../../../src/faults/kept.js';

const BEFORE: AtRisk = {
  keys: 50,
  master: 'redis-1',
  replid: 'a'.repeat(40),
  offset: 2000,
  isSnapshotted: false,
};
const NONE = '0'.repeat(40);

/** The master afterwards; applications have written 900 new keys to it. */
const after = (fields: Record<string, string>, id = 'redis-1') => ({
  id,
  info: new Map(
    Object.entries({
      role: 'master',
      master_replid: 'b'.repeat(40),
      master_replid2: NONE,
      second_repl_offset: '-1',
      db0: 'keys=900,expires=0,avg_ttl=0',
      ...fields,
    }),
  ),
});

it.each<[string, ReturnType<typeof after>, number | null, Partial<AtRisk>?]>([
  [
    'it started empty, and 900 new keys do not stand for the lost ones',
    after({ rdb_last_load_keys_loaded: '0' }),
    50,
  ],
  ['it loaded some', after({ rdb_last_load_keys_loaded: '40' }), 10],
  ['it goes on', after({ master_replid: BEFORE.replid }), 0],
  [
    'a replica was promoted in time',
    after({ master_replid2: BEFORE.replid, second_repl_offset: '2001' }, 'redis-2'),
    0,
  ],
  [
    'a replica was promoted that lacked a byte, which may be that of a PING',
    after({ master_replid2: BEFORE.replid, second_repl_offset: '2000' }, 'redis-2'),
    null,
  ],
  ['a copy of the empty one was promoted', after({ db0: '' }, 'redis-2'), 50],
  ['a replica was promoted after another one', after({}, 'redis-2'), null],
  ['it started empty, and how many it had is not known', after({}), null, { keys: null }],
  ['it goes on with keys of an unknown number', after({ master_replid: BEFORE.replid }), 0, { keys: null }],
  [
    'its RDB file is older, and has all keys',
    after({ master_replid2: BEFORE.replid, second_repl_offset: '1001', rdb_last_load_keys_loaded: '50' }),
    0,
  ],
  ['before Redis 7.0, without an RDB file', after({}), 50],
  ['before Redis 7.0, with one', after({ db0: 'keys=45,expires=0,avg_ttl=0' }), 5, { isSnapshotted: true }],
])('keys that are gone: %s', (_, now, lost, before = {}) => {
  expect(lostAt({ ...BEFORE, ...before }, now)).toBe(lost);
});
