import { describe, expect, it } from 'vitest';
import { failureDocument, failureOf } from '../../../src/cli/failure.js';
import { failureText } from '../../../src/cli/failure-text.js';
import { interrupted } from '../../../src/cli/interrupts.js';
import { withAccount } from '../../../src/errors.js';
import { masterNowWords, restoredLines } from '../../../src/observe/restored-words.js';

const restored = {
  undone: ['redis-1 runs again as a replica of redis-2'],
  master: { id: 'redis-2', host: '127.0.0.1', port: 6380 },
  keysRemoved: 8,
};

describe('an interrupted run', () => {
  const told = withAccount(interrupted(), [
    'interrupted in: hold',
    ...restoredLines(restored, { id: 'redis-1' }),
  ]);

  it('says below the interruption what it did until then', () => {
    expect(failureText(failureOf(told), { color: false, debug: false, columns: 100 })).toMatchInlineSnapshot(`
      "error: interrupted by Ctrl-C
             interrupted in: hold
             rolled back: redis-1 runs again as a replica of redis-2; 8 keys of the run removed; all nodes
             agree again
             redis-2 127.0.0.1:6380 is the master now
      "
    `);
    expect(failureOf(told).exitCode).toBe(130);
  });

  it('has the same lines in JSON, also where more is added later', () => {
    const more = withAccount(told, ['one sentinel down: everything held']);
    expect(failureDocument(failureOf(more))).toMatchObject({
      error: {
        code: 'interrupted',
        account: [
          'one sentinel down: everything held',
          'interrupted in: hold',
          expect.any(String),
          expect.any(String),
        ],
      },
    });
    expect(failureDocument(failureOf(interrupted()))).not.toHaveProperty('error.account');
  });

  it('that rolled nothing back says so', () => {
    expect(restoredLines({ ...restored, undone: [], keysRemoved: 0 }, { id: 'redis-2' })).toEqual([
      'nothing had to be rolled back',
      'redis-2 127.0.0.1:6380 is still the master: no failover happened',
    ]);
    expect(restoredLines({ ...restored, undone: [], keysRemoved: 0 }, { id: 'redis-2' }, true)).toEqual([
      'redis-2 127.0.0.1:6380 is still the master: no failover happened',
    ]);
  });
});

it('a command that has replaced the master before never says that no failover happened', () => {
  const now = 'redis-2 127.0.0.1:6380 is';
  expect(masterNowWords({ restored, oldMaster: { id: 'redis-2' } })).toBe(
    `${now} still the master: no failover happened`,
  );
  expect(masterNowWords({ restored, oldMaster: null })).toBe(`${now} the master now`);
});
