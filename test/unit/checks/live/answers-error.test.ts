import { describe, expect, it } from 'vitest';
import type { Silence } from '../../../../src/model/snapshot.js';
import {
  altered,
  answerOf,
  runIdOf,
  silenceNode,
  silenceSentinel,
  viewOf,
  viewsIn,
} from '../../../helpers/snapshots.js';
import { answered, fixOf, judge } from '../../../helpers/strangers.js';

describe('a server that runs and answers with an error', () => {
  it('is not started again: a script does not end', () => {
    const busy = answered(
      'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
    );
    const result = judge(altered((s) => silenceNode(s, 3, busy)));
    expect(result.verdict.text).toMatch(/; 127.0.0.1:6381 runs a script that does not end \(BUSY\)$/);
    const master = judge(
      altered((s) => {
        silenceNode(s, 1, busy);
        for (const view of viewsIn(s)) view.pingPendingMs = 0;
      }),
    );
    expect(master.verdict.text).toMatch(/: no writes.*: 127.0.0.1:6379 runs a script that does not end/);
    expect(fixOf(result, 'node-unreachable')).toMatch(
      /^redis-cli -h 127.0.0.1 -p 6381 SCRIPT KILL\n# UNKILLABLE/,
    );
  });

  it('is not started again: it has no room for a client', () => {
    const full = answered('ERR max number of clients reached');
    const node = judge(
      altered((s) => {
        silenceNode(s, 1, full);
        for (const view of viewsIn(s)) view.pingPendingMs = 0;
      }),
    );
    expect(node.verdict.text).toMatch(/127.0.0.1:6379 accepts no further client \(maxclients is reached\)/);
    expect(node.verdict).toMatchObject({
      word: 'AT RISK',
      impact: 'only connected clients reach 127.0.0.1:6379',
      next: 'redis-cli -h 127.0.0.1 -p 26379 SENTINEL FAILOVER mymaster',
    });
    expect(fixOf(node, 'node-unreachable').split('\n')).toEqual([
      'redis-cli -h 127.0.0.1 -p 26379 SENTINEL FAILOVER mymaster',
      '# moves the master to a replica, where clients connect again; the file of 127.0.0.1:6379 keeps maxclients. Once another node is the master:',
      '# on its machine: end 127.0.0.1:6379, give maxclients in its file a higher number, and start it again',
      '# without a restart:',
      'redis-cli -h 127.0.0.1 -p 6379 CLIENT LIST',
      expect.stringContaining('as soon as one is free'),
      'redis-cli -h 127.0.0.1 -p 6379 CONFIG SET maxclients <a higher number>',
    ]);
    // What is at stake comes before TILT of one sentinel beside one that is dead.
    const tilted = judge(
      altered((s) => {
        silenceNode(s, 1, full);
        silenceSentinel(s, 1, answered('refused'));
        for (const view of viewsIn(s)) view.pingPendingMs = 0;
        const { answer } = s.sentinels[2] ?? {};
        if (answer) answer.tilt = true;
      }),
    );
    expect(tilted.verdict.text).toContain(
      'only connected clients reach 127.0.0.1:6379; 127.0.0.1:6379 accepts no further client',
    );
    // One sentinel that cannot connect brings no failover; a quorum of them does.
    const cutOff = (...which: number[]) =>
      judge(
        altered((s) => {
          silenceNode(s, 1, full);
          for (const view of viewsIn(s)) view.pingPendingMs = 0;
          for (const n of which) viewOf(s, n).flags = ['master', 's_down', 'disconnected'];
        }),
      ).verdict.text;
    expect(cutOff(3)).toMatch(/127.0.0.1:6379 accepts no further client \(maxclients is reached\)/);
    expect(cutOff(2, 3)).toMatch(/no writes/);
    const sentinel = judge(altered((s) => silenceSentinel(s, 2, full)));
    expect(fixOf(sentinel, 'sentinel-unreachable')).toContain('redis-cli -h 127.0.0.1 -p 26380 CLIENT LIST');
    expect(JSON.stringify([node.problems, sentinel.problems])).not.toContain('start the server again');
    // What ends it is whole also where it costs the quorum.
    const both = judge(
      altered((s) => {
        for (const n of [2, 3]) silenceSentinel(s, n, full);
        for (const view of viewsIn(s)) for (const peer of view.sentinels) peer.flags = ['s_down', 'sentinel'];
      }),
    );
    expect(fixOf(both, 'no-quorum')).toContain('redis-cli -h 127.0.0.1 -p 26380 CLIENT LIST');
  });

  it('is in protected mode: the password is the other way, and where it belongs is said', () => {
    const closed = answered('DENIED Redis is running in protected mode because protected mode is enabled');
    const fix = fixOf(judge(altered((s) => silenceNode(s, 3, closed))), 'node-unreachable');
    expect(fix).toMatch(/CONFIG SET protected-mode no\n# else a password, everywhere at once: .*masterauth/);
  });

  it('is not a sentinel, or one without its command: there is a route to it', () => {
    const data: Silence = { kind: 'protocol', message: 'is a data node, not a sentinel' };
    const renamed = answered("ERR unknown command 'SENTINEL', with args beginning with: 'MASTERS'");
    const texts = [data, renamed].map((silence) => {
      const result = judge(
        altered((s) => {
          for (const n of [1, 2, 3]) silenceSentinel(s, n, silence);
          s.groups = [];
        }),
      );
      expect(JSON.stringify(result.problems)).not.toMatch(/route|start the server/);
      return result.verdict.text;
    });
    expect(texts[0]).toContain(
      'none of 3 sentinels answers as a sentinel: 127.0.0.1:26379 is a data node, not a sentinel',
    );
    expect(texts[1]).toContain('127.0.0.1:26379 does not know the command SENTINEL');
  });

  it('wants another password than the master, and the sentinels have only that of the master', () => {
    const result = judge(
      altered((s) => {
        for (const n of [2, 3]) silenceNode(s, n, { kind: 'auth', message: 'rejects this password: give …' });
        for (const view of viewsIn(s))
          for (const r of view.replicas) r.flags = ['s_down', 'slave', 'disconnected'];
      }),
    );
    expect(result.verdict.text).toMatch(
      /no failover is possible, writes go to 127.0.0.1:6379; 127.0.0.1:6380 and 127.0.0.1:6381 want another password than the master/,
    );
  });
});

describe('replicas that have no data yet', () => {
  it('are no healthy cluster while all of them copy', () => {
    const result = judge(
      altered((s) => {
        for (const n of [2, 3]) Object.assign(answerOf(s, n), { linkStatus: 'down', syncing: true });
      }),
    );
    expect(result.verdict.word).toBe('DEGRADED');
  });

  it('or none that acknowledges: writes are refused, and said to be', () => {
    const result = judge(
      altered((s) => {
        for (const n of [2, 3]) silenceNode(s, n);
        Object.assign(answerOf(s, 1), { goodReplicas: 0, runId: runIdOf(1) });
      }),
    );
    expect(result.verdict.text).toBe(
      'mymaster: no writes: 127.0.0.1:6380 and 127.0.0.1:6381 are down; 127.0.0.1:6379 refuses every write (min-replicas-to-write, 0 good replicas)',
    );
  });

  it('or one that has none: it is told to get one, and not the setting that it has', () => {
    const result = judge(
      altered((s) => {
        s.groups[0]?.nodes.splice(1);
        for (const view of viewsIn(s)) view.replicas = [];
        Object.assign(answerOf(s, 1), { attached: [], goodReplicas: 0, leastReplicas: 1 });
      }),
    );
    expect(result.verdict.word).toBe('DOWN');
    expect(fixOf(result, 'writes-refused')).toContain('REPLICAOF 127.0.0.1 6379');
    expect(fixOf(result, 'writes-refused')).not.toContain('min-replicas-to-write 1');
  });

  it.each([
    [3, 2, 'DOWN'],
    [2, 2, 'HEALTHY'],
    // What may not be read may hide that no write works.
    [undefined, 2, 'UNKNOWN'],
  ])('min-replicas-to-write %s with %i good replicas: %s', (leastReplicas, goodReplicas, word) => {
    const result = judge(
      altered((s) => {
        Object.assign(answerOf(s, 1), {
          goodReplicas,
          ...(leastReplicas !== undefined && { leastReplicas }),
        });
      }),
    );
    expect(result.verdict.word).toBe(word);
  });
});
