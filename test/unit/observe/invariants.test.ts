import { describe, expect, it } from 'vitest';
import { fullResyncsIn } from '../../../src/failover/full-syncs.js';
import { formatAddress } from '../../../src/model/address.js';
import type { Snapshot } from '../../../src/model/snapshot.js';
import { dualMasters, secondMasterMs } from '../../../src/observe/invariants/dual-masters.js';
import { fullResyncsExplained } from '../../../src/observe/invariants/full-resyncs-explained.js';
import { quorumUsable } from '../../../src/observe/invariants/quorum-usable.js';
import { sentinelsAgree } from '../../../src/observe/invariants/sentinels-agree.js';
import { everyoneIn, type Watch } from '../../../src/observe/invariants/trial-evidence.js';
import { twoMastersExplained } from '../../../src/observe/invariants/two-masters-explained.js';
import type { Observation } from '../../../src/observe/observation.js';
import type { Roles } from '../../../src/observe/roles.js';
import { altered, healthy, sentinelOf, silenceNode, viewOf } from '../../helpers/snapshots.js';

const at = (port: number): { host: string; port: number } => ({ host: '127.0.0.1', port });
const roles: Roles = {
  masterName: 'mymaster',
  master: { id: 'redis-1', announce: at(6379) },
  nodes: [
    { id: 'redis-1', announce: at(6379) },
    { id: 'redis-2', announce: at(6380) },
    { id: 'redis-3', announce: at(6381) },
  ],
  sentinels: [{ id: 'sentinel-1', announce: at(26_379) }],
};
const role = (atMs: number, source: string, what: 'master' | 'replica'): Observation => ({
  kind: 'role',
  atMs,
  source,
  seen: { role: what, follows: null, link: null },
});
const gone = (atMs: number, source: string): Observation => ({ kind: 'gone', atMs, source });
const silent = (atMs: number, source: string): Observation => ({ kind: 'silent', atMs, source });
const watch = (change: Partial<Watch> = {}): Watch => ({
  fromMs: 0,
  untilMs: 20_000,
  still: [],
  tookWrites: null,
  ...change,
});

describe('two masters at the same time', () => {
  it('last from the return of the old one, in a run that was interrupted', () => {
    const dead = [gone(0, 'redis-1'), role(3000, 'redis-2', 'master')];
    const back = [role(4000, 'redis-1', 'master'), gone(5600, 'redis-1'), role(5610, 'redis-1', 'replica')];
    const span = { fromMs: 0, untilMs: 9000 };
    expect(secondMasterMs({ roles, seen: [...dead, ...back] }, span)).toBe(1610);
    expect(secondMasterMs({ roles, seen: [...dead, role(4000, 'redis-1', 'replica')] }, span)).toBe(0);
    expect(secondMasterMs({ roles, seen: dead }, span)).toBe(0);
    // Frozen, it may be silent only later.
    const thawed = [role(3000, 'redis-2', 'master'), role(4000, 'redis-1', 'master')];
    expect(secondMasterMs({ roles, seen: [...thawed, role(4500, 'redis-1', 'replica')] }, span)).toBe(500);
  });

  it('are none where the old one is dead until it comes back as a replica', () => {
    const seen = [gone(0, 'redis-1'), role(3000, 'redis-2', 'master'), role(4000, 'redis-1', 'replica')];
    const still = [{ id: 'redis-1', fromMs: 0, toMs: 3990 }];
    expect(dualMasters({ roles, seen }, watch({ still }))).toEqual([]);
    expect(twoMastersExplained({ roles, seen }, watch({ still }), 0)).toMatchObject({ verdict: 'holds' });
  });

  it('are counted from the return of one until it is demoted, with what each of them took', () => {
    const seen = [
      gone(0, 'redis-1'),
      role(3000, 'redis-2', 'master'),
      role(4000, 'redis-1', 'master'),
      gone(14_000, 'redis-1'),
      role(14_010, 'redis-1', 'replica'),
    ];
    const still = [{ id: 'redis-1', fromMs: 0, toMs: 4000 }];
    const told = watch({ still, tookWrites: (node) => (node === 'redis-1' ? 38 : 4000) });
    expect(dualMasters({ roles, seen }, told)).toEqual([
      // Until it says its new role, as every other number of the second master counts.
      { fromMs: 4000, toMs: 14_010, masters: ['redis-2', 'redis-1'] },
    ]);
    const ended = [...seen.slice(0, -1), role(15_000, 'redis-1', 'replica')];
    expect(dualMasters({ roles, seen: ended }, told)).toMatchObject([{ fromMs: 4000, toMs: 14_000 }]);
    expect(twoMastersExplained({ roles, seen }, told, 20_000)).toEqual({
      id: 'two-masters-explained',
      aliases: ['split-brain-interval'],
      verdict: 'holds',
      evidence:
        'redis-2 and redis-1 said master at the same time for 10.01 s; writes taken meanwhile: redis-2 4000, redis-1 38',
    });
    expect(twoMastersExplained({ roles, seen }, told, 9000)).toMatchObject({ verdict: 'violated' });
  });

  it('last until the old one, which had no fault, is stopped', () => {
    const seen = [role(3000, 'redis-2', 'master')];
    expect(dualMasters({ roles, seen }, watch())).toMatchObject([{ fromMs: 3000, toMs: 20_000 }]);
  });

  it('are not counted while one of them is frozen, and are several where it happens again', () => {
    const seen = [role(3000, 'redis-2', 'master'), role(18_000, 'redis-1', 'replica')];
    const still = [
      { id: 'redis-1', fromMs: 0, toMs: 5000 },
      { id: 'redis-1', fromMs: 6000, toMs: 17_000 },
    ];
    expect(dualMasters({ roles, seen }, watch({ still })).map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      [5000, 6000],
      [17_000, 18_000],
    ]);
  });

  it.each([
    ['closed its connection', gone],
    ['fell silent', silent],
  ])('are unknown where a node %s for long, unless we know that it was still', (_, absence) => {
    const seen = [absence(1000, 'redis-3'), role(9000, 'redis-3', 'replica')];
    const result = twoMastersExplained({ roles, seen }, watch(), 0);
    expect(result).toMatchObject({ verdict: 'unknown' });
    expect(result.evidence).toContain('redis-3 did not answer for 8.00 s');
    const still = [{ id: 'redis-3', fromMs: 900, toMs: 8900 }];
    expect(twoMastersExplained({ roles, seen }, watch({ still }), 0)).toMatchObject({ verdict: 'holds' });
  });
});

describe('full resyncs', () => {
  const master = { id: 'redis-2', announce: at(6380) };
  const AHEAD = { id: 'redis-3', bytes: 70 };
  it.each([
    ['holds', { before: 2, after: 2, attached: true, ahead: [], needed: [] }],
    ['holds', { before: 2, after: 2, attached: true, ahead: [AHEAD], needed: [] }],
    ['holds', { before: 2, after: 3, attached: true, ahead: [AHEAD], needed: ['redis-3'] }],
    ['violated', { before: 2, after: 3, attached: true, ahead: [], needed: ['redis-3'] }],
    ['violated', { before: 2, after: 3, attached: true, ahead: [], needed: null }],
    ['violated', { before: 2, after: 3, attached: false, ahead: [], needed: null }],
    ['violated', { before: 2, after: 4, attached: true, ahead: [AHEAD], needed: null }],
    ['violated', { before: 2, after: 4, attached: true, ahead: [AHEAD], needed: ['redis-3', 'redis-3'] }],
    // As many as were ahead, and not the one that was.
    ['violated', { before: 2, after: 3, attached: true, ahead: [AHEAD], needed: ['redis-4'] }],
    ['unknown', { before: 2, after: 3, attached: true, ahead: [AHEAD], needed: null }],
    ['unknown', { before: 2, after: 2, attached: false, ahead: [], needed: [] }],
    ['unknown', { before: null, after: 2, attached: true, ahead: [], needed: null }],
    ['unknown', null],
  ])('%s: %o', (verdict, fullSyncs) =>
    expect(fullResyncsExplained(master, fullSyncs)).toMatchObject({ verdict }),
  );

  it('are named by the log of the master that gave them', () => {
    const nodes = [3, 4].map((n) => ({ id: `redis-${n}`, announce: at(6378 + n), endpoint: at(16378 + n) }));
    const [three, four] = nodes.map(({ announce }) => formatAddress(announce));
    const asks = (place?: string) => `1:M * Replica ${place} asks for synchronization`;
    const goesOn = `1:M * Partial resynchronization request from ${three} accepted. Sending 84 bytes of backlog`;
    const refusal = '1:M * Partial resynchronization not accepted: Replication ID mismatch';
    const log = [asks(three), goesOn, asks(four), refusal, '1:M * Starting BGSAVE for SYNC'];
    expect(fullResyncsIn(log, nodes)).toEqual(['redis-4']);
    expect(fullResyncsIn([...log, asks(three)], nodes)).toEqual(['redis-4', 'redis-3']);
    expect(fullResyncsIn([asks('192.0.2.1:6379')], nodes)).toBeNull();
  });
});

describe('a quorum that CKQUORUM calls usable', () => {
  const judged = (snapshot: Snapshot, rejoin: 'rejoined' | null = 'rejoined') => {
    const back = rejoin === null ? null : { mode: 'guarded', restartedMs: 1 };
    return quorumUsable(
      // Only whether there was a return counts.
      { roles, rejoin: back as Parameters<typeof quorumUsable>[0]['rejoin'] },
      everyoneIn(snapshot, 'mymaster'),
    );
  };

  it('is violated where one sentinel has no connection to another, to a replica, or to the master', () => {
    expect(judged(healthy())).toMatchObject({ verdict: 'holds' });
    const lonely = judged(altered((s) => viewOf(s, 2).sentinels.pop()));
    expect(lonely).toMatchObject({ verdict: 'violated' });
    const cut = judged(altered((s) => viewOf(s, 1).replicas[0]?.flags.push('disconnected')));
    expect(cut).toMatchObject({
      verdict: 'violated',
      evidence: 'sentinel-1 has no connection to redis-2',
    });
    expect(judged(altered((s) => viewOf(s, 3).flags.push('s_down')))).toMatchObject({ verdict: 'violated' });
  });

  it('does not depend on which node is dead', () => {
    const dead = altered((s) => {
      silenceNode(s, 3);
      for (const n of [1, 2, 3]) viewOf(s, n).replicas[1]?.flags.push('s_down');
    });
    expect(judged(dead)).toMatchObject({ verdict: 'holds' });
  });
});

describe('agreement', () => {
  it('is violated by a sentinel that answers and does not know the name', () => {
    const forgetful = altered((s) => sentinelOf(s, 2).answer?.masters.splice(0));
    expect(sentinelsAgree(everyoneIn(forgetful, 'mymaster'))).toMatchObject({
      verdict: 'violated',
      evidence: 'sentinel-2 no longer monitors the master’s name',
    });
  });
});
