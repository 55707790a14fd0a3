import { describe, expect, it } from 'vitest';
import type { GatheredCheck, SnapshotCheck } from '../../../../src/checks/check.js';
import auth from '../../../../src/checks/live/auth.js';
import failoverStuck from '../../../../src/checks/live/failover-stuck.js';
import masterDisagree from '../../../../src/checks/live/master-disagree.js';
import masterFrozen from '../../../../src/checks/live/master-frozen.js';
import noMaster from '../../../../src/checks/live/no-master.js';
import nodeDown from '../../../../src/checks/live/node-down.js';
import nodeUnreachable from '../../../../src/checks/live/node-unreachable.js';
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
import { first, masterIs } from '../../../helpers/one-finding.js';

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
          'export MASTER_PASSWORD="$(cat FILE)"  # FILE has the password of the master',
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
          'export REDISCLI_AUTH="$(cat FILE)"  # FILE has the password that redis-2 wants now, for redis-cli',
          expect.stringContaining('requirepass'),
        ],
      },
    ]);
  });
});
