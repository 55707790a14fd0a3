import { describe, expect, it } from 'vitest';
import { OperatorError } from '../../../src/errors.js';
import { mastersResult, replicasResult, sentinelsResult, viewsExitCode } from '../../../src/model/views.js';
import { masterAddrResult, masterNameOf } from '../../../src/model/which-master.js';
import { cell } from '../../../src/report/rows.js';
import { masterAddrText, mastersText, membersText } from '../../../src/report/text/views.js';
import { MASTER_ADDR_ROWS, MASTERS_ROWS, membersRows } from '../../../src/report/tsv.js';
import {
  altered,
  healthy,
  MASTER_NAME,
  redisAddress,
  silenceSentinel,
  viewOf,
} from '../../helpers/snapshots.js';
import { expectToFit, plainView } from './lines.js';

const ctl = (words: string): string => `sentinelctl ${words} --cluster orders`;

const torn = altered((s) => {
  Object.assign(viewOf(s, 3), { address: redisAddress(2), configEpoch: 1, quorum: 3 });
  Object.assign(viewOf(s, 3).replicas[0] ?? {}, { flags: ['slave', 's_down'], linkStatus: 'down' });
  viewOf(s, 1).replicas.pop();
  viewOf(s, 1).sentinels.pop();
});
const removed = altered((s) => s.sentinels[2]?.answer?.masters.splice(0));
const alone = altered((s) => {
  s.sentinels[2]?.answer?.masters.splice(0);
  for (const n of [1, 2]) viewOf(s, n).replicas.splice(0);
});
/** Many masters in one group, in the order of a hash. */
const many = altered((s) => {
  const names = ['m10', 'mymaster', 'm2', 'm1'];
  for (const n of [1, 2, 3]) {
    const answer = s.sentinels[n - 1]?.answer;
    const view = viewOf(s, n);
    answer?.masters.splice(0, 1, ...names.map((name) => ({ ...view, name })));
  }
});
const half = altered((s) => silenceSentinel(s, 2));

describe('masters', () => {
  it('a line per sentinel', () => {
    expect(mastersText(mastersResult(healthy()), plainView(100))).toMatchInlineSnapshot(`
      "mymaster, as seen by:
      SENTINEL    MASTER   EPOCH  QUORUM  REPLICAS  PEERS  DOWN-AFTER  FAILOVER-TIMEOUT  FLAGS
      sentinel-1  redis-1  0      2       2         2      5s          1m                master
      sentinel-2  redis-1  0      2       2         2      5s          1m                master
      sentinel-3  redis-1  0      2       2         2      5s          1m                master"
    `);
  });

  it('are in the order of their names', () => {
    const names = mastersResult(many).masters.map(({ name }) => name);
    expect(names).toEqual(['m1', 'm2', 'm10', 'mymaster']);
    expect(() => masterNameOf(many, null, ctl)).toThrow(
      'the sentinels monitor m1, m2, m10 and mymaster: say which',
    );
  });

  it('40 columns', () => {
    expect(mastersText(mastersResult(healthy()), plainView(40))).toMatchInlineSnapshot(`
      "mymaster, as seen by:
      SENTINEL    MASTER   EPOCH  FLAGS
      sentinel-1  redis-1  0      master
      sentinel-2  redis-1  0      master
      sentinel-3  redis-1  0      master"
    `);
  });

  it('marks what differs, and keeps it on a narrow screen', () => {
    expect(mastersText(mastersResult(torn), plainView(60))).toMatchInlineSnapshot(`
      "mymaster, as seen by:  ✗ differs: master, configEpoch,
        quorum, replicas, otherSentinels
      SENTINEL    MASTER     EPOCH  QUORUM  REPLICAS  PEERS
      sentinel-1  redis-1    0      2       ✗ 1       ✗ 1
      sentinel-2  redis-1    0      2       2         2
      sentinel-3  ✗ redis-2  ✗ 1    ✗ 3     2         2"
    `);
    expect(viewsExitCode(mastersResult(torn))).toBe(1);
    expect(viewsExitCode(mastersResult(healthy()))).toBe(0);
  });

  it('never leaves out who did not answer', () => {
    expect(mastersText(mastersResult(half), plainView(100))).toContain(
      '✗ sentinel-2 does not answer: connection refused',
    );
  });
});

describe('replicas and sentinels', () => {
  it('replicas, a line per sentinel', () => {
    expect(membersText(replicasResult(healthy(), MASTER_NAME), plainView(100))).toMatchInlineSnapshot(`
      "mymaster: 2 replicas

      redis-2 127.0.0.1:6380, as seen by:
      SENTINEL    FLAGS  LINK  FOLLOWS  PRIORITY  OFFSET
      sentinel-1  slave  up    redis-1  100       14063
      sentinel-2  slave  up    redis-1  100       14063
      sentinel-3  slave  up    redis-1  100       14063

      redis-3 127.0.0.1:6381, as seen by:
      SENTINEL    FLAGS  LINK  FOLLOWS  PRIORITY  OFFSET
      sentinel-1  slave  up    redis-1  100       14063
      sentinel-2  slave  up    redis-1  100       14063
      sentinel-3  slave  up    redis-1  100       14063"
    `);
  });

  it('replicas, differences marked', () => {
    expect(membersText(replicasResult(torn, MASTER_NAME), plainView(60))).toMatchInlineSnapshot(`
      "mymaster: 2 replicas

      redis-2 127.0.0.1:6380, as seen by:  ✗ differs: flags,
        linkStatus
      SENTINEL    FLAGS           LINK    FOLLOWS  PRIORITY
      sentinel-1  slave           up      redis-1  100
      sentinel-2  slave           up      redis-1  100
      sentinel-3  ✗ slave,s_down  ✗ down  redis-1  100

      redis-3 127.0.0.1:6381, as seen by:  ✗ differs: listed
      SENTINEL    FLAGS       LINK  FOLLOWS  PRIORITY  OFFSET
      sentinel-1  not listed  -     -        -         -
      sentinel-2  slave       up    redis-1  100       14063
      sentinel-3  slave       up    redis-1  100       14063"
    `);
  });

  it('sentinels: that none lists itself is not a difference', () => {
    const result = sentinelsResult(healthy(), MASTER_NAME);
    expect(result.members.map((m) => [m.id, m.differences])).toEqual([
      ['sentinel-1', []],
      ['sentinel-2', []],
      ['sentinel-3', []],
    ]);
    expect(membersText(result, plainView(100))).toMatchInlineSnapshot(`
      "mymaster: 3 sentinels

      sentinel-1 127.0.0.1:26379, as seen by:
      SENTINEL    FLAGS     ID
      sentinel-2  sentinel  11111111
      sentinel-3  sentinel  11111111

      sentinel-2 127.0.0.1:26380, as seen by:
      SENTINEL    FLAGS     ID
      sentinel-1  sentinel  22222222
      sentinel-3  sentinel  22222222

      sentinel-3 127.0.0.1:26381, as seen by:
      SENTINEL    FLAGS     ID
      sentinel-1  sentinel  33333333
      sentinel-2  sentinel  33333333"
    `);
  });

  it('sentinels: one that another does not list', () => {
    expect(sentinelsResult(torn, MASTER_NAME).members.map((m) => [m.id, m.differences])).toEqual([
      ['sentinel-1', []],
      ['sentinel-2', []],
      ['sentinel-3', ['listed']],
    ]);
  });

  it('one that does not monitor the master: no view is left out', () => {
    for (const result of [
      sentinelsResult(removed, MASTER_NAME),
      replicasResult(removed, MASTER_NAME),
      replicasResult(alone, MASTER_NAME),
    ]) {
      expect(viewsExitCode(result)).toBe(1);
      expect(result.sentinels.map((s) => s.monitors)).toEqual([true, true, false]);
      expect(membersText(result, plainView(100))).toContain('✗ sentinel-3 does not monitor mymaster');
    }
    const { members } = sentinelsResult(removed, MASTER_NAME);
    expect(members[0]?.claims.map((c) => [c.sentinel, c.listed])).toEqual([
      ['sentinel-2', true],
      ['sentinel-3', false],
    ]);
    expect(replicasResult(half, MASTER_NAME).sentinels.map((s) => s.monitors)).toEqual([true, null, true]);
  });

  it('offsets may differ without anything being wrong', () => {
    const moved = altered((s) => Object.assign(viewOf(s, 2).replicas[0] ?? {}, { offset: 9 }));
    expect(viewsExitCode(replicasResult(moved, MASTER_NAME))).toBe(0);
  });
});

describe('master-addr', () => {
  it('is the address alone while all agree', () => {
    expect(masterAddrText(masterAddrResult(healthy(), null, ctl), plainView(80))).toBe('127.0.0.1:6379');
    expect(masterAddrResult(healthy(), null, ctl)).toMatchObject({
      masterName: 'mymaster',
      host: '127.0.0.1',
      port: 6379,
    });
  });

  it('says who says what when they do not', () => {
    const result = masterAddrResult(torn, null, ctl);
    expect(viewsExitCode(result)).toBe(1);
    expect(masterAddrText(result, plainView(60))).toMatchInlineSnapshot(`
      "127.0.0.1:6379

      ✗ the sentinels give different addresses for mymaster
      SENTINEL    ANSWERS
      sentinel-1  127.0.0.1:6379
      sentinel-2  127.0.0.1:6379
      sentinel-3  ✗ 127.0.0.1:6380"
    `);
  });
});

describe('the master that is meant', () => {
  const thrown = (work: () => unknown): OperatorError => {
    try {
      work();
    } catch (error) {
      if (error instanceof OperatorError) return error;
    }
    throw new Error('no OperatorError was thrown');
  };

  it('is the only one, or the one that was asked for', () => {
    expect(masterNameOf(healthy(), null, ctl)).toBe('mymaster');
    expect(masterNameOf(healthy(), 'mymaster', ctl)).toBe('mymaster');
  });

  it('is refused otherwise', () => {
    expect(thrown(() => masterNameOf(healthy(), 'nope', ctl))).toMatchObject({
      code: 'unknown-master-name',
      exitCode: 64,
      why: 'they monitor mymaster',
    });
    const none = { takenAtMs: 0, sentinels: [], groups: [] };
    expect(thrown(() => masterNameOf(none, null, ctl))).toMatchObject({
      code: 'no-sentinel',
      exitCode: 5,
      hint: 'sentinelctl status --cluster orders # shows what can be reached',
    });
    const two = altered((s) => {
      for (const x of s.sentinels) x.answer?.masters.push({ ...viewOf(s, 1), name: 'cache' });
    });
    expect(thrown(() => masterNameOf(two, null, ctl))).toMatchObject({
      code: 'master-name-needed',
      exitCode: 64,
    });
  });
});

describe('rows for tsv', () => {
  it.each([
    ['masters', MASTERS_ROWS.columns, MASTERS_ROWS.of(mastersResult(torn))],
    [
      'replicas',
      membersRows('replicas').columns,
      membersRows('replicas').of(replicasResult(torn, MASTER_NAME)),
    ],
    [
      'sentinels',
      membersRows('sentinels').columns,
      membersRows('sentinels').of(sentinelsResult(torn, MASTER_NAME)),
    ],
    ['master-addr', MASTER_ADDR_ROWS.columns, MASTER_ADDR_ROWS.of(masterAddrResult(torn, null, ctl))],
  ])('of %s: each column is a field of some record', (_name, columns, records) => {
    expect(records.length).toBeGreaterThan(0);
    for (const column of columns) {
      expect(
        records.some((record) => cell(record, column) !== ''),
        column,
      ).toBe(true);
    }
  });
});

it('fits every width', () => {
  for (const s of [healthy(), torn, half, removed]) {
    expectToFit((v) => mastersText(mastersResult(s), v));
    expectToFit((v) => membersText(replicasResult(s, MASTER_NAME), v));
    expectToFit((v) => membersText(sentinelsResult(s, MASTER_NAME), v));
    expectToFit((v) => masterAddrText(masterAddrResult(s, null, ctl), v));
  }
});
