import { expect, it } from 'vitest';
import versionSkew from '../../../../src/checks/data/version-skew.js';
import type { Gathered } from '../../../../src/model/gathered.js';
import { alter, got, no, nodeIn, said } from '../../../helpers/healthy-gathering.js';

const valkey = (version: string) => ({ redis_version: '7.2.4', valkey_version: version });
/** What is said where the nodes run these, the master first. */
const running = (...releases: Record<string, string>[]) =>
  said(versionSkew, (g) => {
    for (const [i, release] of releases.entries()) alter(nodeIn(g, i + 1).info, release);
  });
const redis = (version: string) => ({ redis_version: version });

it('compares Valkey by its own number, and never with Redis', () => {
  expect(running(valkey('8.1.1'), valkey('8.1.1'), redis('7.2.4'))).toMatchObject([
    {
      subject: 'redis-3',
      severity: 'warning',
      message: 'redis-3 runs Redis 7.2.4, another engine than redis-1 with Valkey 8.1.1, which it follows',
    },
  ]);
  expect(running(valkey('8.1.10'), valkey('8.1.9'), valkey('8.1.10'))).toMatchObject([
    { subject: 'redis-2', severity: 'info', fix: ['start redis-2 with Valkey 8.1.10', expect.any(String)] },
  ]);
});

it('a replica that is newer than its master is in the right order', () => {
  expect(running(redis('7.0.15'), redis('8.0.2'), redis('7.0.15'))).toEqual([]);
  expect(running(redis('7.0.15'), redis('8.0.2'), redis('7.2.4'))).toEqual([]);
  expect(running(valkey('8.1.1'), valkey('8.1.10'), valkey('9.1.2'))).toEqual([]);
});

it('replicas that are older than their master are named, with the order of an upgrade', () => {
  expect(running(redis('8.0.2'), redis('7.0.15'), redis('7.0.15'))).toMatchObject([
    {
      subject: 'redis-2, redis-3',
      severity: 'warning',
      message: 'redis-2, redis-3 run Redis 7.0.15, older than redis-1 with Redis 8.0.2, which they follow',
      fix: [
        'start redis-2 with Redis 8.0.2',
        'start redis-3 with Redis 8.0.2',
        expect.stringMatching(/^# order of an upgrade: the replicas, .* the old master last$/),
      ],
    },
  ]);
});

it('a replica of a replica loads the snapshots of that one', () => {
  const chained = (g: Gathered): void => {
    nodeIn(g, 3).role = got({
      role: 'replica',
      follows: nodeIn(g, 2).announce,
      link: 'connected',
      offset: 1,
    });
    alter(nodeIn(g, 2).info, redis('8.0.2'));
  };
  expect(said(versionSkew, chained)).toMatchObject([{ subject: 'redis-3', servers: ['redis-2'] }]);
});

it('is not judged where the release of the master is not known', () => {
  expect(
    said(versionSkew, (g) => {
      nodeIn(g, 1).info = no('NOPERM info');
    }),
  ).toBe('redis-1: NOPERM info');
});
