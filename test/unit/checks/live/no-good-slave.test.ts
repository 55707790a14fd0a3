import { describe, expect, it } from 'vitest';
import type { GatheredCheck, SnapshotCheck } from '../../../../src/checks/check.js';
import noGoodSlave from '../../../../src/checks/live/no-good-slave.js';
import noMaster from '../../../../src/checks/live/no-master.js';
import replicaRing from '../../../../src/checks/live/replica-ring.js';
import type { Gathered } from '../../../../src/model/gathered.js';
import { become, unlinked } from '../../../helpers/alterations/alteration.js';
import {
  alter,
  given,
  got,
  nodeIn,
  replicaRecords,
  said,
  sentinelIn,
  silence,
  viewsIn,
} from '../../../helpers/healthy-gathering.js';
import { masterIs } from '../../../helpers/one-finding.js';

describe('no-good-slave', () => {
  const all = (fields: Record<string, string>, change: (g: Gathered) => void = () => {}) =>
    said(noGoodSlave, (g) => {
      for (const n of [2, 3]) for (const record of replicaRecords(g, n)) Object.assign(record, fields);
      change(g);
    });

  const withoutLinks = (g: Gathered) => {
    for (const n of [2, 3]) alter(nodeIn(g, n).info, { master_link_status: 'down' });
  };

  it.each([
    ['slave,s_down', 'the sentinels call redis-2 and redis-3 down, although they answer here'],
    ['slave,disconnected', 'the sentinels have no link to redis-2 and redis-3, although they answer here'],
  ])('with every replica %s', (flags, words) => {
    expect(all({ flags })).toMatchObject([{ subject: 'redis-2, redis-3', brief: words }]);
  });

  it.each([
    [{ 'last-ok-ping-reply': '5100' }, 'answered no PING for 5100 ms'],
    [{ 'info-refresh': '30100' }, 'gave no INFO for 30100 ms'],
    [{ 'master-link-down-time': '50100' }, 'was without its master for 50.10 s, 50.00 s are allowed'],
  ])('with every replica %j', (fields, why) => {
    expect(all(fields, withoutLinks)).toMatchObject([
      { subject: 'redis-2, redis-3', message: expect.stringContaining(`redis-2 ${why}; redis-3 ${why}`) },
    ]);
  });

  it('a link that was down too long is what the sentinels read last: one that is up again is not a fault', () => {
    const own = (change: (g: Gathered) => void) => all({ 'master-link-down-time': '67000' }, change);
    expect(own(() => {})).toMatchObject([
      { severity: 'info', message: expect.stringContaining('read it within 10 s') },
    ]);
    expect(own(withoutLinks)).toMatchObject([
      { fix: [2, 3].map((n) => `redis-cli -h 127.0.0.1 -p ${6378 + n} INFO replication`) },
    ]);
    // A master that is just back: the links follow by themselves.
    const back = own((g) => {
      withoutLinks(g);
      masterIs(g, { flags: 'master,s_down', 's-down-time': '1000' });
    });
    expect(back).toMatchObject([{ fix: ['sentinelctl status --watch'] }]);
  });

  it('while the master is down, replicas that were cut off too long need a longer down-after, at every sentinel', () => {
    const dead = (check: SnapshotCheck | GatheredCheck, change: (g: Gathered) => void = () => {}) =>
      said(check, (g) => {
        for (const n of [2, 3]) {
          alter(nodeIn(g, n).info, { master_link_status: 'down' });
          for (const record of replicaRecords(g, n))
            Object.assign(record, { 'master-link-down-time': '67000' });
        }
        silence(nodeIn(g, 1));
        masterIs(g, { flags: 'master,s_down,o_down,disconnected', 's-down-time': '10000' });
        change(g);
      });
    const fix = [
      // 15 s allow for 150 s; the old master would come back with its disk, and be copied.
      ...[26379, 26380, 26381].map(
        (port) => `redis-cli -h 127.0.0.1 -p ${port} SENTINEL SET mymaster down-after-milliseconds 15000`,
      ),
      'redis-cli -h 127.0.0.1 -p 26379 SENTINEL FAILOVER mymaster',
      expect.stringMatching(
        /^# a replica is promoted then, .* at each sentinel: SENTINEL SET mymaster down-after-milliseconds 5000$/,
      ),
    ];
    expect(dead(noGoodSlave)).toMatchObject([{ fix }]);
    expect(dead(noMaster)).toMatchObject([
      {
        brief:
          'redis-1 (master) is down; no replica may be promoted: redis-2 and redis-3 were without their master for 67.00 s, 60.00 s are allowed',
        consequence: expect.stringContaining('-failover-abort-no-good-slave'),
        fix,
      },
    ]);
    // As long as one sentinel may promote one of them, a failover may come.
    const one = (g: Gathered) => {
      for (const view of given(sentinelIn(g, 2).masters))
        Object.assign(view.fields, { 's-down-time': '60000' });
    };
    expect(dead(noMaster, one)).toMatchObject([{ fix: ['sentinelctl status --watch'] }]);
    const attached = (g: Gathered) => {
      g.own = false;
    };
    expect(dead(noMaster, attached)).toMatchObject([{ fix }]);
  });

  it('priority 0 is what the sentinels read last: replicas that have another one by now are no fault', () => {
    const own = (priority: string) =>
      all({ 'slave-priority': '0' }, (g) => {
        for (const n of [2, 3]) alter(nodeIn(g, n).info, { slave_priority: priority });
      });
    // All say so themselves: that is priority-zero.
    expect(own('0')).toEqual([]);
    expect(own('100')).toMatchObject([
      {
        severity: 'info',
        message: expect.stringContaining('read it within 10 s'),
        fix: ['sentinelctl status --watch'],
      },
    ]);
  });

  it('of replicas that were forgotten while the master was down one is made the master by hand', () => {
    const forgotten = (change: (g: Gathered) => void) =>
      said(noGoodSlave, (g) => {
        for (const view of viewsIn(g)) view.replicas = got([]);
        masterIs(g, { 'num-slaves': '0', flags: 'master,s_down,disconnected' });
        silence(nodeIn(g, 1));
        change(g);
      });
    expect(forgotten(() => {})).toMatchObject([
      {
        message: expect.stringContaining('the sentinels have forgotten the replicas'),
        fix: expect.arrayContaining([
          'redis-cli -h 127.0.0.1 -p 6380 REPLICAOF NO ONE',
          'redis-cli -h 127.0.0.1 -p 6381 REPLICAOF 127.0.0.1 6380',
        ]),
      },
    ]);
    // It may have nothing on its disk.
    expect(JSON.stringify(forgotten(() => {}))).not.toContain('as-crashed');
    const stranger = forgotten((g) => {
      g.own = false;
    });
    expect(stranger).toMatchObject([
      {
        fix: expect.arrayContaining([
          'redis-cli -h 127.0.0.1 -p 6380 REPLICAOF NO ONE',
          'redis-cli -h 127.0.0.1 -p 26381 SENTINEL MONITOR mymaster 127.0.0.1 6380 2',
        ]),
      },
    ]);
  });

  it.each([
    [{ 'last-ok-ping-reply': '4900' }],
    [{ 'info-refresh': '29900' }],
    [{ 'master-link-down-time': '49900' }],
  ])('not yet with %j', (fields) => {
    expect(all(fields)).toEqual([]);
  });

  it('INFO must be of the last 5 s once the master is down, and the link may be down as long as the master is', () => {
    const down = (g: Gathered): void => masterIs(g, { flags: 'master,s_down,o_down', 's-down-time': '9000' });
    expect(all({ 'info-refresh': '5100' }, down)).toHaveLength(1);
    expect(all({ 'master-link-down-time': '58000' }, down)).toEqual([]);
    expect(all({ 'master-link-down-time': '59100' }, down)).toMatchObject([
      { severity: 'info', fix: ['sentinelctl status --watch'] },
    ]);
  });

  it('one that is fit is enough, a hidden one too; none at all is not', () => {
    expect(
      said(noGoodSlave, (g) => replicaRecords(g, 2).map((r) => Object.assign(r, { 'slave-priority': '0' }))),
    ).toEqual([]);
    expect(all({ 'slave-priority': '0' }, (g) => masterIs(g, { 'num-slaves': '3' }))).toEqual([]);
    const alone = said(noGoodSlave, (g) => {
      for (const view of viewsIn(g)) view.replicas = got([]);
      masterIs(g, { 'num-slaves': '0' });
    });
    expect(alone).toMatchObject([{ message: expect.stringContaining('the master has no replica') }]);
  });
});

describe('replica-ring', () => {
  const ring = (record: Record<string, string>, info: Record<string, string> = {}) =>
    said(replicaRing, (g) => {
      become(nodeIn(g, 1), 'replica', nodeIn(g, 2), { master_link_status: 'down' });
      for (const n of [2, 3]) {
        unlinked(g, n);
        alter(nodeIn(g, n).info, { db0: 'keys=5,expires=0', ...info });
        for (const one of replicaRecords(g, n)) Object.assign(one, record);
      }
    });

  it('ends by itself as long as one replica may be promoted, also once old news of it are new ones', () => {
    const wait = [{ fix: ['sentinelctl status --watch'] }];
    expect(ring({})).toMatchObject(wait);
    expect(ring({ 'info-refresh': '60000', 'master-link-down-time': '900000' })).toMatchObject(wait);
  });

  it('does not where all were cut off too long, or have priority 0', () => {
    expect(ring({ 'master-link-down-time': '900000' })).toMatchObject([
      { consequence: expect.stringContaining('longer than 10 x down-after') },
    ]);
    const never = ring({}, { slave_priority: '0' });
    expect(never).toMatchObject([
      { consequence: expect.stringContaining('because redis-2, redis-3 have priority 0') },
    ]);
    expect(JSON.stringify(never)).toContain('CONFIG SET replica-priority 100');
    expect(JSON.stringify(never)).not.toContain('down-after-milliseconds');
  });

  it('priority 0 of one replica is not the reason while the news of another one are only old', () => {
    const mixed = said(replicaRing, (g) => {
      become(nodeIn(g, 1), 'replica', nodeIn(g, 2), { master_link_status: 'down' });
      for (const n of [2, 3]) unlinked(g, n);
      alter(nodeIn(g, 2).info, { slave_priority: '0' });
      for (const one of replicaRecords(g, 3)) Object.assign(one, { 'info-refresh': '60000' });
    });
    expect(mixed).toMatchObject([{ fix: ['sentinelctl status --watch'] }]);
  });

  it('raises the priority of those that have the data where no other may be promoted', () => {
    const cut = said(replicaRing, (g) => {
      become(nodeIn(g, 1), 'replica', nodeIn(g, 2), { master_link_status: 'down' });
      for (const n of [2, 3]) unlinked(g, n);
      alter(nodeIn(g, 2).info, { db0: 'keys=5,expires=0', slave_priority: '0' });
      for (const one of replicaRecords(g, 2)) Object.assign(one, { 'slave-priority': '0' });
      for (const one of replicaRecords(g, 3)) Object.assign(one, { 'master-link-down-time': '900000' });
    });
    const [{ fix = [] } = {}] = cut as { fix: string[] }[];
    expect(fix).toEqual(
      expect.arrayContaining([expect.stringMatching(/ -p 6380 CONFIG SET replica-priority 100$/)]),
    );
    expect(fix.find((line) => line.startsWith('# promotes'))).toMatch(/^# promotes redis-2/);
  });
});
