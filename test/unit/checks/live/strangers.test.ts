import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../../src/model/snapshot.js';
import {
  altered,
  answerOf,
  nodeOf,
  runIdOf,
  silenceSentinel,
  viewOf,
  viewsIn,
} from '../../../helpers/snapshots.js';
import { fixOf, idsIn, judge } from '../../../helpers/strangers.js';

/** Makes a second address of redis-1, as a host name that one machine resolves to its own loopback. */
function secondAddress(s: Snapshot): void {
  const also = { host: '127.0.1.1', port: 6379 };
  s.groups[0]?.nodes.push({ ...nodeOf(s, 1), announce: also, endpoint: also });
  viewOf(s, 3).address = also;
}

const never = (): never => {
  throw new Error('the fixture has no such replica');
};

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
        for (const peer of viewOf(s, 1).sentinels) {
          peer.answeredMsAgo = 100;
          if (peer.address.port === 26380) peer.flags.push('disconnected');
        }
      }),
    );
    expect(result.problems.find(({ id }) => id === 'no-quorum')?.message).toContain(
      '1 of 3 sentinels answers, 127.0.0.1:26381 may vote, 3 are needed',
    );
  });

  it('where one forwarded port leads to one of three: what refuses only this machine is UNKNOWN, and nothing is started', () => {
    const through = (flags: string[]): Snapshot =>
      altered((s) => {
        for (const n of [2, 3]) silenceSentinel(s, n, { kind: 'refused', message: 'connection refused' });
        for (const peer of viewOf(s, 1).sentinels) {
          peer.answeredMsAgo = 100;
          peer.flags.push(...flags);
        }
      });
    const { verdict } = judge(through([]));
    expect(verdict.word).toBe('UNKNOWN');
    expect(verdict.text).toContain('cannot be reached from this machine, and the other sentinels reach it');
    expect(verdict.next).toMatch(/^sentinelctl attach /);
    const dead = judge(through(['disconnected'])).verdict;
    expect(dead.word).toBe('AT RISK');
    expect(dead.text).toContain('1 of 3 sentinels answers, 2 are needed');
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
