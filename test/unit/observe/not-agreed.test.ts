import { describe, expect, it } from 'vitest';
import { notAgreed } from '../../../src/observe/not-agreed.js';
import type { Observation } from '../../../src/observe/observation.js';
import type { Member, Roles } from '../../../src/observe/roles.js';

const member = (id: string, port: number): Member => ({ id, announce: { host: '127.0.0.1', port } });
const [old, successor, other] = [member('redis-1', 1), member('redis-2', 2), member('redis-3', 3)];
const roles: Roles = {
  masterName: 'mymaster',
  master: old,
  nodes: [old, successor, other],
  sentinels: [member('sentinel-1', 11), member('sentinel-2', 12)],
};
const belief = (source: string, of: Member | null): Observation => ({
  kind: 'belief',
  atMs: 0,
  source,
  master: of?.announce ?? null,
});
const role = (source: string, follows: Member | null, link: string | null): Observation => ({
  kind: 'role',
  atMs: 0,
  source,
  seen: { role: follows === null ? 'master' : 'replica', follows: follows?.announce ?? null, link },
});

describe('who does not agree on the new master yet', () => {
  it('none, where the last word of each is the new master', () => {
    const seen = [
      belief('sentinel-1', old),
      belief('sentinel-1', successor),
      belief('sentinel-2', successor),
      role('redis-3', old, 'connected'),
      role('redis-3', successor, 'connected'),
    ];
    expect(notAgreed({ seen, nowMs: 1000 }, roles, successor)).toEqual([]);
  });

  it('each that says something else, and what', () => {
    const seen = [
      belief('sentinel-1', old),
      belief('sentinel-2', null),
      role('redis-3', successor, 'connecting'),
    ];
    expect(notAgreed({ seen, nowMs: 1000 }, roles, successor)).toEqual([
      'sentinel-1 still names redis-1',
      'sentinel-2 still names no master',
      'redis-3 follows redis-2, its link is connecting',
    ]);
  });

  it('one that went away does not agree, whatever it said before', () => {
    const seen: Observation[] = [
      belief('sentinel-1', successor),
      { kind: 'gone', atMs: 0, source: 'sentinel-1' },
      belief('sentinel-2', successor),
      role('redis-3', null, null),
    ];
    expect(notAgreed({ seen, nowMs: 1000 }, roles, successor)).toEqual([
      'sentinel-1 does not answer',
      'redis-3 still says that it is a master',
    ]);
  });

  it('one whose connection has just closed says what it said before: it may change its role', () => {
    const seen: Observation[] = [
      belief('sentinel-1', successor),
      belief('sentinel-2', successor),
      role('redis-3', old, 'connected'),
      { kind: 'gone', atMs: 5000, source: 'redis-3' },
    ];
    expect(notAgreed({ seen, nowMs: 5100 }, roles, successor)).toEqual(['redis-3 still follows redis-1']);
    expect(notAgreed({ seen, nowMs: 6000 }, roles, successor)).toEqual(['redis-3 does not answer']);
  });
});
