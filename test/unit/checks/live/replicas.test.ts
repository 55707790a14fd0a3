import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../src/checks/diagnose.js';
import clientPinned from '../../../../src/checks/live/client-pinned.js';
import lag from '../../../../src/checks/live/lag.js';
import linkDown from '../../../../src/checks/live/link-down.js';
import loading from '../../../../src/checks/live/loading.js';
import replicaOrphan from '../../../../src/checks/live/replica-orphan.js';
import resyncLoop from '../../../../src/checks/live/resync-loop.js';
import splitBrain from '../../../../src/checks/live/split-brain.js';
import { CHECKS } from '../../../../src/checks/registry.js';
import type { Gathered } from '../../../../src/model/gathered.js';
import { become, unlinked } from '../../../helpers/alterations/alteration.js';
import {
  alter,
  given,
  got,
  healthyGathering,
  nodeIn,
  said,
  silence,
} from '../../../helpers/healthy-gathering.js';
import { first } from '../../../helpers/one-finding.js';

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
