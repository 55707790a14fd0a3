import { expect, it } from 'vitest';
import { type CrosscheckResult, crosscheckExitCode, crosscheckOf } from '../../../src/model/crosscheck.js';
import type { Snapshot } from '../../../src/model/snapshot.js';
import { crosscheckText } from '../../../src/report/text/crosscheck.js';
import { AUTH, altered, MASTER_NAME, nodeOf, redisAddress, TIMEOUT } from '../../helpers/snapshots.js';

/** Every sentinel has had an answer of everything one second ago. */
const heard = (alter: (snapshot: Snapshot) => void = () => {}): Snapshot =>
  altered((snapshot) => {
    for (const { answer } of snapshot.sentinels)
      for (const view of answer?.masters ?? [])
        for (const seen of [view, ...view.replicas, ...view.sentinels]) seen.answeredMsAgo = 1000;
    alter(snapshot);
  });
const viewOf = (snapshot: Snapshot, n: number) => {
  const view = snapshot.sentinels[n - 1]?.answer?.masters[0];
  if (view === undefined) throw new Error('a view');
  return view;
};
const check = (alter?: (snapshot: Snapshot) => void): CrosscheckResult =>
  crosscheckOf(heard(alter), MASTER_NAME, []);
const link = (result: CrosscheckResult, from: string, to: string) =>
  result.crossings.find((one) => one.from === from && one.to === to);
const text = (result: CrosscheckResult, columns = 100): string =>
  crosscheckText(result, { columns, color: false });

it('has every pair of a healthy cluster, and all of them work', () => {
  const result = check();
  // From here 6, of 3 sentinels to 3 data nodes and 2 others, of 2 replicas.
  expect(result.crossings).toHaveLength(6 + 3 * 5 + 2);
  expect(result.crossings.filter(({ reach }) => reach !== 'yes')).toEqual([]);
  expect(crosscheckExitCode(result)).toBe(0);
  expect(text(result)).toContain('✔ mymaster → redis-1: all 23 links work');
});

it('shows which sentinel alone does not reach a server', () => {
  const result = check((snapshot) => {
    const view = viewOf(snapshot, 2);
    Object.assign(view, { flags: ['master', 's_down', 'disconnected'], downMs: 4000, answeredMsAgo: 9000 });
  });
  expect(link(result, 'sentinel-2', 'redis-1')).toMatchObject({ reach: 'no', downMs: 4000 });
  expect(link(result, 'sentinel-1', 'redis-1')?.reach).toBe('yes');
  expect(crosscheckExitCode(result)).toBe(1);
  const shown = text(result);
  expect(shown).toContain('✗ mymaster → redis-1: 1 of 23 links does not work');
  expect(shown).toMatch(/✗ redis-1 is not reached by sentinel-2 \(calls it down for 4\S* s, last valid/);
  expect(text(result, 40)).toMatch(/^sentinel-2: ✗ redis-1 {2}✔ redis-2,/m);
});

it('does not take silence, or an old answer, for a link that works', () => {
  const silent = check((snapshot) => {
    const [first] = snapshot.sentinels;
    if (first !== undefined) Object.assign(first, { answer: null, silence: TIMEOUT });
  });
  expect(link(silent, 'sentinel-1', 'redis-1')?.reach).toBe('unknown');
  expect(link(silent, 'here', 'sentinel-1')?.reach).toBe('no');
  expect(text(silent)).toContain('? what sentinel-1 reaches is not known: sentinel-1 no answer within 1.5 s');
  const late = check((snapshot) => {
    Object.assign(viewOf(snapshot, 1), { answeredMsAgo: 8000, downAfterMs: 30_000 });
  });
  expect(link(late, 'sentinel-1', 'redis-1')?.reach).toBe('unknown');
  expect(crosscheckExitCode(late)).toBe(2);
  const locked = check((snapshot) => Object.assign(nodeOf(snapshot, 2), { answer: null, silence: AUTH }));
  expect(link(locked, 'here', 'redis-2')?.reach).toBe('unknown');
  expect(link(locked, 'sentinel-1', 'redis-2')?.reach).toBe('yes');
});

it('shows a server that a sentinel does not list, and a replica that follows another server', () => {
  const result = check((snapshot) => {
    const view = viewOf(snapshot, 3);
    view.replicas = view.replicas.slice(1);
    const replica = nodeOf(snapshot, 3)?.answer;
    if (replica != null) replica.follows = { host: '10.0.0.9', port: 7 };
  });
  expect(link(result, 'sentinel-3', 'redis-2')).toMatchObject({ reach: 'no', says: 'does not list it' });
  expect(link(result, 'redis-3', 'redis-1')).toMatchObject({
    reach: 'no',
    says: 'follows 10.0.0.9:7, link up',
  });
  const chained = check((snapshot) => {
    const replica = nodeOf(snapshot, 3)?.answer;
    if (replica != null) replica.follows = redisAddress(2);
  });
  expect(link(chained, 'redis-3', 'redis-2')?.reach).toBe('yes');
});
