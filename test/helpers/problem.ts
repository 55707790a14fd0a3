import { assess } from '../../src/checks/assess.js';
import type { Snapshot } from '../../src/model/snapshot.js';
import type { Expectation, Problem } from '../../src/model/status.js';
import { answerOf, ours, redisAddress, sentinelAddress } from './snapshots.js';

/** The one problem of this id; fails where it is missing or there twice. */
export function problem(id: string, snapshot: Snapshot, expectation: Expectation = ours()): Problem {
  const all = assess(snapshot, expectation).problems;
  const found = all.filter((p) => p.id === id);
  if (found[0] === undefined || found.length > 1) {
    throw new Error(`expected one ${id}, found: ${all.map((p) => p.id).join(', ') || 'nothing'}`);
  }
  return found[0];
}

/** What is wrong, in the order in which it is shown. */
export const idsOf = (snapshot: Snapshot, expectation: Expectation = ours()): string[] =>
  assess(snapshot, expectation).problems.map((p) => p.id);

/** A sentinel that is gone for an hour. */
export const ghostAt = {
  address: sentinelAddress(9),
  sentinelId: '9'.repeat(40),
  flags: ['sentinel', 's_down'],
  downMs: 3_600_000,
};

/** redis-3 follows redis-2, and the master has it no more. */
export function strayed(s: Snapshot): void {
  Object.assign(answerOf(s, 3), { follows: redisAddress(2) });
  answerOf(s, 1).attached.pop();
}
