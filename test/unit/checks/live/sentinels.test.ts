import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../src/checks/diagnose.js';
import clockSkew from '../../../../src/checks/live/clock-skew.js';
import ghostReplica from '../../../../src/checks/live/ghost-replica.js';
import ghostSentinel from '../../../../src/checks/live/ghost-sentinel.js';
import runUnderWay from '../../../../src/checks/live/run-under-way.js';
import sentinelUnreachable from '../../../../src/checks/live/sentinel-unreachable.js';
import tilt from '../../../../src/checks/live/tilt.js';
import unfinishedJournal from '../../../../src/checks/live/unfinished-journal.js';
import { CHECKS } from '../../../../src/checks/registry.js';
import type { Gathered } from '../../../../src/model/gathered.js';
import {
  alter,
  given,
  got,
  healthyGathering,
  nodeIn,
  said,
  sentinelIn,
  sentinelRecords,
  silence,
  viewsIn,
} from '../../../helpers/healthy-gathering.js';
import { masterIs } from '../../../helpers/one-finding.js';

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
          'sentinelctl doctor --gone 127.0.0.1:26399  # only if it is gone for good: else start it again',
          '# or by hand, one sentinel at a time:',
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
