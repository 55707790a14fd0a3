import { describe, expect, it } from 'vitest';
import aclShort from '../../../../src/checks/authentication/acl-short.js';
import { CHECKS, diagnose } from '../../../../src/checks/index.js';
import addressNotOwn from '../../../../src/checks/live/address-not-own.js';
import type { SeenReplica, Silence, Snapshot } from '../../../../src/model/snapshot.js';
import { unlinked } from '../../../helpers/alterations/alteration.js';
import { alter, healthyGathering, nodeIn, viewsIn as recordsIn } from '../../../helpers/healthy-gathering.js';
import {
  altered,
  answerOf,
  masterLost,
  silenceNode,
  silenceSentinel,
  viewsIn,
} from '../../../helpers/snapshots.js';
import { fixOf, idsIn, judge } from '../../../helpers/strangers.js';

describe('sentinels that know the wrong thing, or nothing', () => {
  it('have never reached the address that they monitor', () => {
    const result = judge(
      altered((s) => {
        silenceNode(s, 1);
        s.groups[0]?.nodes.splice(1);
        for (const view of viewsIn(s))
          Object.assign(view, { flags: ['master', 's_down'], runId: '', replicas: [], sentinels: [] });
      }),
    );
    expect(result.verdict.text).toMatch(
      /^mymaster: no writes: no sentinel has ever reached 127.0.0.1:6379 \(master\)/,
    );
    expect(fixOf(result, 'master-never-reached')).toContain(
      `test -n "\${MASTER_HOST:?is not set}" && redis-cli -h 127.0.0.1 -p 26381 SENTINEL MONITOR mymaster "$MASTER_HOST" 6379 2`,
    );
  });

  it('have forgotten what they knew before its master died: it is started again, or a person names the node to promote', () => {
    const result = judge(
      altered((s) => {
        silenceNode(s, 1);
        s.groups[0]?.nodes.splice(1);
        const reset = {
          flags: ['master', 's_down'],
          runId: '',
          replicas: [],
          sentinels: [],
          infoMsAgo: 52_000,
        };
        for (const view of viewsIn(s)) Object.assign(view, structuredClone(reset));
      }),
    );
    expect(result.verdict.text).toMatch(
      /127.0.0.1:6379 \(master\) is down; the sentinels have forgotten its replicas \(SENTINEL RESET\), so no failover will come$/,
    );
    expect(idsIn(result)).not.toContain('master-never-reached');
    expect(idsIn(result)).not.toContain('no-replica');
    const lines = fixOf(result, 'no-good-slave').split('\n');
    expect(lines[0]).toMatch(/^start the server again on the machine of 127.0.0.1:6379/);
    expect(lines[1]).toMatch(
      /^# .*gone for good.*master_host:127.0.0.1, master_port:6379 and the greatest slave_repl_offset:$/,
    );
    expect(lines.slice(2)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/-h "\$NODE_HOST" -p "\$NODE_PORT" REPLICAOF NO ONE$/),
        expect.stringMatching(/-p 26379 SENTINEL REMOVE mymaster$/),
        expect.stringMatching(/-p 26379 SENTINEL MONITOR mymaster "\$NODE_HOST" "\$NODE_PORT" 2$/),
      ]),
    );
  });

  it('monitor no master at all', () => {
    const result = judge(
      altered((s) => {
        for (const sentinel of s.sentinels) sentinel.answer?.masters.splice(0);
        s.groups = [];
      }),
    );
    expect(result.verdict).toMatchObject({
      word: 'AT RISK',
      text: '127.0.0.1:26379, 127.0.0.1:26380 and 127.0.0.1:26381 monitor no master at all',
    });
  });

  it('wait for a master that holds back writes, also just after they have connected again', () => {
    const held = (answeredMsAgo: number): string =>
      judge(
        altered((s) => {
          answerOf(s, 1).heldBack = { connections: 3, leftMs: null };
          for (const { answer } of s.sentinels)
            for (const view of answer?.masters ?? [])
              Object.assign(view, { pingPendingMs: 200, answeredMsAgo });
        }),
      ).verdict.word;
    expect(held(4400)).toBe('DOWN');
    // A pause of a planned move is over sooner.
    expect(held(900)).toBe('HEALTHY');
  });

  it('monitor only names that they have never reached: those are down, and none is missing', () => {
    const result = judge(
      altered((s) => {
        for (const { answer } of s.sentinels) {
          const [seen] = answer?.masters ?? [];
          const never = {
            runId: '',
            flags: ['s_down', 'master', 'disconnected'],
            replicas: [],
            sentinels: [],
          };
          const names = Array.from({ length: 9 }, (_, i) => `m${i + 1}`);
          answer?.masters.splice(
            0,
            1,
            ...names.flatMap((name) =>
              seen === undefined ? [] : [{ ...seen, ...never, replicaCount: 0, name }],
            ),
          );
        }
        s.groups = [];
      }),
    );
    expect(result.verdict).toMatchObject({
      word: 'DOWN',
      text: '127.0.0.1:26379: the masters of 9 names were never reached: m1 to m9',
    });
    expect(idsIn(result)).toEqual(['masters-dead']);
    expect(result.masters).toEqual([]);
  });

  it('will not name the node that was promoted by hand: they have no majority', () => {
    const snapshot = masterLost();
    for (const n of [1, 2]) silenceSentinel(snapshot, n);
    Object.assign(answerOf(snapshot, 2), { role: 'master', follows: null, linkStatus: null });
    Object.assign(answerOf(snapshot, 3), { follows: { host: '127.0.0.1', port: 6380 }, linkStatus: 'up' });
    const result = judge(snapshot);
    expect(result.verdict.text).toContain(
      '127.0.0.1:6380 is a master that the sentinels do not name: no failover is possible (1 of 3 sentinels answers, 2 are needed)',
    );
    expect(idsIn(result)).not.toContain('replica-orphan');
    expect(JSON.stringify(result.problems)).not.toContain('REPLICAOF');
  });

  describe('have a node that was promoted by hand, while the master is down', () => {
    const byHand = (seen: Partial<SeenReplica>): Snapshot => {
      const snapshot = masterLost();
      Object.assign(answerOf(snapshot, 2), { role: 'master', follows: null, linkStatus: null });
      for (const view of viewsIn(snapshot)) {
        for (const replica of view.replicas) {
          Object.assign(replica, { answeredMsAgo: 100, infoMsAgo: 300, linkDownMs: 0, offset: 100 });
          if (replica.address.port === 6380) Object.assign(replica, { saysMasterMs: 9000, ...seen });
        }
      }
      return snapshot;
    };

    it('is named by a failover, where the sentinels would choose it', () => {
      const snapshot = byHand({ priority: 10 });
      expect(judge(snapshot).verdict.text).toContain(
        '127.0.0.1:6380 is a master that the sentinels do not name: no failover is in progress',
      );
      expect(fixOf(judge(snapshot), 'node-down')).toContain(
        'redis-cli -h 127.0.0.1 -p 26379 SENTINEL FAILOVER mymaster',
      );
    });

    it('is told to each sentinel, where they would choose another: what was written to it would be lost', () => {
      const result = judge(byHand({ priority: 200 }));
      const fix = fixOf(result, 'node-down');
      // Forgotten, it would return as a second master that no sentinel makes a replica.
      expect(result.problems.find(({ id }) => id === 'node-down')?.later?.fix).toBe(
        'redis-cli -h 127.0.0.1 -p 6379 REPLICAOF 127.0.0.1 6380',
      );
      expect(fix).toContain('redis-cli -h 127.0.0.1 -p 6381 REPLICAOF 127.0.0.1 6380');
      for (const port of [26379, 26380, 26381])
        expect(fix).toContain(`redis-cli -h 127.0.0.1 -p ${port} SENTINEL MONITOR mymaster 127.0.0.1 6380 2`);
      expect(fix).not.toContain('SENTINEL FAILOVER');
    });

    it('is a second master, where only this machine misses the one that the sentinels name', () => {
      const snapshot = byHand({});
      for (const view of viewsIn(snapshot)) Object.assign(view, { flags: ['master'], downMs: null });
      const { word, text } = judge(snapshot).verdict;
      expect([word, text]).toEqual([
        'AT RISK',
        expect.stringContaining(
          'the sentinels do not call it down; 127.0.0.1:6380 says that it is a master too',
        ),
      ]);
      expect(fixOf(judge(snapshot), 'node-down')).not.toContain('SENTINEL');
    });

    it('is waited for while its promotion is news: a failover ends so', () => {
      const result = judge(byHand({ saysMasterMs: 900 }));
      expect(result.verdict.text).toContain('was promoted, and the sentinels name it within about 1 s');
    });
  });
});

describe('what is newer than what the sentinels said', () => {
  it('a master that gives no answer in time may have just stopped: the advice does not mention a route', () => {
    const late: Silence = { kind: 'timeout', message: 'did not answer within 1.50 s' };
    const result = judge(
      altered((s) => {
        silenceNode(s, 1, late);
        for (const view of viewsIn(s)) view.pingPendingMs = 0;
      }),
    );
    expect(result.verdict.word).toBe('UNKNOWN');
    expect(result.verdict.text).toContain('did not answer within 1.50 s to this machine');
    expect(fixOf(result, 'node-unreachable')).toMatch(/^sentinelctl status --watch /);
  });

  it('the priority that replicas say themselves', () => {
    const result = judge(
      altered((s) => {
        for (const n of [2, 3]) Object.assign(answerOf(s, n), { priority: 0 });
      }),
    );
    expect(result.verdict.text).toMatch(
      /^mymaster: no failover is possible, .* has priority 0; .* has priority 0/,
    );
  });
});

describe('what an address leads to', () => {
  it('a master that is monitored at the address of a proxy, and announces none', () => {
    const g = { ...healthyGathering(), own: false };
    alter(nodeIn(g, 1).info, { tcp_port: '7001' });
    alter(nodeIn(g, 1).config, { 'replica-announce-port': '0', 'tls-port': '0' });
    expect(addressNotOwn.live(g)).toMatchObject([
      { subject: 'redis-1', evidence: 'it listens at port 7001, and replica-announce-port is not set' },
    ]);
    alter(nodeIn(g, 1).config, { 'replica-announce-port': recordsIn(g)[0]?.fields.port ?? '' });
    expect(addressNotOwn.live(g)).toEqual([]);
  });

  it('a rule of --map that leads to another server is the look’s own fault: nothing is said of the cluster', () => {
    const g = healthyGathering();
    Object.assign(g, { own: false, driver: 'attached', cluster: 'shop' });
    const master = nodeIn(g, 1);
    const replica = nodeIn(g, 2);
    // The address of the master leads here to a replica, which listens at another port and says so.
    for (const part of ['info', 'role', 'config'] as const) Object.assign(master, { [part]: replica[part] });
    master.endpoint = replica.endpoint;
    for (const { info } of [master, replica]) alter(info, { uptime_in_seconds: '86400' });
    for (const { fields } of recordsIn(g)) Object.assign(fields, { 'info-refresh': '500' });
    const result = diagnose(g, CHECKS);
    expect(result.verdict).toMatchObject({ word: 'UNKNOWN' });
    expect(result.verdict.text).toContain(
      '--map leads 127.0.0.1:6379 to 127.0.0.1:6380, which is another server',
    );
    expect(result.verdict.next).toMatch(/^sentinelctl attach shop --map 127\.0\.0\.1:6379=HOST:PORT/);
    const printed = result.findings.flatMap(({ fix }) => fix).join('\n');
    expect(printed).not.toMatch(/SENTINEL (REMOVE|MONITOR)/);
  });

  it('a server behind a rule of --map that is younger than the last INFO of the sentinels may be another one', () => {
    const g = healthyGathering();
    Object.assign(g, { own: false, driver: 'attached', cluster: 'shop' });
    const replica = nodeIn(g, 2);
    replica.endpoint = { ...replica.endpoint, port: 7001 };
    for (const view of recordsIn(g))
      for (const record of view.replicas.ok ? view.replicas.value : [])
        Object.assign(record, { 'info-refresh': '500' });
    alter(replica.info, { run_id: 'e'.repeat(40), uptime_in_seconds: '3' });
    const { verdict } = diagnose(g, CHECKS);
    expect(verdict).toMatchObject({ word: 'UNKNOWN' });
    expect(verdict.text).toContain(
      'whether 127.0.0.1:7001, where --map leads 127.0.0.1:6380, is that server is not known yet',
    );
    // Without a map it was restarted.
    replica.endpoint = replica.announce;
    expect(diagnose(g, CHECKS).verdict).toMatchObject({ word: 'HEALTHY' });
  });

  it('explains the link that a replica lost by it', () => {
    const g = healthyGathering();
    unlinked(g, 3);
    const denied = { reason: 'command', username: 'repl', object: 'psync', 'age-seconds': '0.6' };
    nodeIn(g, 1).aclLog = { ok: true, value: [denied] };
    expect(aclShort.live(g)).toMatchObject([
      { subject: 'redis-1', servers: ['redis-3'], consequence: expect.stringContaining('falls behind') },
    ]);
  });

  it('replicas that nothing lists, because their user may not run PSYNC: the ACL LOG of the master has it', () => {
    const g = healthyGathering();
    g.nodes.splice(1);
    const entry = {
      reason: 'command',
      username: 'repl',
      'age-seconds': '0.6',
      'client-info': 'id=9 addr=192.0.2.7:40000 name=',
    };
    nodeIn(g, 1).aclLog = {
      ok: true,
      value: ['psync', 'replconf', 'sync'].map((object) => ({ ...entry, object })),
    };
    expect(aclShort.live(g)).toMatchObject([
      {
        impact: 'no-failover',
        message: 'the user repl may not run psync and replconf: replicas that log in as it get no data',
        evidence: 'the ACL LOG of redis-1 says so, last from 192.0.2.7:40000',
        fix: [
          expect.stringContaining('ACL SETUSER repl +psync +replconf +ping'),
          expect.anything(),
          expect.anything(),
        ],
      },
    ]);
  });
});
