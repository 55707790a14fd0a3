import { describe, expect, it } from 'vitest';
import { assess } from '../../../../src/checks/assess.js';
import type { Problem } from '../../../../src/model/status.js';
import { ghostAt, idsOf, problem, strayed } from '../../../helpers/problem.js';
import {
  altered,
  answerOf,
  attached,
  discovered,
  MASTER_NAME,
  nodeOf,
  ours,
  redisAddress,
  sentinelAddress,
  sentinelOf,
  silenceNode,
  silenceSentinel,
  viewOf,
  viewsIn,
} from '../../../helpers/snapshots.js';

describe('no sentinel', () => {
  const headless = altered((s) => {
    for (const n of [1, 2, 3]) silenceSentinel(s, n);
  });

  it('is critical, and each one is still named', () => {
    expect(idsOf(headless)).toEqual(['no-sentinel', 'sentinel-unreachable']);
    expect(problem('sentinel-unreachable', headless).subjects).toEqual([
      'sentinel-1',
      'sentinel-2',
      'sentinel-3',
    ]);
    expect(problem('no-sentinel', headless)).toMatchObject({
      message: 'none of 3 sentinels answers',
      fix: 'sentinelctl up',
    });
  });

  it('names the cluster in the command when it is not the default one', () => {
    expect(problem('no-sentinel', headless, ours({ cluster: 'lab' })).fix).toBe(
      'sentinelctl up --cluster lab',
    );
  });
});

describe('a master name that no sentinel monitors', () => {
  it('lists those that are', () => {
    const asked = attached({ masterName: 'mymastr' });
    expect(problem('unknown-master-name', discovered(), asked)).toMatchObject({
      severity: 'critical',
      message: 'no sentinel monitors a master named mymastr; they monitor mymaster',
      fix: `sentinelctl status --master-name ${MASTER_NAME} --sentinel-addrs 127.0.0.1:26379`,
    });
    expect(assess(discovered(), asked).masters).toEqual([]);
  });
});

describe('leftovers', () => {
  it('shows a ghost once, also when it was asked and did not answer', () => {
    const snapshot = altered((s) => {
      for (const v of viewsIn(s)) v.sentinels.push(ghostAt);
      s.sentinels.push({
        ...sentinelOf(s, 1),
        id: '127.0.0.1:26387',
        announce: ghostAt.address,
        endpoint: ghostAt.address,
      });
      silenceSentinel(s, 4);
    });
    expect(idsOf(snapshot)).toEqual(['ghost-sentinel']);
  });

  it('names a replica without a host, which a lost container name leaves behind', () => {
    const snapshot = altered((s) => {
      const seen = viewOf(s, 1).replicas[0];
      if (seen)
        viewOf(s, 1).replicas.push({
          ...seen,
          address: { host: '', port: 6379 },
          flags: ['s_down', 'slave'],
        });
    });
    expect(problem('ghost-replica', snapshot)).toMatchObject({ severity: 'warning', subjects: [':6379'] });
  });

  it('only mentions a foreign node that works', () => {
    const snapshot = altered((s) => {
      s.groups[0]?.nodes.push({
        ...nodeOf(s, 3),
        id: '127.0.0.1:6400',
        announce: { host: '127.0.0.1', port: 6400 },
        endpoint: { host: '127.0.0.1', port: 6400 },
      });
    });
    expect(problem('unexpected-node', snapshot).severity).toBe('info');
    expect(assess(snapshot, ours()).healthy).toBe(true);
  });
});

describe('what passes, or must wait', () => {
  it('a replica that has just started and is still called down is looked at again', () => {
    const seen = (uptimeS: number) =>
      problem(
        'seen-down',
        altered((s) => {
          viewOf(s, 1).replicas[0]?.flags.push('s_down');
          const port = viewOf(s, 1).replicas[0]?.address.port;
          Object.assign(answerOf(s, port === redisAddress(2).port ? 2 : 3), { uptimeS });
        }),
      );
    expect(seen(2)).toMatchObject({
      fix: 'sentinelctl status --watch',
      message: expect.stringContaining('it started 2 s ago'),
    });
    expect(seen(60).fix).toBe('sentinelctl logs sentinel-1 --tail 50');
  });

  it('a setting is not changed by hand while a fault is active: it is rolled back first', () => {
    const skewed = altered((s) => Object.assign(viewOf(s, 3), { downAfterMs: 60_000 }));
    const unfinished = { what: 'inject skew', keep: true, since: '2026-01-01T00:00:00.000Z' };
    expect(problem('settings-skew', skewed, ours({ unfinished })).fix).toBe('sentinelctl heal');
  });
});

describe('a replica without the master', () => {
  it('that gets all data through another replica does not serve old data', () => {
    expect(problem('replica-orphan', altered(strayed)).why).toMatch(/^it gets new writes through another/);
    const cut = altered((s) => {
      strayed(s);
      Object.assign(answerOf(s, 2), { linkStatus: 'down' });
    });
    expect(problem('replica-orphan', cut).why).toMatch(/^it lacks new writes and serves old data/);
  });

  it('that waits for its full resync is looked at again; after a minute its log is', () => {
    const waits = (linkDownS: number) =>
      altered((s) => {
        Object.assign(answerOf(s, 2), { linkStatus: 'down', linkDownS });
        const entry = answerOf(s, 1).attached.find(({ address }) => address.port === redisAddress(2).port);
        Object.assign(entry ?? {}, { state: 'wait_bgsave' });
      });
    expect(problem('link-down', waits(2))).toMatchObject({
      fix: 'sentinelctl status --watch',
      evidence: expect.stringContaining('repl-diskless-sync-delay (5 s by default)'),
    });
    expect(problem('link-down', waits(61)).fix).toBe('sentinelctl logs redis-2 --tail 50');
  });

  it('has its log shown where that can be read from here, else where it is', () => {
    const down = discovered(altered((s) => Object.assign(answerOf(s, 2), { linkStatus: 'down' })));
    expect(problem('link-down', down, attached()).fix).toBe(
      'redis-cli -h 127.0.0.1 -p 6380 CONFIG GET logfile',
    );
  });
});

describe('an attached cluster', () => {
  it('gets redis-cli commands, at addresses that can be reached from here', () => {
    const snapshot = discovered(
      altered((s) => {
        nodeOf(s, 3).endpoint = { host: '127.0.0.1', port: 16381 };
        strayed(s);
      }),
    );
    expect(problem('replica-orphan', snapshot, attached())).toMatchObject({
      subjects: ['127.0.0.1:6381'],
      message: '127.0.0.1:6381 follows 127.0.0.1:6380 (link up), not the master 127.0.0.1:6379',
      fix: 'redis-cli -h 127.0.0.1 -p 16381 REPLICAOF 127.0.0.1 6379',
    });
  });

  it('has nothing to promote without replicas', () => {
    const snapshot = discovered(
      altered((s) => {
        s.groups[0]?.nodes.splice(1);
        for (const v of viewsIn(s)) v.replicas = [];
      }),
    );
    expect(problem('no-replica', snapshot, attached()).severity).toBe('warning');
  });
});

describe('what has just been repaired is said to end by itself', () => {
  const watch = 'sentinelctl status --watch';
  it('a replica that started a moment ago, and has no link yet', () => {
    const started = (uptimeS: number): Problem =>
      problem(
        'link-down',
        altered((s) => Object.assign(answerOf(s, 3), { uptimeS, linkStatus: 'down', linkDownS: 2 })),
      );
    expect(started(4)).toMatchObject({ fix: watch });
    expect(started(4).message).toMatch(/; it started 4 s ago, and gets its link within seconds$/);
    expect(started(60).fix).toBe('sentinelctl logs redis-3 --tail 50');
  });

  it('a sentinel that began to monitor a moment ago, and does not know the others yet', () => {
    const isolated = (roleReportedMs: number): Problem =>
      problem(
        'sentinel-isolated',
        altered((s) => Object.assign(viewOf(s, 3), { sentinels: [], roleReportedMs })),
      );
    expect(isolated(1000)).toMatchObject({ fix: watch });
    expect(isolated(1000).message).toMatch(
      /: it has monitored this address for 1 s, and the sentinels find each other within seconds$/,
    );
    expect(isolated(60_000).fix).toBe('sentinelctl logs sentinel-3 --tail 50');
  });

  it('a sentinel that started a moment ago, and that another still calls down', () => {
    const seen = (uptimeS: number): Problem =>
      problem(
        'seen-down',
        altered((s) => {
          Object.assign(sentinelOf(s, 3).answer ?? {}, { uptimeS });
          for (const peer of viewOf(s, 1).sentinels.filter((p) => p.address.port === sentinelAddress(3).port))
            peer.flags = ['s_down', 'sentinel'];
        }),
      );
    expect(seen(2).message).toMatch(/: it started 2 s ago, and the sentinels notice that within seconds$/);
    expect(seen(60).fix).toBe('sentinelctl logs sentinel-1 --tail 50');
  });

  it('a young replica that has answered the sentinel since, with errors: its start is not the reason', () => {
    const seen = (repliedMsAgo: number): Problem =>
      problem(
        'seen-down',
        altered((s) => {
          Object.assign(nodeOf(s, 2).answer ?? {}, { uptimeS: 8 });
          const [replica] = viewOf(s, 1).replicas;
          Object.assign(replica ?? {}, { flags: ['s_down', 'slave'], answeredMsAgo: 9000, repliedMsAgo });
        }),
      );
    expect(seen(9000).message).toContain('it started 8 s ago');
    expect(seen(300).message).toMatch(/as down, although it answers here$/);
    expect(seen(300).fix).toBe('sentinelctl logs sentinel-1 --tail 50');
  });
});

it('a cluster that was taken down with its data is DOWN, and its silence is not a finding of its own', () => {
  const down = altered((s) => {
    for (const n of [1, 2, 3]) {
      silenceNode(s, n);
      silenceSentinel(s, n);
    }
  });
  const { problems, verdict } = assess(down, ours({ kept: true }));
  expect(verdict).toMatchObject({ word: 'DOWN', next: 'sentinelctl up' });
  expect(problems.map((p) => [p.id, p.why])).toEqual([
    ['no-master', 'down --keep-data stopped it; up starts it with the same data'],
  ]);
});
