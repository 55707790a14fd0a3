import { describe, expect, it } from 'vitest';
import { parseSentinelEvent } from '../../../src/model/events.js';
import type { Observation } from '../../../src/observe/observation.js';
import { newMasterOf, phaseTimes } from '../../../src/observe/phases.js';
import { reasonsOf, sdownAt, spuriousIn } from '../../../src/observe/reasons.js';
import type { Roles } from '../../../src/observe/roles.js';

const at = (port: number): { host: string; port: number } => ({ host: '127.0.0.1', port });
const roles: Roles = {
  masterName: 'mymaster',
  master: { id: 'redis-1', announce: at(6379) },
  nodes: [
    { id: 'redis-1', announce: at(6379) },
    { id: 'redis-2', announce: at(6380) },
    { id: 'redis-3', announce: at(6381) },
  ],
  sentinels: [
    { id: 'sentinel-1', announce: at(26_379) },
    { id: 'sentinel-2', announce: at(26_380) },
  ],
};
const event = (atMs: number, source: string, name: string, message: string): Observation => ({
  kind: 'event',
  atMs,
  source,
  event: parseSentinelEvent(name, message),
});
const role = (atMs: number, source: string, follows: number | null, link = 'connected'): Observation => ({
  kind: 'role',
  atMs,
  source,
  seen:
    follows === null
      ? { role: 'master', follows: null, link: null }
      : { role: 'replica', follows: at(follows), link },
});
const belief = (atMs: number, source: string, port: number): Observation => ({
  kind: 'belief',
  atMs,
  source,
  master: at(port),
});

/** A failover as two sentinels reported it; the fault is at 1000. */
const story: Observation[] = [
  role(0, 'redis-1', null),
  role(0, 'redis-2', 6379),
  role(0, 'redis-3', 6379),
  belief(0, 'sentinel-1', 6379),
  belief(0, 'sentinel-2', 6379),
  event(6010, 'sentinel-2', '+sdown', 'master mymaster 127.0.0.1 6379'),
  event(6100, 'sentinel-1', '+sdown', 'master mymaster 127.0.0.1 6379'),
  event(6150, 'sentinel-1', '+odown', 'master mymaster 127.0.0.1 6379 #quorum 2/2'),
  event(6155, 'sentinel-2', '+vote-for-leader', `${'a'.repeat(40)} 1`),
  event(6200, 'sentinel-1', '+elected-leader', 'master mymaster 127.0.0.1 6379'),
  event(
    6260,
    'sentinel-1',
    '+selected-slave',
    'slave 127.0.0.1:6380 127.0.0.1 6380 @ mymaster 127.0.0.1 6379',
  ),
  role(6400, 'redis-2', null),
  event(
    7200,
    'sentinel-1',
    '+promoted-slave',
    'slave 127.0.0.1:6380 127.0.0.1 6380 @ mymaster 127.0.0.1 6379',
  ),
  belief(7201, 'sentinel-1', 6380),
  role(7250, 'redis-3', 6380, 'connecting'),
  event(7260, 'sentinel-2', '+switch-master', 'mymaster 127.0.0.1 6379 127.0.0.1 6380'),
  belief(7262, 'sentinel-2', 6380),
  role(7280, 'redis-3', 6380),
];

describe('phases', () => {
  it('count every end from the fault', () => {
    expect(phaseTimes(story, roles, 1000)).toEqual({
      sdownMs: 5010,
      odownMs: 5150,
      votesMs: 5155,
      electedMs: 5200,
      selectedMs: 5260,
      writableMs: 5400,
      promotedMs: 6200,
      switchedMs: 6260,
      agreedMs: 6262,
      reattachedMs: 6280,
    });
  });

  it('are null where they were not seen, and an agreement that did not last is none', () => {
    const until6300 = story.filter((o) => o.atMs < 6300);
    expect(phaseTimes(until6300, roles, 1000)).toMatchObject({
      electedMs: 5200,
      writableMs: null,
      agreedMs: null,
    });
    const back = [...story, belief(7300, 'sentinel-2', 6379)];
    expect(phaseTimes(back, roles, 1000).agreedMs).toBeNull();
  });

  it('take no other group’s events, no other instance’s, and never the old master for the new one', () => {
    const strangers = [
      event(1100, 'sentinel-1', '+sdown', 'master other 127.0.0.1 6379'),
      event(1100, 'sentinel-1', '+sdown', 'slave 127.0.0.1:6380 127.0.0.1 6380 @ mymaster 127.0.0.1 6379'),
      event(1100, 'sentinel-1', '+switch-master', 'other 127.0.0.1 1 127.0.0.1 2'),
      role(1100, 'redis-1', null),
    ];
    expect(phaseTimes([...strangers, ...story], roles, 1000)).toEqual(phaseTimes(story, roles, 1000));
    expect(newMasterOf(story.slice(5), roles)?.id).toBe('redis-2');
  });
});

describe('reasons', () => {
  const config = { downAfterMs: 5000, failoverTimeoutMs: 60_000, quorum: 2 };

  it('give each step its prediction, and no excuse where there was no delay', () => {
    const reasons = reasonsOf(story, roles, 1000, phaseTimes(story, roles, 1000), config);
    expect(reasons.map((r) => [r.phase, r.stepMs, r.why])).toEqual([
      ['sdownMs', 5010, null],
      ['odownMs', 140, null],
      ['votesMs', 5, null],
      ['electedMs', 45, null],
      ['selectedMs', 60, null],
      ['writableMs', 140, null],
      ['promotedMs', 800, null],
      ['switchedMs', 60, null],
      ['agreedMs', 2, null],
      ['reattachedMs', 18, null],
    ]);
    expect(sdownAt(story, roles, 1000)).toEqual({ 'sentinel-2': 5010, 'sentinel-1': 5100 });
  });

  it('name the sentinel that kept the quorum waiting', () => {
    const late = story.map((o) => (o.atMs >= 6100 ? { ...o, atMs: o.atMs + 600 } : o));
    const reasons = reasonsOf(late, roles, 1000, phaseTimes(late, roles, 1000), config);
    expect(reasons.find((r) => r.phase === 'odownMs')?.why).toBe(
      'sentinel-1 saw it 690 ms after sentinel-2: the quorum is 2',
    );
  });

  describe('of messages that arrive in another order', () => {
    const whereIs = (name: string, atMs: number): Observation[] =>
      story.map((o) => (o.kind === 'event' && o.event.name === name ? { ...o, atMs } : o));
    const why = (seen: readonly Observation[]) => {
      const reasons = reasonsOf(seen, roles, 1000, phaseTimes(seen, roles, 1000), config);
      return new Map(reasons.map(({ phase, ...reason }) => [phase, reason]));
    };

    it('count a wait for INFO once, where the switch is heard before the confirmation', () => {
      const found = why(whereIs('+promoted-slave', 7260.2));
      // It waited for both: the next INFO, and the hello.
      expect(found.get('switchedMs')).toMatchObject({ stepMs: 860, predictedMs: 1300, why: null });
      expect(found.get('promotedMs')).toMatchObject({ stepMs: 0, why: null });
    });

    it('call it late where both together took longer, and say since when', () => {
      const at = (atMs: number): Observation[] =>
        whereIs('+promoted-slave', atMs + 0.2)
          .filter((o) => o.atMs < 1000 || o.kind === 'event' || o.source === 'redis-2')
          .map((o) => (o.kind === 'event' && o.event.name === '+switch-master' ? { ...o, atMs } : o));
      expect(why(at(7700)).get('switchedMs')?.why).toBeNull();
      expect(why(at(7701)).get('switchedMs')).toMatchObject({
        stepMs: 1301,
        why: 'no event explains it: the machine may have been busy (1.30 s since “the new master accepts writes”)',
      });
    });

    it('do not call a role late that the confirmation proves', () => {
      const late = story.map((o) => (o.source === 'redis-2' && o.atMs === 6400 ? { ...o, atMs: 8000 } : o));
      expect(why(late).get('writableMs')).toMatchObject({ stepMs: 0, why: null });
      expect(why(late).get('promotedMs')).toMatchObject({ stepMs: 940, predictedMs: 1500, why: null });
    });

    it('allow a step for what was not seen within it', () => {
      const unseen = story.filter((o) => o.kind !== 'event' || o.event.name !== '+promoted-slave');
      expect(why(unseen).get('switchedMs')).toMatchObject({ stepMs: 860, predictedMs: 1300, why: null });
    });
  });

  it('name an abort as the reason for everything that never came', () => {
    const wedged = [
      ...story.filter((o) => o.atMs < 6210),
      event(6300, 'sentinel-1', '-failover-abort-no-good-slave', 'master mymaster 127.0.0.1 6379'),
    ];
    const reasons = reasonsOf(wedged, roles, 1000, phaseTimes(wedged, roles, 1000), config);
    expect(reasons.find((r) => r.phase === 'switchedMs')).toMatchObject({
      stepMs: null,
      why: expect.stringContaining('-failover-abort-no-good-slave'),
    });
  });
});

describe('failovers without a fault', () => {
  it('are none in a plain story', () => {
    expect(spuriousIn(story, roles, 1000)).toEqual([]);
  });

  it('are named: one before the fault, and a second one after the first', () => {
    const early = event(500, 'sentinel-1', '+switch-master', 'mymaster 127.0.0.1 6381 127.0.0.1 6379');
    expect(spuriousIn([early, ...story], roles, 1000)).toEqual([
      '+switch-master to 127.0.0.1:6379 before the injection',
    ]);
    const again = event(9000, 'sentinel-2', '+switch-master', 'mymaster 127.0.0.1 6380 127.0.0.1 6381');
    expect(spuriousIn([...story, again], roles, 1000)[0]).toBe(
      'double failover: +switch-master to 127.0.0.1:6380, then 127.0.0.1:6381 (with a down-after below 1500 ms: ' +
        'Sentinel may fail over a second time, away from the healthy new master, with two masters for about 10 s)',
    );
  });
});
