import { expect, it } from 'vitest';
import addressReused from '../../../../src/checks/live/address-reused.js';
import type { Gathered } from '../../../../src/model/gathered.js';
import type { RecordedNode } from '../../../../src/model/status.js';
import { alter, nodeIn, said } from '../../../helpers/healthy-gathering.js';

const DAY_S = 86_400;
const BEFORE = 'e'.repeat(40);

/** What is said of a node that has run for so long, where this was written down of it an hour ago. */
const recorded = (
  n: number,
  uptimeS: number,
  known: Partial<RecordedNode>,
  more: (g: Gathered) => void = () => {},
) =>
  said(addressReused, (g) => {
    g.own = false;
    const { id, announce } = nodeIn(g, n);
    alter(nodeIn(g, n).info, { uptime_in_seconds: `${uptimeS}`, config_file: '/etc/redis/redis.conf' });
    const seen = { runId: BEFORE, atMs: g.takenAtMs - 3_600_000 };
    g.recorded = [{ id, announce, seen, ...known }];
    more(g);
  });

it('a server that has run for longer than it is known by another run id is another one', () => {
  expect(recorded(3, DAY_S, {})).toMatchObject([
    {
      subject: 'redis-3',
      severity: 'warning',
      impact: 'risk',
      consequence: expect.stringContaining('made a replica'),
    },
  ]);
  expect(recorded(1, DAY_S, {})).toMatchObject([
    { subject: 'redis-1', severity: 'critical', impact: 'data-unsafe' },
  ]);
});

it('a restart gives another run id too, and is nothing', () => {
  expect(recorded(3, 60, {})).toEqual([]);
  expect(recorded(3, 3600, {})).toEqual([]);
  expect(recorded(3, 60, { file: '/etc/redis/redis.conf' })).toEqual([]);
});

it('another configuration file is a hint at a server that does not follow, and a proof at an own cluster', () => {
  const other = { file: '/etc/redis/shop.conf' };
  expect(recorded(3, 60, other)).toEqual([]);
  expect(recorded(1, 60, other)).toEqual([]);
  expect(recorded(3, 60, other, (g) => alter(nodeIn(g, 3).info, { role: 'master' }))).toMatchObject([
    { severity: 'warning', impact: 'risk', message: expect.stringContaining('may be another server') },
  ]);
  const ours = said(addressReused, (g) => {
    alter(nodeIn(g, 1).info, { config_file: '' });
    g.recorded = [{ id: 'redis-1', announce: nodeIn(g, 1).announce, file: '/redis-1/redis.conf' }];
  });
  expect(ours).toMatchObject([
    {
      severity: 'critical',
      impact: 'data-unsafe',
      message: expect.stringContaining(
        'is another server than the one that was there: it runs with no configuration file',
      ),
    },
  ]);
});

it('a server that was known at another address has moved, and behind an address map nothing is said', () => {
  const same = (g: Gathered): void => {
    const info = nodeIn(g, 3).info;
    const runId = info.ok ? (info.value.run_id ?? '') : '';
    const elsewhere = { host: '198.51.100.7', port: 6379 };
    const seen = { runId, atMs: 0 };
    g.recorded = [...(g.recorded ?? []), { id: 'redis-7', announce: elsewhere, seen }];
  };
  expect(recorded(3, DAY_S, {}, same)).toEqual([]);
  const mapped = (g: Gathered): void => {
    nodeIn(g, 3).endpoint = { host: '127.0.0.1', port: 16_381 };
  };
  expect(recorded(3, DAY_S, {}, mapped)).toEqual([]);
});
