import { describe, expect, it } from 'vitest';
import dataGone from '../../../../src/checks/data/data-gone.js';
import restartedEmpty from '../../../../src/checks/data/restarted-empty.js';
import type { Fields, Gathered } from '../../../../src/model/gathered.js';
import { unlinked } from '../../../helpers/alterations/alteration.js';
import {
  alter,
  nodeIn,
  replicaRecords,
  said,
  sentinelIn,
  viewsIn,
} from '../../../helpers/healthy-gathering.js';

describe('data-gone', () => {
  const SETS = { cmdstat_set: 'calls=1203,usec=4000,usec_per_call=3.33,rejected_calls=0,failed_calls=0' };
  const call = (name: string) => ({
    [`cmdstat_${name}`]: 'calls=1,usec=4,usec_per_call=4.00,rejected_calls=0,failed_calls=0',
  });
  /** The master was started after its replicas, and all are empty. */
  const emptied = (replica: Record<string, string>, master: Record<string, string> = {}) =>
    said(dataGone, (g) => {
      alter(nodeIn(g, 1).info, { uptime_in_seconds: '4', ...master });
      for (const n of [2, 3]) alter(nodeIn(g, n).info, { uptime_in_seconds: '600', ...replica });
    });

  it('is proved by a replica that executed writes and nothing that removes a key', () => {
    expect(emptied({ ...SETS, ...call('ping'), ...call('config|get'), ...call('eval') })).toMatchObject([
      {
        subject: 'redis-1',
        brief: 'redis-1 (master) restarted empty, and redis-2 and redis-3 copied that: the data is gone',
        evidence:
          'redis-2 executed 1203 writes and no command that removes a key, and holds 0 keys; redis-1 started 4 s ago, later than redis-2 and redis-3, and writes nothing to disk',
        fix: expect.arrayContaining([
          expect.stringMatching(/^sentinelctl explain data-gone {2}# .* restore it from a backup$/),
          expect.stringMatching(/ -p 6379 CONFIG SET appendonly yes$/),
        ]),
      },
    ]);
  });

  it.each(['del', 'unlink', 'flushall', 'lpop', 'json.del', 'debug', 'a-command-of-tomorrow'])(
    'is a note after %s: what it removed may have been all',
    (name) => {
      expect(emptied({ ...SETS, ...call(name) })).toMatchObject([
        { severity: 'info', message: expect.stringMatching(/if it held keys before, they are gone$/) },
      ]);
    },
  );

  it('is a note where nothing was written, and where a write was refused', () => {
    const refused = { cmdstat_set: 'calls=2,usec=4,usec_per_call=2.00,rejected_calls=3,failed_calls=2' };
    for (const replica of [call('ping'), refused, {}])
      expect(emptied(replica)).toMatchObject([{ severity: 'info' }]);
  });

  it('is proved with an append-only file too: it went with the disk', () => {
    expect(emptied(SETS, { aof_enabled: '1', aof_current_size: '89' })).toMatchObject([
      {
        evidence: expect.stringMatching(/later than redis-2 and redis-3, and found nothing on its disk$/),
        fix: expect.arrayContaining([
          expect.stringMatching(/^# redis-1 has appendonly yes, and its dir was empty: /),
          expect.stringMatching(/must start later than 5\.00 s \(down-after\) after its end/),
        ]),
      },
    ]);
  });

  it('is a note where that file is new, and silent where it has what was written', () => {
    const log = (bytes: string) => ({ aof_enabled: '1', aof_current_size: bytes });
    expect(emptied({ ...SETS, ...call('del') }, log('89'))).toMatchObject([
      { severity: 'info', message: expect.stringContaining('its append-only file is new') },
    ]);
    expect(emptied({ ...SETS, ...call('del') }, log('52000'))).toEqual([]);
    expect(emptied(call('ping'), log('89'))).toEqual([]);
  });

  describe('with keys that were written since', () => {
    const del = call('del');
    const turnedOn = { aof_enabled: '1', aof_rewrites: '1', aof_current_size: '120' };
    const resetstat = call('config|resetstat');
    const sets = (calls: number, failed = 0) => ({
      cmdstat_set: `calls=${calls},usec=40,usec_per_call=3.33,rejected_calls=0,failed_calls=${failed}`,
    });
    const FOLLOWED = 'redis-1 started 30 s ago, later than redis-2 and redis-3';
    /** The master was started without its data, its replicas copied that, and clients have written since. */
    const refill = (
      g: Gathered,
      replica: Record<string, string> = {},
      master: Record<string, string> = {},
      record: Record<string, string> = {},
    ): void => {
      const now = { db0: 'keys=3,expires=0,avg_ttl=0', rdb_last_load_keys_loaded: '0' };
      const restarted = { ...now, uptime_in_seconds: '30', sync_full: '2', aof_enabled: '0' };
      alter(nodeIn(g, 1).info, { ...restarted, ...sets(3), ...master });
      const loaded = { slave_repl_offset: '14203', rdb_last_load_keys_loaded: '1' };
      const copied = { ...now, ...loaded, uptime_in_seconds: '600' };
      for (const n of [2, 3]) alter(nodeIn(g, n).info, { ...copied, ...sets(203), ...replica });
      for (const { fields } of viewsIn(g)) Object.assign(fields, { 'role-reported-time': '600000' }, record);
    };
    const refilled = (...alterations: [Fields?, Fields?, Fields?]) =>
      said(dataGone, (g) => refill(g, ...alterations));

    it('is proved by a replica that executed more writes than the master was told since its start', () => {
      expect(refilled()).toMatchObject([
        {
          subject: 'redis-1',
          brief: 'redis-1 (master) restarted empty, and redis-2 and redis-3 copied that: the data is gone',
          evidence: `redis-2 executed 203 writes and no command that removes a key, and redis-1 was told 3 writes since it was started; ${FOLLOWED}, and writes nothing to disk`,
          fix: expect.arrayContaining([
            expect.stringMatching(/ -p 6380 CONFIG RESETSTAT; redis-cli .* -p 6381 CONFIG RESETSTAT$/),
          ]),
        },
      ]);
      expect(refilled()).not.toMatchObject([{ severity: 'info' }]);
    });

    it.each<[string, Record<string, string>, Record<string, string>]>([
      [
        'an append-only file, and a copy of nothing',
        { rdb_last_load_keys_loaded: '0' },
        { aof_enabled: '1' },
      ],
      ['failed writes', {}, sets(100, 99)],
      ['an append-only file that was turned on since its start', {}, turnedOn],
    ])('is proved with %s', (_, replica, master) => {
      expect(refilled(replica, master)).toMatchObject([
        { brief: expect.stringContaining('the data is gone') },
      ]);
    });

    it('is proved by the sentinels that were there before', () => {
      const started = said(dataGone, (g) => {
        refill(g);
        alter(sentinelIn(g, 2).info, { uptime_in_seconds: '9' });
        Object.assign(viewsIn(g)[1]?.fields ?? {}, { 'role-reported-time': '9000' });
      });
      expect(started).toMatchObject([{ brief: expect.stringContaining('the data is gone') }]);
    });

    it('is a note after an hour', () => {
      const later = [{ uptime_in_seconds: '9000' }, { uptime_in_seconds: '3700' }] as const;
      expect(refilled(...later, { 'role-reported-time': '9000000' })).toMatchObject([
        { severity: 'info', brief: expect.stringContaining('the data is gone') },
      ]);
    });

    it.each<[string, Record<string, string>, Record<string, string>, Record<string, string>]>([
      ['DEL', del, {}, {}],
      ['CONFIG RESETSTAT at the master', {}, resetstat, {}],
      ['a switch since its start', {}, {}, { 'role-reported-time': '20000' }],
    ])('is a note after %s, for an hour', (_, replica, master, record) => {
      expect(refilled(replica, master, record)).toMatchObject([
        {
          severity: 'info',
          message: expect.stringMatching(/\(master\) loaded 0 keys at its start; .*, they are gone$/),
        },
      ]);
      const later = [{ uptime_in_seconds: '9000' }, { uptime_in_seconds: '3700' }] as const;
      expect(refilled({ ...replica, ...later[0] }, { ...master, ...later[1] }, record)).toEqual([]);
    });

    it.each<[string, Record<string, string>, Record<string, string>]>([
      ['replicas that executed only what the master was told', sets(3), {}],
      ['writes that passed between two answers', { ...sets(5), slave_repl_offset: '14245' }, {}],
      ['counters that were reset at the replicas', { ...sets(1), ...resetstat }, {}],
      ['an append-only file, which may have been loaded', {}, { aof_enabled: '1' }],
      ['one that a client had rewritten', {}, { ...turnedOn, ...call('bgrewriteaof') }],
      ['one that is large enough to be rewritten', {}, { ...turnedOn, aof_current_size: '70000000' }],
      ['no full resync since its start', {}, { sync_full: '0' }],
      ['a start with its replicas', {}, { uptime_in_seconds: '599' }],
      ['a release that does not tell what it loaded', {}, { rdb_last_load_keys_loaded: '' }],
      ['a promoted replica', {}, { master_replid: 'b'.repeat(40), master_replid2: 'a'.repeat(40) }],
    ])('says nothing with %s', (_, replica, master) => {
      expect(refilled(replica, master)).toEqual([]);
    });
  });

  describe('with keys from an older file', () => {
    const KEYS = { db0: 'keys=1203,expires=0,avg_ttl=0' };
    /** The master was started after its replicas, from a snapshot that they copied. */
    const setBack = (master: Record<string, string> = {}, record: Record<string, string> = {}) =>
      said(dataGone, (g) => {
        alter(nodeIn(g, 1).info, {
          ...{ ...KEYS, uptime_in_seconds: '30', aof_enabled: '0', sync_full: '2' },
          ...{ rdb_last_load_keys_loaded: '1203', ...master },
        });
        for (const n of [2, 3]) alter(nodeIn(g, n).info, { ...KEYS, uptime_in_seconds: '600' });
        for (const { fields } of viewsIn(g))
          Object.assign(fields, { 'role-reported-time': '90000', ...record });
      });

    it('is a note: what was written after that file is known to no server', () => {
      expect(setBack()).toMatchObject([
        {
          subject: 'redis-1',
          severity: 'info',
          message: expect.stringMatching(
            /started 30 s ago, later than redis-2 and redis-3 and without a failover, from its last RDB file \(1203 keys\).* is gone$/,
          ),
        },
      ]);
    });

    it.each<[string, Record<string, string>, Record<string, string>]>([
      ['an append-only file', { aof_enabled: '1' }, {}],
      ['replicas that continued: they had nothing newer', { sync_full: '0' }, {}],
      ['a promotion since its start', {}, { 'role-reported-time': '20000' }],
      ['a start hours ago', { uptime_in_seconds: '4000' }, { 'role-reported-time': '9000000' }],
    ])('says nothing with %s', (_, master, record) => {
      expect(setBack(master, record)).toEqual([]);
    });
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['keys on the master', {}, { db0: 'keys=1,expires=0,avg_ttl=0' }],
    ['an RDB file that was loaded, and emptied later', {}, { rdb_last_load_keys_loaded: '9' }],
    ['a promoted replica', {}, { master_replid: 'b'.repeat(40), master_replid2: 'a'.repeat(40) }],
    ['a start with its replicas', {}, { uptime_in_seconds: '598' }],
    ['a replica that still has keys', { db0: 'keys=9,expires=0,avg_ttl=0' }, {}],
    ['a replica without a link', { master_link_status: 'down' }, {}],
  ])('says nothing with %s', (_, replica, master) => {
    expect(emptied({ ...SETS, ...replica }, master)).toEqual([]);
  });
});

describe('restarted-empty', () => {
  const OLD = { master_replid: 'a'.repeat(40), slave_repl_offset: '900', db0: 'keys=1203,expires=0' };
  /** The master has another replication id, and was started after these replicas lost their link. */
  const restarted = (master: Record<string, string>, holders: readonly number[]) =>
    said(restartedEmpty, (g) => {
      alter(nodeIn(g, 1).info, { master_replid: 'b'.repeat(40), uptime_in_seconds: '4', ...master });
      for (const n of holders) {
        unlinked(g, n);
        alter(nodeIn(g, n).info, OLD);
      }
    });

  it('names what the replicas still hold, and the failover that keeps it', () => {
    expect(restarted({}, [2, 3])).toMatchObject([
      {
        subject: 'redis-1',
        brief:
          'redis-1 (master) restarted empty; redis-2 and redis-3 still hold 1,203 keys, which the next full resync deletes',
        fix: [expect.stringMatching(/SENTINEL FAILOVER mymaster$/), expect.stringMatching(/^# /)],
      },
    ]);
  });

  it('ends the empty server instead, where no sentinel would promote a replica that holds it', () => {
    const stale = said(restartedEmpty, (g) => {
      alter(nodeIn(g, 1).info, { master_replid: 'b'.repeat(40), uptime_in_seconds: '4' });
      for (const n of [2, 3]) {
        unlinked(g, n);
        alter(nodeIn(g, n).info, OLD);
        for (const record of replicaRecords(g, n)) record['last-ok-ping-reply'] = '6000';
      }
    });
    const first = expect.stringMatching(/^sentinelctl explain restarted-empty {2}# .* choose now$/);
    expect(stale).toMatchObject([
      { fix: [first, expect.stringMatching(/^# to keep/), 'sentinelctl kill redis-1'] },
    ]);
  });

  it('ends the empty servers instead, where a sentinel might promote one that has copied the master', () => {
    expect(restarted({}, [2])).toMatchObject([
      {
        fix: [
          'sentinelctl explain restarted-empty  # what redis-2 holds is deleted within seconds: choose now',
          '# to keep what redis-2 holds, end redis-1 and redis-3, and start nothing before the sentinels name another master:',
          'sentinelctl kill redis-1',
          'sentinelctl kill redis-3',
        ],
      },
    ]);
  });

  it('asks which data is worth more, where the master took writes since', () => {
    expect(restarted({ db0: 'keys=12,expires=0', aof_enabled: '0' }, [2, 3])).toMatchObject([
      {
        brief: expect.stringContaining('restarted with 12 keys; redis-2 and redis-3 still hold 1,203 keys'),
        fix: [
          expect.stringMatching(/^sentinelctl explain restarted-empty {2}# /),
          expect.stringMatching(/^# if you need what redis-2 and redis-3 hold more than/),
          expect.any(String),
          expect.any(String),
        ],
      },
    ]);
  });

  it('knows the data of another disk by how much is missing, with an append-only file', () => {
    const came = (keys: number) => restarted({ db0: `keys=${keys},expires=0`, aof_enabled: '1' }, [2, 3]);
    expect(came(400)).toMatchObject([{ brief: expect.stringContaining('restarted with 400 keys') }]);
    // The last second may be missing after a crash.
    expect(came(1100)).toEqual([]);
  });

  it('says nothing where a replica goes on from where it was, or lost its link after the start', () => {
    const same = { master_replid: 'b'.repeat(40), master_replid2: 'a'.repeat(40), second_repl_offset: '901' };
    expect(restarted(same, [2, 3])).toEqual([]);
    // FLUSHALL while a link is down: the replica gets it too.
    expect(restarted({ uptime_in_seconds: '5000' }, [2, 3])).toEqual([]);
  });
});
