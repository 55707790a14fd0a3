import { expect, it } from 'vitest';
import type { ActContext } from '../../../src/faults/act.js';
import { closed } from '../../../src/faults/repair.js';
import { accountOf } from '../../../src/faults/repair-words.js';
import type { Repair, Repaired } from '../../../src/model/repair.js';
import { plan } from '../../helpers/snapshots.js';

const context = { live: { plan: { nodes: plan() } } } as unknown as Pick<ActContext, 'live'>;
const reset = (n: number): Repair => ({ kind: 'reset', sentinel: `sentinel-${n}`, masterName: 'mymaster' });
const words = (n: number): string => `sentinel-${n} (127.0.0.1:${26_378 + n}): SENTINEL RESET mymaster`;
const done = (repair: Repair): Repaired => ({ repair, does: '', outcome: 'done', why: null });
const begun = [{ act: { act: 'reset', node: 'sentinel-1', masterName: 'mymaster' } as const }];

it('a RESET that was answered stays, and what was not begun is named', () => {
  const [one, two, three] = [reset(1), reset(2), reset(3)];
  const told = (cut: Partial<Parameters<typeof accountOf>[2]>): string[] =>
    accountOf(context, [one, two, three], { begun: [], isHealed: true, done: [], sent: new Set(), ...cut });
  // In the wait after it, while its sentinel learns again.
  expect(told({ begun, sent: new Set([one]) })).toEqual([
    `done, and stays: ${words(1)}`,
    `not done yet: ${words(2)}; ${words(3)}`,
  ]);
  // In the rest between two of them.
  expect(told({ done: [done(one)] })).toEqual([
    `done, and stays: ${words(1)}`,
    `not done yet: ${words(2)}; ${words(3)}`,
  ]);
  expect(told({ begun })).toEqual([
    `sent without an answer, so perhaps done: ${words(1)}`,
    `not done yet: ${words(2)}; ${words(3)}`,
  ]);
});

it('where no repair was sent, that is said', () => {
  const cut = { begun: [], isHealed: true, done: [], sent: new Set<Repair>() };
  expect(accountOf(context, [reset(1)], cut)).toEqual(['nothing was repaired', `not done yet: ${words(1)}`]);
});

it('a setting that was not read back is rolled back, and belongs to the rest', () => {
  const quorum: Repair = {
    kind: 'sentinel-set',
    sentinel: 'sentinel-1',
    masterName: 'mymaster',
    name: 'quorum',
    value: '2',
    was: '3',
  };
  const set = 'sentinel-1 (127.0.0.1:26379): SENTINEL SET mymaster quorum 2';
  const act = { act: 'sentinel-set', node: 'sentinel-1', set: { quorum: '2' } } as const;
  const cut = { begun: [{ act }], isHealed: true, done: [], sent: new Set<Repair>() };
  expect(accountOf(context, [quorum], cut)).toEqual([
    'nothing was repaired',
    `rolled back: ${set}`,
    `not done yet: ${set}`,
  ]);
  const done1 = done(reset(1));
  expect(accountOf(context, [reset(1), quorum], { ...cut, done: [done1], isHealed: false })).toEqual([
    `done, and stays: ${words(1)}`,
    `not rolled back: ${set}`,
    `not done yet: ${set}`,
  ]);
});

it('a rollback that fails is thrown with what was in effect before it, and the experiment is closed', async () => {
  const act = { act: 'config', node: 'redis-1', set: {}, was: {} } as const;
  const begun = [{ n: 1, act }];
  let isClosed = false;
  const experiment = {
    active: () => begun,
    heal: () => Promise.reject(new Error('not healed')),
    close: async () => {
      isClosed = true;
    },
  };
  const cut = { error: new Error('interrupted'), begun, isHealed: true };
  expect(await closed(experiment, cut)).toEqual({ error: new Error('not healed'), begun, isHealed: false });
  expect(isClosed).toBe(true);
  expect(await closed({ ...experiment, heal: async () => {} }, cut)).toBe(cut);
});
