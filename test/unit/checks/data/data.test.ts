import { describe, expect, it } from 'vitest';
import backlogSmall from '../../../../src/checks/data/backlog-small.js';
import bgsaveError from '../../../../src/checks/data/bgsave-error.js';
import masterFull from '../../../../src/checks/data/master-full.js';
import maxclients from '../../../../src/checks/data/maxclients.js';
import maxmemorySkew from '../../../../src/checks/data/maxmemory-skew.js';
import minReplicas from '../../../../src/checks/data/min-replicas.js';
import outputBuffer from '../../../../src/checks/data/output-buffer.js';
import rebootGap from '../../../../src/checks/data/reboot-gap.js';
import replicaHidden from '../../../../src/checks/data/replica-hidden.js';
import replicaWritable from '../../../../src/checks/data/replica-writable.js';
import slowCommand from '../../../../src/checks/data/slow-command.js';
import type { Gathered, GatheredSentinel } from '../../../../src/model/gathered.js';
import {
  alter,
  given,
  got,
  healthyGathering,
  judge,
  no,
  nodeIn,
  said,
  sentinelIn,
  viewsIn,
} from '../../../helpers/healthy-gathering.js';

describe('bgsave-error', () => {
  const failed = (info: Record<string, string>, config: Record<string, string> = {}) =>
    said(bgsaveError, (g) => {
      alter(nodeIn(g, 2).info, info);
      alter(nodeIn(g, 2).config, config);
      nodeIn(g, 2).pingMs = no('PING: MISCONF Redis is configured to save RDB snapshots');
    });

  it('is critical where writes and PING are refused', () => {
    expect(failed({ rdb_last_bgsave_status: 'err' })).toMatchObject([
      { subject: 'redis-2', severity: 'critical', message: expect.stringContaining('PING with -MISCONF') },
    ]);
    expect(failed({ aof_last_write_status: 'err' })).toMatchObject([{ severity: 'critical' }]);
  });

  it('is a warning where only the saving fails, and nothing where nothing is saved', () => {
    const status = { rdb_last_bgsave_status: 'err' };
    expect(failed(status, { 'stop-writes-on-bgsave-error': 'no' })).toMatchObject([{ severity: 'warning' }]);
    expect(failed({ aof_last_bgrewrite_status: 'err' })).toMatchObject([{ severity: 'warning' }]);
    expect(failed(status, { save: '' })).toEqual([]);
  });
});

describe('slow-command', () => {
  it.each([
    [{ 'slowlog-log-slower-than': '-1' }, /slowlog-log-slower-than -1/],
    [{ 'slowlog-log-slower-than': '60000000' }, /slowlog-log-slower-than 60000000/],
    [{ 'slowlog-max-len': '0' }, /keeps nothing/],
  ])('does not pass where SLOWLOG would not have it: %j', (setting, why) => {
    const gathered = healthyGathering();
    alter(nodeIn(gathered, 2).config, setting);
    expect(judge(slowCommand, gathered)).toEqual({ skip: expect.stringMatching(why) });
  });
});

describe('backlog-small', () => {
  const writing = (kbps: string, change: (g: Gathered) => void = () => {}) =>
    said(backlogSmall, (g) => {
      alter(nodeIn(g, 1).info, { instantaneous_output_repl_kbps: kbps });
      change(g);
    });

  it('is measured by what is written now, to each of the replicas', () => {
    // 400 kB/s to two replicas are 200 to each: 1 MiB lasts 5 s, and a failover takes 15.
    const stranger = (g: Gathered): void => {
      g.own = false;
    };
    expect(writing('400.00', stranger)).toMatchObject([
      {
        severity: 'warning',
        message: expect.stringContaining('lasts 5 s at 200 KiB/s; a failover takes about 15 s'),
      },
      {
        fix: expect.arrayContaining(['redis-cli -h 127.0.0.1 -p 6380 CONFIG SET repl-backlog-size 3145728']),
      },
      {},
    ]);
    expect(writing('100.00', stranger)).toEqual([]);
    expect(writing('400.00')).toMatchObject([{ severity: 'info' }, {}, {}]);
  });

  it('by what was watched, where it was', () => {
    expect(
      writing('0.00', (g) => {
        const at = (atMs: number, offset: number) => ({ node: 'redis-1', atMs, offset, role: 'master' });
        g.watched = { forMs: 5000, events: [], offsets: [at(0, 0), at(5000, 5_000_000)] };
      }),
    ).toHaveLength(3);
  });
});

describe('output-buffer', () => {
  it.each([
    ['normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60', 0],
    ['normal 0 0 0 slave 0 0 0 pubsub 0 0 0', 0],
    ['normal 0 0 0 replica 536870912 134217728 10 pubsub 0 0 0', 0],
    ['normal 0 0 0 slave 1048576 0 0 pubsub 0 0 0', 1],
    ['normal 0 0 0 slave 268435456 1048576 60 pubsub 0 0 0', 1],
    ['normal 0 0 0 slave 268435456 67108864 5 pubsub 0 0 0', 1],
  ])('%s: %i', (limit, times) => {
    expect(
      said(outputBuffer, (g) => alter(nodeIn(g, 1).config, { 'client-output-buffer-limit': limit })),
    ).toHaveLength(times);
  });
});

describe('reboot-gap', () => {
  const GIB = 2 ** 30;
  const large = (change: (g: Gathered) => void = () => {}) =>
    said(rebootGap, (g) => {
      alter(nodeIn(g, 1).info, { used_memory_dataset: String(2 * GIB) });
      alter(nodeIn(g, 1).config, { appendonly: 'yes' });
      change(g);
    });

  it('is a master that takes longer to load than down-after, where no sentinel minds', () => {
    expect(large()).toMatchObject([
      { subject: 'redis-1', message: expect.stringContaining('holds 2 GiB: about 21 s to load') },
    ]);
    expect(large((g) => alter(nodeIn(g, 1).config, { appendonly: 'no' }))).toEqual([]);
    expect(large((g) => alter(nodeIn(g, 1).info, { used_memory_dataset: '1000000' }))).toEqual([]);
  });

  it('is cured at the sentinels whose file says so, and not known of those whose file is not seen', () => {
    const conf = (text: string) => got({ file: 's', text });
    const set = 'sentinel master-reboot-down-after-period mymaster 5000\n';
    const everywhere = (answer: GatheredSentinel['conf']) =>
      large((g) => {
        for (const s of g.sentinels) s.conf = answer;
      });
    expect(everywhere(conf(set))).toEqual([]);
    expect(large((g) => (sentinelIn(g, 1).conf = conf(set)))).toMatchObject([
      { message: expect.stringContaining('at sentinel-2, sentinel-3') },
    ]);
    expect(everywhere(no('elsewhere'))).toMatch(/^sentinel-1, sentinel-2, sentinel-3: /);
  });
});

describe('min-replicas', () => {
  it('is information: the default, and with one replica no better choice', () => {
    expect(said(minReplicas)).toMatchObject([
      { severity: 'info', repairs: [{ node: 'redis-1', value: '1' }, {}, {}] },
    ]);
    const elsewhere = (change: (g: Gathered) => void = () => {}) =>
      said(minReplicas, (g) => {
        g.own = false;
        change(g);
      });
    expect(elsewhere()).toMatchObject([{ severity: 'info', subject: 'redis-1, redis-2, redis-3' }]);
    const one = elsewhere((g) => g.nodes.pop());
    expect(one).toMatchObject([{ severity: 'info' }]);
    expect(one).not.toMatchObject([{ repairs: expect.anything() }]);
  });
});

describe('replica-hidden', () => {
  it('is counted where it is not listed, in a cluster that is not ours', () => {
    const counted = (own: boolean) =>
      said(replicaHidden, (g) => {
        g.own = own;
        for (const view of viewsIn(g)) given(view.replicas).pop();
      });
    expect(counted(false)).toMatchObject([
      { subject: 'mymaster', message: 'sentinel-1 counts 2 replicas and lists 1' },
    ]);
    expect(counted(true)).toEqual([]);
  });
});

describe('maxclients', () => {
  it('is near from four fifths on, at sentinels too', () => {
    const connected = (n: string) =>
      said(maxclients, (g) => alter(sentinelIn(g, 1).info, { connected_clients: n, maxclients: '100' }));
    expect(connected('79')).toEqual([]);
    expect(connected('80')).toMatchObject([
      {
        subject: 'sentinel-1',
        fix: expect.arrayContaining(['maxclients 10000 in the configuration of sentinel-1, then restart it']),
      },
    ]);
  });
});

describe('master-full', () => {
  const used = (info: Record<string, string>) => (g: Gathered) => {
    alter(nodeIn(g, 1).info, { maxmemory: '1000000', maxmemory_policy: 'noeviction', ...info });
    alter(nodeIn(g, 1).config, { maxmemory: '1000000' });
    alter(nodeIn(g, 2).config, { maxmemory: '800000000' });
  };

  it('is a master at its limit that may evict nothing; its limit is not given to the others', () => {
    expect(said(masterFull, used({}))).toMatchObject([
      {
        subject: 'redis-1',
        message: expect.stringContaining('-OOM'),
        fix: [
          expect.stringMatching(/^# only where the machine has 762.9 MiB/),
          'redis-cli -h 127.0.0.1 -p 6379 CONFIG SET maxmemory 800000000',
          'redis-cli -h 127.0.0.1 -p 6379 CONFIG REWRITE',
        ],
      },
    ]);
    const skewed = said(maxmemorySkew, used({}));
    expect(skewed).toMatchObject([
      { subject: 'redis-1', fix: expect.arrayContaining([expect.stringContaining('maxmemory 0')]) },
      { subject: 'redis-2' },
    ]);
  });

  it('with a volatile policy it depends on whether any key can go', () => {
    const policy = { maxmemory_policy: 'volatile-lru' };
    expect(said(masterFull, used({ ...policy, db0: 'keys=9,expires=0,avg_ttl=0' }))).toHaveLength(1);
    expect(said(masterFull, used({ ...policy, db0: 'keys=9,expires=3,avg_ttl=9' }))).toEqual([]);
    expect(said(masterFull, used({ maxmemory_policy: 'allkeys-lru' }))).toEqual([]);
    expect(said(masterFull, used({ mem_not_counted_for_evict: '900000' }))).toEqual([]);
  });
});

it('replica-writable', () => {
  expect(
    said(replicaWritable, (g) => alter(nodeIn(g, 3).config, { 'replica-read-only': 'no' })),
  ).toMatchObject([
    {
      subject: 'redis-3',
      fix: expect.arrayContaining(['redis-cli -h 127.0.0.1 -p 6381 CONFIG SET replica-read-only yes']),
    },
  ]);
});
