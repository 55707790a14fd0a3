import { describe, expect, it } from 'vitest';
import type { RawFinding } from '../../../src/checks/check.js';
import addressSwitching from '../../../src/checks/live/address-switching.js';
import flapping from '../../../src/checks/live/flapping.js';
import lagGrowing from '../../../src/checks/live/lag-growing.js';
import restartLoop from '../../../src/checks/live/restart-loop.js';
import type { Gathered, Watched } from '../../../src/model/gathered.js';

const info = { ok: false, why: 'not asked' };
const at = { info, announce: { host: '127.0.0.1', port: 1 }, endpoint: { host: '127.0.0.1', port: 1 } };
const look = (watched: Partial<Watched> | null, silence: unknown = null): Gathered =>
  ({
    own: true,
    cluster: 'default',
    sentinels: [{ id: 'sentinel-1', silence, ...at }],
    nodes: [
      { id: 'redis-1', ...at },
      { id: 'redis-2', ...at },
    ],
    watched: watched && { forMs: 5000, events: [], offsets: [], ...watched },
  }) as unknown as Gathered;
const event = (name: string, text: string, sentinel = 'sentinel-1') => ({ sentinel, atMs: 0, name, text });
const about = (seen: RawFinding[] | { skip: string }) =>
  Array.isArray(seen) ? seen.map((s) => s.subject) : seen.skip;

describe('address-switching', () => {
  const moved = event('+sentinel-address-switch', 'master mymaster 127.0.0.1 6379 ip 127.0.0.1 port 26380');
  it('again and again is two sentinels with one id; once is one that moved', () => {
    expect(about(addressSwitching.live(look({ events: [moved, moved] })))).toEqual(['sentinel-1']);
    expect(addressSwitching.live(look({ events: [moved] }))).toEqual([]);
  });
  it('that was not followed is not judged', () => {
    expect(addressSwitching.live(look({}, { kind: 'refused', message: 'no' }))).toHaveProperty('skip');
  });
});

describe('flapping', () => {
  const down = 'slave 127.0.0.1:6380 127.0.0.1 6380 @ mymaster 127.0.0.1 6379';
  it('is the same server several times in one sentinel’s eyes', () => {
    const twice = flapping.live(
      look({ events: [event('+sdown', down), event('-sdown', down), event('+sdown', down)] }),
    );
    expect(twice).toMatchObject([{ message: '+sdown slave 127.0.0.1:6380: 2 times in 5 s' }]);
    const moved = [1, 2].map((i) => event('+switch-master', `mymaster 127.0.0.1 ${i} 127.0.0.1 ${i + 1}`));
    expect(flapping.live(look({ events: moved }))).toMatchObject([
      { message: '+switch-master mymaster: 2 times in 5 s' },
    ]);
  });
  it('is not one failure that several sentinels saw, nor one of several servers', () => {
    const other = 'slave 127.0.0.1:6381 127.0.0.1 6381 @ mymaster 127.0.0.1 6379';
    const once = [event('+sdown', down), event('+sdown', down, 'sentinel-2'), event('+sdown', other)];
    expect(flapping.live(look({ events: once }))).toEqual([]);
  });
});

describe('restart-loop', () => {
  const reboot = (sentinel: string) => event('+reboot', 'master mymaster 127.0.0.1 1', sentinel);
  it('is one server restarted several times in one sentinel’s eyes', () => {
    const events = [reboot('sentinel-1'), reboot('sentinel-2'), reboot('sentinel-1'), reboot('sentinel-2')];
    expect(restartLoop.live(look({ events }))).toMatchObject([
      {
        subject: 'redis-1',
        message: 'redis-1 was restarted 2 times in 5 s (+reboot at sentinel-1, sentinel-2)',
        fix: ['sentinelctl logs redis-1 --tail 50'],
      },
    ]);
  });
  it('is not one restart that several sentinels saw', () => {
    expect(restartLoop.live(look({ events: [reboot('sentinel-1'), reboot('sentinel-2')] }))).toEqual([]);
  });
});

describe('lag-growing', () => {
  const series = (node: string, role: string, offsets: number[]) =>
    offsets.map((offset, i) => ({ node, role, offset, atMs: i * 250 }));
  const MB = 1024 * 1024;
  it('is a replica that takes in less than is written', () => {
    const offsets = [
      ...series('redis-1', 'master', [10 * MB, 20 * MB, 30 * MB]),
      ...series('redis-2', 'replica', [10 * MB, 12 * MB, 14 * MB]),
    ];
    expect(about(lagGrowing.live(look({ offsets })))).toEqual(['redis-2']);
  });
  it('is not one that keeps up, or catches up', () => {
    const offsets = [
      ...series('redis-1', 'master', [30 * MB, 40 * MB, 50 * MB]),
      ...series('redis-2', 'replica', [10 * MB, 30 * MB, 50 * MB]),
    ];
    expect(lagGrowing.live(look({ offsets }))).toEqual([]);
    expect(lagGrowing.live(look({ offsets: series('redis-2', 'replica', [0, 1]) }))).toHaveProperty('skip');
  });
});
