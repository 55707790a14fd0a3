import { describe, expect, it } from 'vitest';
import { assess } from '../../../../src/checks/assess.js';
import aclShort from '../../../../src/checks/authentication/acl-short.js';
import addressNotOwn from '../../../../src/checks/live/address-not-own.js';
import type { SeenReplica, Silence, Snapshot } from '../../../../src/model/snapshot.js';
import type { StatusResult } from '../../../../src/model/status.js';
import { unlinked } from '../../../helpers/alterations/alteration.js';
import { alter, healthyGathering, nodeIn, viewsIn as recordsIn } from '../../../helpers/healthy-gathering.js';
import {
  altered,
  answerOf,
  attached,
  discovered,
  masterLost,
  nodeOf,
  runIdOf,
  silenceNode,
  silenceSentinel,
  viewOf,
  viewsIn,
} from '../../../helpers/snapshots.js';

const judge = (snapshot: Snapshot): StatusResult => assess(discovered(snapshot), attached());
const idsIn = ({ problems }: StatusResult): string[] => problems.map(({ id }) => id);
const fixOf = ({ problems }: StatusResult, id: string): string =>
  problems.find((problem) => problem.id === id)?.fix ?? '';
const answered = (reply: string): Silence => ({ kind: 'error', message: `answered: ${reply}` });

/** Makes a second address of redis-1, as a host name that one machine resolves to its own loopback. */
function secondAddress(s: Snapshot): void {
  const also = { host: '127.0.1.1', port: 6379 };
  s.groups[0]?.nodes.push({ ...nodeOf(s, 1), announce: also, endpoint: also });
  viewOf(s, 3).address = also;
}

describe('one server under two addresses', () => {
  it('is not a second master: REPLICAOF would make it follow itself', () => {
    const result = judge(altered(secondAddress));
    expect(idsIn(result)).toEqual(['master-disagree']);
    expect(result.verdict.text).toBe(
      'mymaster: writes go to 127.0.0.1:6379; the sentinels monitor one server under different addresses',
    );
  });

  it('is not healthy: a failover would make the replica follow itself', () => {
    const other = { host: '127.0.0.77', port: 6381 };
    const result = judge(
      altered((s) => {
        for (const view of viewsIn(s))
          view.replicas.push({ ...(view.replicas[1] ?? never()), address: other });
        s.groups[0]?.nodes.push({ ...nodeOf(s, 3), announce: other, endpoint: other });
      }),
    );
    expect(idsIn(result)[0]).toBe('address-double');
    expect(result.verdict.word).toBe('AT RISK');
  });
});

describe('a sentinel that was left with the address of a deleted master', () => {
  const deleted = { host: '127.0.0.9', port: 6379 };
  const left = altered((s) => {
    const of = nodeOf(s, 1);
    s.groups[0]?.nodes.push({
      ...of,
      announce: deleted,
      endpoint: deleted,
      answer: null,
      silence: { kind: 'refused', message: 'nothing listens on that port' },
    });
    Object.assign(viewOf(s, 3), { address: deleted, runId: '', replicas: [], sentinels: [] });
    viewOf(s, 3).flags = ['master', 's_down', 'disconnected'];
  });

  it('is told the right master; nothing is written to what does not answer, and nothing has to be started there', () => {
    const result = judge(left);
    expect(idsIn(result)).toContain('master-disagree');
    expect(idsIn(result)).not.toContain('node-down');
    expect(result.problems.find(({ id }) => id === 'master-disagree')).toMatchObject({
      impact: 'at-risk',
      why: expect.stringContaining('an address at which nothing answers'),
    });
    expect(result.verdict.text).toMatch(/^mymaster: writes go to 127\.0\.0\.1:6379; the sentinels name/);
  });

  it('a server that is in the list of another sentinel is down all the same', () => {
    const listed = structuredClone(left);
    viewOf(listed, 1).replicas.push({ ...(viewOf(listed, 1).replicas[0] ?? never()), address: deleted });
    expect(idsIn(judge(listed))).toContain('node-down');
  });
});

describe('a sentinel that takes connections and answers nothing', () => {
  const fixFor = (host: string): string =>
    fixOf(
      judge(
        altered((s) => {
          for (const view of viewsIn(s)) view.address = { ...view.address, host };
          nodeOf(s, 1).announce = { ...nodeOf(s, 1).announce, host };
          silenceSentinel(s, 2, { kind: 'timeout', message: 'connection accepted, no reply within 1.50 s' });
        }),
      ),
      'sentinel-unreachable',
    );

  it('may wait for a name server, where servers go by names', () => {
    expect(fixFor('node1.example')).toMatch(
      /^make node1.example resolve on the machine of 127.0.0.1:26380: .*\n# this must answer at once there: getent hosts node1.example\n# where they are resolved: resume/,
    );
    expect(fixFor('127.0.0.1')).toMatch(/^resume the frozen process/);
  });

  it('two of them are named in the first line, also where one is only out of reach', () => {
    const { verdict } = judge(
      altered((s) => {
        for (const view of viewsIn(s)) view.address = { ...view.address, host: 'node1.example' };
        nodeOf(s, 1).announce = { ...nodeOf(s, 1).announce, host: 'node1.example' };
        for (const n of [2, 3]) silenceSentinel(s, n, { kind: 'timeout', message: 'no reply within 1.50 s' });
        viewOf(s, 1).sentinels = viewOf(s, 1).sentinels.filter((peer) => peer.address.port === 26380);
        for (const peer of viewOf(s, 1).sentinels) peer.flags.push('s_down');
      }),
    );
    expect(verdict.text).toMatch(
      /2 are needed; 127.0.0.1:26380 and 127.0.0.1:26381 do not answer: a name look-up may hang$/,
    );
    // A remedy, and not only a question.
    expect(verdict.next).toMatch(
      /^make node1.example resolve on the machine of 127.0.0.1:26380: a name server/,
    );
  });
});

describe('a sentinel that does not answer here, and that its peers hear', () => {
  it('is named as one that may vote, not counted among those that answer', () => {
    const result = judge(
      altered((s) => {
        for (const view of viewsIn(s)) view.quorum = 3;
        silenceSentinel(s, 2);
        silenceSentinel(s, 3, { kind: 'timeout', message: 'no reply within 1.50 s' });
        for (const peer of viewOf(s, 1).sentinels) peer.answeredMsAgo = 100;
      }),
    );
    expect(result.problems.find(({ id }) => id === 'no-quorum')?.message).toContain(
      '1 of 3 sentinels answers, 127.0.0.1:26381 may vote, 3 are needed',
    );
  });
});

describe('a replica that sentinels call down by its name', () => {
  it('is looked up on their machines', () => {
    const named = { host: 'node2.example', port: 6380 };
    const result = judge(
      altered((s) => {
        nodeOf(s, 2).announce = named;
        for (const view of viewsIn(s).slice(1))
          Object.assign(view.replicas[0] ?? {}, {
            address: named,
            flags: ['s_down', 'slave', 'disconnected'],
          });
        Object.assign(viewOf(s, 1).replicas[0] ?? {}, { address: named });
      }),
    );
    expect(fixOf(result, 'seen-down').split('\n')).toEqual([
      expect.stringMatching(
        /^make node2\.example resolve on the machines of 127\.0\.0\.1:26380 and 127\.0\.0\.1:26381: /,
      ),
      '# this must answer at once there: getent hosts node2.example',
    ]);
  });
});

describe('one server under two addresses, promoted under one and sent to the other', () => {
  it('follows itself: the first command of status ends that, as that of doctor', () => {
    const other = { host: '127.0.0.77', port: 6381 };
    const result = judge(
      altered((s) => {
        const node = nodeOf(s, 3);
        Object.assign(answerOf(s, 3), { role: 'replica', follows: node.announce, linkStatus: 'down' });
        s.groups[0]?.nodes.unshift({ ...node, announce: other, endpoint: other, id: '127.0.0.77:6381' });
        for (const view of viewsIn(s)) {
          view.replicas = [{ ...(view.replicas[1] ?? never()), address: other }];
          Object.assign(view, { address: node.announce, runId: runIdOf(3) });
        }
      }),
    );
    expect(result.verdict.next).toBe('redis-cli -h 127.0.0.1 -p 6381 REPLICAOF NO ONE');
  });
});

describe('a master whose INFO names another role, as KeyDB with active replicas', () => {
  it('may take writes: not DOWN, and the others are not called replicas of nothing', () => {
    const result = judge(altered((s) => Object.assign(answerOf(s, 1), { role: 'unknown' })));
    expect(idsIn(result)).toContain('role-unknown');
    expect(idsIn(result)).not.toContain('no-master');
    expect(result.verdict.word).toBe('UNKNOWN');
  });
});

describe('sentinels that monitor a replica', () => {
  it('no command makes another node follow it: what a replica lists, Sentinel does not know', () => {
    const result = judge(
      altered((s) => {
        s.groups[0]?.nodes.splice(1);
        for (const view of viewsIn(s)) view.replicas = [];
        const upstream = { host: '127.0.0.1', port: 6399 };
        Object.assign(answerOf(s, 1), { role: 'replica', follows: upstream, linkStatus: 'up' });
      }),
    );
    expect(fixOf(result, 'no-replica')).not.toContain('REPLICAOF');
  });
});

const never = (): never => {
  throw new Error('the fixture has no such replica');
};

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
      next: 'redis-cli -h 127.0.0.1 -p 6379 CLIENT LIST',
    });
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
      text: 'the masters of 9 names were never reached: m1 to m9',
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

describe('what only doctor asks', () => {
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
