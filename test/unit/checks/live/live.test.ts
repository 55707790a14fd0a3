import { describe, expect, it } from 'vitest';
import type { GatheredCheck, RawFinding, SnapshotCheck } from '../../../../src/checks/check.js';
import { diagnose } from '../../../../src/checks/diagnose.js';
import auth from '../../../../src/checks/live/auth.js';
import clientPinned from '../../../../src/checks/live/client-pinned.js';
import clockSkew from '../../../../src/checks/live/clock-skew.js';
import failoverStuck from '../../../../src/checks/live/failover-stuck.js';
import ghostReplica from '../../../../src/checks/live/ghost-replica.js';
import ghostSentinel from '../../../../src/checks/live/ghost-sentinel.js';
import lag from '../../../../src/checks/live/lag.js';
import linkDown from '../../../../src/checks/live/link-down.js';
import loading from '../../../../src/checks/live/loading.js';
import masterDisagree from '../../../../src/checks/live/master-disagree.js';
import masterFrozen from '../../../../src/checks/live/master-frozen.js';
import noGoodSlave from '../../../../src/checks/live/no-good-slave.js';
import noMaster from '../../../../src/checks/live/no-master.js';
import nodeDown from '../../../../src/checks/live/node-down.js';
import nodeUnreachable from '../../../../src/checks/live/node-unreachable.js';
import replicaOrphan from '../../../../src/checks/live/replica-orphan.js';
import replicaRing from '../../../../src/checks/live/replica-ring.js';
import resyncLoop from '../../../../src/checks/live/resync-loop.js';
import runUnderWay from '../../../../src/checks/live/run-under-way.js';
import sentinelUnreachable from '../../../../src/checks/live/sentinel-unreachable.js';
import splitBrain from '../../../../src/checks/live/split-brain.js';
import tilt from '../../../../src/checks/live/tilt.js';
import unfinishedJournal from '../../../../src/checks/live/unfinished-journal.js';
import { CHECKS } from '../../../../src/checks/registry.js';
import type { Gathered } from '../../../../src/model/gathered.js';
import { become, unlinked } from '../../../helpers/alterations/alteration.js';
import {
  alter,
  given,
  got,
  healthyGathering,
  nodeIn,
  replicaRecords,
  said,
  sentinelIn,
  sentinelRecords,
  silence,
  viewsIn,
} from '../../../helpers/healthy-gathering.js';

const masterIs = (g: Gathered, fields: Record<string, string>): void => {
  for (const view of viewsIn(g)) Object.assign(view.fields, fields);
};

/** The only finding. */
function first(found: RawFinding[] | string): RawFinding {
  if (typeof found === 'string' || found[0] === undefined || found.length > 1)
    throw new Error(`expected one finding: ${JSON.stringify(found)}`);
  return found[0];
}

describe('loading', () => {
  const restarted = (g: Gathered): void => {
    alter(nodeIn(g, 1).info, {
      loading: '1',
      loading_loaded_perc: '14.05',
      loading_eta_seconds: '102',
      db0: '',
    });
    for (const n of [2, 3]) {
      alter(nodeIn(g, n).info, { db0: 'keys=40,expires=0,avg_ttl=0' });
      unlinked(g, n);
    }
  };
  it('of the master: how long it takes yet, and that only a typed failover ends it before', () => {
    const loads = first(said(loading, restarted));
    expect(loads).toMatchObject({
      impact: 'down',
      brief: expect.stringMatching(/ is loading its data \(14 % loaded, about 102 s left\)$/),
      consequence: expect.stringContaining('no failover comes by itself'),
      fix: [expect.stringContaining(''), /^# or/, /^# \(possible/, / SENTINEL FAILOVER mymaster$/].map(
        (line) => (line instanceof RegExp ? expect.stringMatching(line) : line),
      ),
    });
  });
  it('explains the links of its replicas', () => {
    const g = healthyGathering();
    restarted(g);
    const roots = diagnose(g, CHECKS).findings;
    expect(roots.map(({ id }) => id)).not.toContain('link-down');
  });
  it('promotes no empty replica', () => {
    const empty = (g: Gathered): void => {
      restarted(g);
      alter(nodeIn(g, 2).info, { db0: '' });
    };
    expect(first(said(loading, empty)).fix).toHaveLength(1);
  });
  it('of an old master beside the new one: it accepts no writes', () => {
    const beside = (g: Gathered): void => {
      become(nodeIn(g, 2), 'master', null, {});
      alter(nodeIn(g, 2).info, { loading: '1' });
    };
    expect(said(splitBrain, beside)).toEqual([]);
  });
});

describe('link-down of a node that has just started', () => {
  const started = (follows: string) => (g: Gathered) => {
    unlinked(g, 3);
    alter(nodeIn(g, 3).info, { uptime_in_seconds: '3', master_port: follows });
  };
  const message = (alters: (g: Gathered) => void): string => first(said(linkDown, alters)).message;
  it('gets its link soon', () => {
    expect(message(started('6379'))).toContain('gets its link within seconds');
  });
  it('gets none from a node that waits for a link itself', () => {
    const found = said(linkDown, (g) => {
      started('6380')(g);
      unlinked(g, 2);
    });
    expect(found).toHaveLength(2);
    expect(JSON.stringify(found)).not.toContain('within seconds');
  });
});

describe('client-pinned', () => {
  const withClient = (cmd: string) => (g: Gathered) => {
    const { info, clients } = nodeIn(g, 2);
    alter(info, { errorstat_READONLY: 'count=1', [`cmdstat_${cmd}`]: 'calls=9,rejected_calls=3' });
    given(clients).push({ id: '77', addr: '198.51.100.4:40000', flags: 'N', idle: '0', cmd });
  };
  it('is a write that was refused', () => {
    expect(said(clientPinned, withClient('hset'))).toHaveLength(1);
  });
  it('is not a sentinel’s PING that was refused for want of a password', () => {
    expect(said(clientPinned, withClient('ping'))).toEqual([]);
  });
});

describe('clock-skew', () => {
  const off = (ms: number, tookMs = 2) =>
    said(clockSkew, (g) => {
      const { askedAtMs } = given(nodeIn(g, 2).clock);
      const answeredAtMs = askedAtMs + tookMs;
      nodeIn(g, 2).clock = got({ askedAtMs, serverMs: askedAtMs + tookMs / 2 + ms, answeredAtMs });
    });

  it('is a clock that is ahead or behind by more than half a second', () => {
    expect(off(3000)).toMatchObject([
      { subject: 'redis-2', message: expect.stringContaining('3.00 s ahead of') },
    ]);
    expect(off(-700)).toMatchObject([{ message: expect.stringContaining('700 ms behind') }]);
    expect(off(400)).toEqual([]);
  });

  it('is not what a slow answer explains', () => {
    expect(off(900, 1200)).toEqual([]);
    expect(off(1300, 1200)).toHaveLength(1);
  });
});

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

describe('failover-stuck', () => {
  it('is a master that is objectively down for longer than failover-timeout', () => {
    const down = (ms: string, flags = 'master,s_down,o_down') =>
      said(failoverStuck, (g) => masterIs(g, { flags, 's-down-time': ms }));
    expect(down('61000')).toMatchObject([
      { subject: 'mymaster', message: expect.stringContaining('no sentinel is leading a failover') },
    ]);
    expect(down('59000')).toEqual([]);
    // ODOWN is a moment's; that three of them call it down is as good.
    expect(down('61000', 'master,s_down')).toHaveLength(1);
    expect(
      said(failoverStuck, (g) => {
        Object.assign(viewsIn(g)[0]?.fields ?? {}, { flags: 'master,s_down', 's-down-time': '61000' });
      }),
    ).toEqual([]);
  });
});

describe('master-frozen', () => {
  const frozen = (fields: Record<string, string>) =>
    said(masterFrozen, (g) => {
      silence(nodeIn(g, 1), 'timeout');
      masterIs(g, fields);
    });

  it('is one that says nothing to us and to the sentinels, whose connections stay', () => {
    expect(frozen({ 'last-ping-sent': '1900' })).toMatchObject([
      {
        subject: 'redis-1',
        fix: [
          'sentinelctl status --watch',
          '# once another node is the master:',
          'sentinelctl restart redis-1',
        ],
      },
    ]);
    expect(frozen({ 'last-ping-sent': '0' })).toEqual([]);
    expect(frozen({ 'last-ping-sent': '1900', flags: 'master,disconnected' })).toEqual([]);
  });

  it('is replaced at once where the last attempt failed, and the next is minutes away', () => {
    const [last, flags] = ['47000', 'master,s_down,o_down'];
    const stuck = frozen({
      'last-ping-sent': last,
      'last-ok-ping-reply': last,
      's-down-time': '42000',
      flags,
    });
    expect(first(stuck).fix[0]).toMatch(/SENTINEL FAILOVER mymaster$/);
  });

  it('is resumed only where no failover comes', () => {
    const stuck = said(masterFrozen, (g) => {
      silence(nodeIn(g, 1), 'timeout');
      masterIs(g, { 'last-ping-sent': '1900' });
      for (const view of viewsIn(g))
        view.ckquorum = { ok: true, value: { ok: false, usable: 1, message: 'NOQUORUM' } };
    });
    expect(stuck).toMatchObject([{ fix: ['sentinelctl resume redis-1'] }]);
  });
});

describe('tilt', () => {
  const inTilt = (...ns: number[]) =>
    said(tilt, (g) => {
      for (const n of ns)
        alter(sentinelIn(g, n).info, { sentinel_tilt: '1', sentinel_tilt_since_seconds: '4' });
    });

  it('is critical where too few are left for a failover', () => {
    expect(inTilt(1)).toMatchObject([{ subject: 'sentinel-1', severity: 'warning' }]);
    expect(inTilt(1, 3)).toMatchObject([
      { severity: 'critical' },
      { subject: 'sentinel-3', severity: 'critical' },
    ]);
  });
});

describe('ghosts', () => {
  const GONE = {
    flags: 's_down,sentinel,disconnected',
    ...{ 'last-hello-message': '3605000', 's-down-time': '3600000' },
  };

  it('RESET is named for each sentinel, 30 s apart, where the master is healthy', () => {
    const seen = said(ghostSentinel, (g) => {
      for (const view of viewsIn(g))
        given(view.sentinels).push({ ip: '127.0.0.1', port: '26399', runid: 'f', ...GONE });
    });
    expect(seen).toMatchObject([
      {
        subject: '127.0.0.1:26399',
        fix: [
          '# if it is only stopped, start it; if it is gone for good:',
          'redis-cli -h 127.0.0.1 -p 26379 SENTINEL RESET mymaster',
          'sleep 30',
          'redis-cli -h 127.0.0.1 -p 26380 SENTINEL RESET mymaster',
          'sleep 30',
          'redis-cli -h 127.0.0.1 -p 26381 SENTINEL RESET mymaster',
        ],
      },
    ]);
  });

  it('and for no server while the master is down', () => {
    const seen = said(ghostReplica, (g) => {
      for (const view of viewsIn(g))
        given(view.replicas).push({
          ...{ ip: '127.0.0.1', port: '6399', flags: 's_down,slave', 's-down-time': '3600000' },
        });
      masterIs(g, { flags: 'master,s_down' });
    });
    expect(seen).toMatchObject([
      {
        fix: [
          expect.stringContaining('no RESET before mymaster has a healthy master'),
          expect.not.stringContaining('RESET'),
        ],
      },
    ]);
    expect(seen).not.toMatchObject([{ repairs: expect.anything() }]);
  });

  it('a planned sentinel that is only stopped is started, not forgotten', () => {
    const seen = said(ghostSentinel, (g) => {
      for (const record of sentinelRecords(g, 3)) Object.assign(record, GONE);
      silence(sentinelIn(g, 3));
    });
    expect(seen).toEqual('sentinel-3: refused the connection: nothing listens on that port');
    const missed = said(sentinelUnreachable, (g) => silence(sentinelIn(g, 3)));
    expect(missed).toMatchObject([{ subject: 'sentinel-3', fix: ['sentinelctl start sentinel-3'] }]);
  });

  it('is forgotten by all who list it, those too that have yet to call it down', () => {
    const seen = said(ghostSentinel, (g) => {
      for (const [i, view] of viewsIn(g).entries()) {
        const flags = i === 0 ? GONE.flags : 'sentinel,disconnected';
        given(view.sentinels).push({ ip: '127.0.0.1', port: '26399', runid: 'f', ...GONE, flags });
      }
    });
    expect(seen).toMatchObject([{ repairs: [1, 2, 3].map((n) => ({ sentinel: `sentinel-${n}` })) }]);
  });

  it('one that another sentinel hears is none: only the way to it is cut', () => {
    const seen = said(ghostSentinel, (g) => {
      for (const [i, view] of viewsIn(g).entries()) {
        const heard = i === 0 ? GONE : { flags: 'sentinel', 'last-hello-message': '900' };
        given(view.sentinels).push({ ip: '127.0.0.1', port: '26399', runid: 'f', ...heard });
      }
    });
    expect(seen).toEqual([]);
    const replica = said(ghostReplica, (g) => {
      for (const [i, view] of viewsIn(g).entries())
        given(view.replicas).push({
          ip: '127.0.0.1',
          port: '6399',
          flags: i === 0 ? 's_down,slave' : 'slave',
        });
    });
    expect(replica).toEqual([]);
  });

  it('one that went down a moment ago is none, unless the operator calls it gone', () => {
    const late =
      (runid = 'f'.repeat(40)) =>
      (g: Gathered): void => {
        for (const view of viewsIn(g))
          given(view.replicas).push({
            ...{ ip: '127.0.0.1', port: '6399', flags: 's_down,slave,disconnected', 's-down-time': '7000' },
            runid,
          });
      };
    expect(said(ghostReplica, late())).toEqual([]);
    // No sentinel ever had an answer from it, and sentinelctl created no node there.
    expect(said(ghostReplica, late(''))).toMatchObject([{ subject: '127.0.0.1:6399' }]);
    const called = (g: Gathered): void => {
      late()(g);
      g.gone = ['127.0.0.1:6399'];
    };
    expect(said(ghostReplica, called)).toMatchObject([{ subject: '127.0.0.1:6399' }]);
    const gathering = healthyGathering();
    called(gathering);
    // Without the name, the command that repairs it finds nothing that is gone.
    expect(diagnose(gathering, CHECKS).fixWith).toBe('sentinelctl doctor --fix --gone 127.0.0.1:6399');
  });

  it('one that answers is none', () => {
    expect(said(ghostSentinel, (g) => sentinelRecords(g, 3).map((r) => Object.assign(r, GONE)))).toEqual([]);
  });
});

describe('lag', () => {
  const behind = (bytes: number, lagS: number) =>
    said(lag, (g) =>
      alter(nodeIn(g, 1).info, {
        slave1: `ip=127.0.0.1,port=6381,state=online,offset=${14_203 - bytes},lag=${lagS}`,
      }),
    );

  it('is a replica that acknowledges nothing, or is further behind than the backlog', () => {
    expect(behind(0, 12)).toMatchObject([
      { subject: 'redis-3', message: expect.stringContaining('nothing for 12 s') },
    ]);
    expect(behind(0, 9)).toEqual([]);
    expect(behind(1_048_577, 0)).toMatchObject([{ subject: 'redis-3' }]);
    expect(behind(1_048_576, 0)).toEqual([]);
    // Only one that still acknowledges is helped by a larger backlog.
    const backlog = 'redis-cli -h 127.0.0.1 -p 6379 CONFIG SET repl-backlog-size 67108864';
    expect(first(behind(1_048_577, 0)).fix).toContain(backlog);
    expect(first(behind(0, 12)).fix).not.toContain(backlog);
  });
});

describe('resync-loop', () => {
  const loop = (limit: string, stats: Record<string, string> = {}) =>
    first(
      said(resyncLoop, (g) => {
        unlinked(g, 3);
        alter(nodeIn(g, 1).info, { sync_full: '40', ...stats });
        alter(nodeIn(g, 1).config, {
          'client-output-buffer-limit': `normal 0 0 0 slave ${limit} pubsub 0 0 0`,
        });
        nodeIn(g, 3).resync = { begun: 2, forMs: 2200, freeBytes: null, warning: null };
      }),
    );
  const dropped = (count: string) => ({ client_output_buffer_limit_disconnections: count });

  it('is said to come from the master’s output buffer, where that is tight or counts the drops', () => {
    const words = 'redis-1 closes it at its client-output-buffer-limit';
    const tight = loop('2097152 1048576 5');
    expect(tight.brief).toContain(words);
    expect(tight.fix[0]).toContain('CONFIG SET client-output-buffer-limit "replica 0 0 0"');
    expect(tight.fix.join()).not.toContain('repl-timeout');
    expect(loop('268435456 67108864 60').brief).not.toContain(words);
    expect(loop('268435456 67108864 60', dropped('38')).message).toContain('(38 so far)');
    // Two are no reason for forty.
    expect(loop('2097152 1048576 5', dropped('2')).brief).not.toContain(words);
  });

  const emptied = (change: (g: Gathered) => void = () => {}, warning: string | null = null) =>
    first(
      said(resyncLoop, (g) => {
        for (const n of [2, 3]) unlinked(g, n);
        alter(nodeIn(g, 1).info, { sync_full: '40', db0: 'keys=600,expires=0,avg_ttl=0' });
        alter(nodeIn(g, 3).info, { master_link_down_since_seconds: '-1', db0: '' });
        nodeIn(g, 3).resync = { begun: 2, forMs: 2200, freeBytes: null, warning };
        change(g);
      }),
    );

  it('says that an empty replica whose link was never up can be promoted, and keeps Sentinel from that first', () => {
    const risk = emptied();
    expect(risk.impact).toBe('data-unsafe');
    expect(risk.brief).toContain('redis-3 is empty and can be promoted');
    expect(risk.evidence).toContain('redis-3 is empty, redis-1 has 600 keys');
    expect(risk.fix[0]).toContain('CONFIG SET replica-priority 0');
    for (const change of [
      (g: Gathered) => alter(nodeIn(g, 3).info, { slave_priority: '0' }),
      (g: Gathered) => alter(nodeIn(g, 3).info, { master_link_down_since_seconds: '9' }),
      (g: Gathered) => alter(nodeIn(g, 2).info, { master_link_status: 'up' }),
    ]) {
      expect(emptied(change).impact).toBeUndefined();
      expect(emptied(change).fix.join()).not.toContain('replica-priority');
    }
  });

  it('comes from an older release where its log says that the snapshot was not loaded', () => {
    const older = (g: Gathered) => {
      alter(nodeIn(g, 1).info, { redis_version: '8.0.2' });
      alter(nodeIn(g, 3).info, { redis_version: '7.0.15' });
    };
    const failed = 'Failed trying to load the MASTER synchronization DB from disk: Invalid argument';
    const found = emptied(older, failed);
    expect(found.brief).toContain('Redis 7.0.15 cannot load the snapshot of Redis 8.0.2');
    expect(found.fix.at(-1)).toContain('start redis-3 with Redis 8.0.2');
    expect(found.fix.join()).not.toContain('repl-timeout');
    expect(emptied(() => {}, failed).fix.join()).toContain('repl-timeout');
    expect(emptied(older, 'I/O error trying to sync with MASTER').fix.join()).toContain('repl-timeout');
  });
});

describe('link-down and replica-orphan', () => {
  it('a full resync is information; a dead master is fixed first', () => {
    const down = (fields: Record<string, string>, change: (g: Gathered) => void = () => {}) =>
      said(linkDown, (g) => {
        alter(nodeIn(g, 3).info, { master_link_status: 'down', ...fields });
        change(g);
      });
    expect(down({ master_sync_in_progress: '1' })).toMatchObject([{ severity: 'info' }]);
    expect(down({})).toMatchObject([
      {
        subject: 'redis-3',
        severity: 'warning',
        fix: ['sentinelctl logs redis-3 --tail 50'],
      },
    ]);
    expect(down({}, (g) => silence(nodeIn(g, 1)))).toContain('redis-1, does not answer');
  });

  it('a replica that follows its master by a name, or by another of its addresses, is not an orphan', () => {
    const follows = (host: string, change: (g: Gathered) => void = () => {}) =>
      said(replicaOrphan, (g) => {
        alter(nodeIn(g, 3).info, { master_host: host });
        const { info } = nodeIn(g, 1);
        const { slave1: _, ...rest } = given(info);
        nodeIn(g, 1).info = got(rest);
        change(g);
      });
    expect(follows('10.0.0.9')).toMatchObject([{ subject: 'redis-3' }]);
    expect(
      follows('master.lab', (g) =>
        g.lookups.push({ name: 'master.lab', result: got({ addresses: ['127.0.0.1'], tookMs: 1 }) }),
      ),
    ).toEqual([]);
    expect(said(replicaOrphan, (g) => alter(nodeIn(g, 3).info, { master_host: '10.0.0.9' }))).toEqual([]);
  });
});

describe('master-disagree', () => {
  it('believes the newest configuration, not the most votes, and then the node that says that it is the master', () => {
    const switched = (epoch: string) =>
      said(masterDisagree, (g) => {
        const { host, port } = nodeIn(g, 2).announce;
        Object.assign(given(sentinelIn(g, 1).masters)[0]?.fields ?? {}, {
          ip: host,
          port: String(port),
          'config-epoch': epoch,
        });
        alter(nodeIn(g, 2).info, { role: 'master' });
        silence(nodeIn(g, 1));
      });
    expect(switched('5')).toMatchObject([{ subject: 'sentinel-2, sentinel-3' }]);
    expect(switched('0')).toMatchObject([{ subject: 'sentinel-2, sentinel-3' }]);
  });

  it('changes nothing while a sentinel holds the master for down', () => {
    const seen = said(masterDisagree, (g) => {
      Object.assign(given(sentinelIn(g, 3).masters)[0]?.fields ?? {}, {
        port: '6380',
        flags: 'master,s_down',
        's-down-time': '900',
      });
    });
    expect(seen).toMatchObject([{ severity: 'warning', fix: ['sentinelctl status --watch'] }]);
  });

  it('believes the majority, and gives back the settings that REMOVE forgets', () => {
    const seen = said(masterDisagree, (g) => {
      Object.assign(given(sentinelIn(g, 3).masters)[0]?.fields ?? {}, { port: '6380' });
      sentinelIn(g, 3).conf = got({ file: 's', text: 'sentinel auth-pass mymaster (redacted)\n' });
    });
    expect(seen).toMatchObject([
      {
        subject: 'sentinel-3',
        fix: [
          'redis-cli -h 127.0.0.1 -p 26381 SENTINEL REMOVE mymaster',
          'redis-cli -h 127.0.0.1 -p 26381 SENTINEL MONITOR mymaster 127.0.0.1 6379 2',
          'redis-cli -h 127.0.0.1 -p 26381 SENTINEL SET mymaster down-after-milliseconds 5000 failover-timeout 60000 parallel-syncs 1',
          "# FILE has the master's password",
          'export MASTER_PASSWORD="$(cat FILE)"',
          `test -n "\${MASTER_PASSWORD:?is not set}" && printf '%s' "$MASTER_PASSWORD" | redis-cli -h 127.0.0.1 -p 26381 -x SENTINEL SET mymaster auth-pass`,
        ],
      },
    ]);
  });
});

describe('a data node that does not answer', () => {
  const dead = (check: SnapshotCheck | GatheredCheck, fields: Record<string, string>) =>
    said(check, (g) => {
      silence(nodeIn(g, 1));
      masterIs(g, fields);
    });

  it('is no-master where it is the master that the sentinels do not reach either: started after its successor', () => {
    const fields = { flags: 'master,disconnected' };
    expect(dead(noMaster, fields)).toMatchObject([
      {
        subject: 'mymaster',
        servers: ['redis-1'],
        message: expect.stringContaining('3 of 3 sentinels can replace it, within about 7 s'),
        fix: ['sentinelctl status --watch'],
        later: { when: 'once another node is the master', fix: 'sentinelctl start redis-1' },
      },
    ]);
    const skip = 'redis-1: refused the connection: nothing listens on that port';
    for (const check of [nodeDown, nodeUnreachable]) expect(dead(check, fields)).toBe(skip);
  });

  it('has a replica in its place where SENTINEL RESET has removed its replicas', () => {
    const reset = said(noMaster, (g) => {
      silence(nodeIn(g, 1));
      masterIs(g, { flags: 'master,s_down,disconnected', 'num-slaves': '0' });
      for (const view of viewsIn(g)) view.replicas = got([]);
    });
    expect(reset).toMatchObject([
      { fix: expect.arrayContaining(['redis-cli -h 127.0.0.1 -p 6380 REPLICAOF NO ONE']) },
    ]);
  });

  it('waits for its replacement where the sentinels have only old news of the replicas, not where none may be it', () => {
    const lost = (record: Record<string, string>, info: Record<string, string> = {}) =>
      said(noMaster, (g) => {
        silence(nodeIn(g, 1));
        masterIs(g, { flags: 'master,s_down,o_down,disconnected', 's-down-time': '9000' });
        for (const n of [2, 3]) {
          alter(nodeIn(g, n).info, info);
          for (const one of replicaRecords(g, n)) Object.assign(one, record);
        }
      });
    const coming = [{ message: expect.stringContaining('can replace it') }];
    expect(lost({ 'info-refresh': '9000' })).toMatchObject(coming);
    expect(lost({ flags: 'slave,s_down' })).toMatchObject(coming);
    const never = [{ message: expect.stringContaining('no replica can be promoted') }];
    expect(lost({ 'slave-priority': '0' })).toMatchObject(never);
    // What they say themselves is what the sentinels read before they choose.
    expect(lost({}, { slave_priority: '0' })).toMatchObject(never);
  });

  it('is only unreachable from here where every sentinel reaches it: whether there is a master is not known', () => {
    const fields = { 'last-ping-sent': '0' };
    expect(dead(nodeUnreachable, fields)).toMatchObject([
      {
        ...{ subject: 'redis-1', severity: 'critical', impact: 'unknown' },
        message: expect.stringContaining('do not call it down'),
      },
    ]);
    expect(dead(noMaster, fields)).toBe(
      'mymaster: no sentinel calls the master down, and its role is not known (redis-1: refused the connection: nothing listens on that port)',
    );
  });

  it('that sentinelctl created and that wants another password: --password-file is not advised', () => {
    const seen = said(auth, (g) => {
      silence(nodeIn(g, 2), 'auth');
      const message = 'requires a password';
      nodeIn(g, 2).silence = { kind: 'auth', message };
    });
    expect(seen).toMatchObject([
      {
        message: expect.stringContaining('--password-file changes nothing'),
        fix: [
          '# FILE has the password that redis-2 wants now, for redis-cli',
          'export REDISCLI_AUTH="$(cat FILE)"',
          expect.stringContaining('requirepass'),
        ],
      },
    ]);
  });
});

describe('unfinished-journal', () => {
  const left = (runs: Gathered['runs']) =>
    said(unfinishedJournal, (g) => {
      if (runs !== undefined) g.runs = runs;
    });
  const since = '2026-01-01T00:00:00.000Z';

  it('is what a run left, or does now', () => {
    expect(left({})).toEqual([]);
    expect(left(undefined)).toContain('not looked for');
    expect(left({ unfinished: { what: 'inject x', keep: true, since } })).toMatchObject([
      { fix: ['sentinelctl heal'] },
    ]);
    expect(left({ unfinished: { what: 'sweep', keep: false, since } })).toMatchObject([
      { fix: ['sentinelctl recover'] },
    ]);
    const acts = ['pause of redis-1'];
    const underWay = { what: 'sweep', pid: 7, since, acts };
    expect(left({ underWay })).toEqual([]);
    expect(said(runUnderWay, (g) => Object.assign(g, { runs: { underWay } }))).toMatchObject([
      { message: expect.stringContaining('pause of redis-1') },
    ]);
  });
});
