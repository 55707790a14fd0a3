import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { Snapshot } from '../../src/model/snapshot.js';
import { accessWith, askingAs } from '../../src/wire/access.js';
import { openConnection, WireError } from '../../src/wire/client.js';
import { announceSentinels } from '../../src/wire/hello.js';
import { type SurveyTarget, survey } from '../../src/wire/survey.js';
import { type FakeServer, misbehaving } from '../helpers/fake-server.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, type RedisServer, startRawCluster, startRedis } from '../helpers/redis.js';

const PORT = 6200;
const SECRET = 'survey-pa55';
let cluster: RawCluster;
beforeAll(async () => {
  cluster = await startRawCluster({ port: PORT, password: SECRET, downAfterMs: QUIET_MS });
});
afterAll(() => cluster.stop());

const local = (port: number) => ({ host: '127.0.0.1', port });
const attached = (host: string, ...ports: number[]): SurveyTarget => ({
  sentinels: ports.map((port) => ({
    id: `${host}:${port}`,
    announce: { host, port },
    endpoint: { host, port },
  })),
  nodes: [],
  masterName: null,
  discover: true,
});
const access = accessWith(SECRET, { sentinelPassword: null });
const options = { clock: systemClock, deadlineMs: 5000, access };
const ids = (snapshot: Snapshot) => ({
  sentinels: snapshot.sentinels.map((s) => s.id),
  groups: snapshot.groups.map((g) => [g.masterName, ...g.nodes.map((n) => n.id)]),
});

describe('a survey', () => {
  it('finds everyone by one sentinel, once, although it is known by another name than its peers use', async () => {
    const snapshot = await survey(attached('localhost', PORT + 51), options);
    expect(ids(snapshot)).toEqual({
      sentinels: [`localhost:${PORT + 51}`, `127.0.0.1:${PORT + 50}`, `127.0.0.1:${PORT + 52}`],
      groups: [['mymaster', `127.0.0.1:${PORT}`, `127.0.0.1:${PORT + 1}`, `127.0.0.1:${PORT + 2}`]],
    });
    for (const { silence, answer } of snapshot.sentinels) {
      expect(silence).toBeNull();
      expect(answer).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+/), tilt: false });
      expect(answer?.sentinelId).toMatch(/^[0-9a-f]{40}$/);
      expect(answer?.masters).toEqual([
        expect.objectContaining({
          name: 'mymaster',
          address: local(PORT),
          quorum: 2,
          downAfterMs: QUIET_MS,
          ckquorum: expect.objectContaining({ ok: true, usable: 3 }),
        }),
      ]);
      expect(answer?.masters[0]?.replicas).toHaveLength(2);
      expect(answer?.masters[0]?.sentinels).toHaveLength(2);
    }
    expect(snapshot.groups[0]?.nodes.map((n) => n.answer?.role)).toEqual(['master', 'replica', 'replica']);
    expect(snapshot.groups[0]?.nodes[0]?.answer?.attached.map((a) => a.state)).toEqual(['online', 'online']);
  });

  it('says of a data node that it wants a password, where none is given', async () => {
    const open = { ...options, access: accessWith(null) };
    const snapshot = await survey(attached('127.0.0.1', PORT + 50), open);
    expect(snapshot.groups[0]?.nodes.map((n) => n.silence?.kind)).toEqual(['auth', 'auth', 'auth']);
  });

  it('shows a sentinel once whose address for us is not the one that its peers use: by its id', async () => {
    const announce = { host: 'published', port: 1 };
    const target = attached('127.0.0.1', PORT + 52);
    target.sentinels.unshift({ id: 'mine', announce, endpoint: local(PORT + 50) });
    expect(ids(await survey(target, options)).sentinels).toEqual([
      'mine',
      `127.0.0.1:${PORT + 52}`,
      `127.0.0.1:${PORT + 51}`,
    ]);
  });

  it('keeps the ids of known servers and adds only what is new', async () => {
    const target: SurveyTarget = {
      ...attached('127.0.0.1'),
      masterName: 'mymaster',
      sentinels: cluster.sentinels.map(({ address }, i) => ({
        id: `sentinel-${i + 1}`,
        announce: address,
        endpoint: address,
      })),
      nodes: cluster.nodes.slice(0, 2).map(({ address }, i) => ({
        id: `redis-${i + 1}`,
        announce: address,
        endpoint: address,
        masterName: 'mymaster',
      })),
    };
    expect(ids(await survey(target, options))).toEqual({
      sentinels: ['sentinel-1', 'sentinel-2', 'sentinel-3'],
      groups: [['mymaster', 'redis-1', 'redis-2', `127.0.0.1:${PORT + 2}`]],
    });
    expect(ids(await survey({ ...target, discover: false }, options)).groups).toEqual([
      ['mymaster', 'redis-1', 'redis-2'],
    ]);
  });

  it('asks an announced address where it can be reached', async () => {
    const addresses = { [`127.0.0.1:${PORT}`]: local(PORT + 51) };
    const mapped = { ...options, access: { ...access, addresses } };
    const snapshot = await survey(attached('127.0.0.1', PORT + 50), mapped);
    const node = snapshot.groups[0]?.nodes[0];
    expect(node).toMatchObject({ announce: local(PORT), endpoint: local(PORT + 51) });
    expect(node?.silence).toMatchObject({ kind: 'protocol', message: 'is a sentinel, not a data node' });
  });

  it('says of each one that is silent why, and leaves none out', async () => {
    const fakes: FakeServer[] = [
      await misbehaving('http'),
      await misbehaving('silence'),
      await misbehaving('noauth'),
    ];
    try {
      const ports = fakes.map((fake) => fake.address.port);
      const target = attached('127.0.0.1', ...ports, PORT, PORT + 90, PORT + 50);
      const snapshot = await survey(target, { ...options, access: accessWith(SECRET) });
      expect(snapshot.sentinels.slice(0, 6).map((s) => s.silence?.kind ?? 'answers')).toEqual([
        'protocol',
        'timeout',
        'auth',
        'protocol',
        'refused',
        'answers',
      ]);
      expect(snapshot.sentinels[3]?.silence?.message).toMatch(/is a data node, not a sentinel/);
      expect(snapshot.sentinels).toHaveLength(8);
      expect(JSON.stringify(snapshot)).not.toContain(SECRET);
    } finally {
      await Promise.all(fakes.map((fake) => fake.close()));
    }
  });

  it('gives no view and no group for a name that no sentinel monitors', async () => {
    const snapshot = await survey({ ...attached('127.0.0.1', PORT + 50), masterName: 'nobody' }, options);
    expect(snapshot.sentinels[0]?.answer?.masters).toEqual([]);
    expect(snapshot.groups).toEqual([]);
  });

  it('shows data nodes that want another password as such, with the sentinels that know them', async () => {
    const snapshot = await survey(attached('127.0.0.1', PORT + 50), {
      ...options,
      access: accessWith('wrong', { sentinelPassword: null }),
    });
    expect(snapshot.groups[0]?.nodes.map((n) => n.silence?.kind)).toEqual(['auth', 'auth', 'auth']);
    const none = await survey(attached('127.0.0.1', PORT + 50), { ...options, access: accessWith(null) });
    expect(none.groups[0]?.nodes[0]?.silence?.message).toBe('requires a password');
  });

  it('is given up at once with the reason of its signal', async () => {
    const fake = await misbehaving('silence');
    const stop = new AbortController();
    const running = survey(attached('127.0.0.1', fake.address.port), { ...options, signal: stop.signal });
    const reason = new Error('interrupted');
    stop.abort(reason);
    await expect(running).rejects.toBe(reason);
    await fake.close();
  });
});

describe('an introduction', () => {
  it('makes sentinels know each other at once, and names the one that could not be asked', async () => {
    const started: RedisServer[] = [];
    try {
      for (const port of [PORT + 60, PORT + 61, PORT + 62]) {
        const conf = [`sentinel monitor alone 127.0.0.1 ${PORT + 99} 2`];
        started.push(await startRedis({ port, sentinel: true, conf }));
      }
      const here = started.map(({ address }) => ({ endpoint: address, announce: address, sentinelId: '' }));
      const missing = { endpoint: local(PORT + 91), announce: local(PORT + 91), sentinelId: 'f'.repeat(40) };
      const left = await announceSentinels(
        [...here, missing],
        { masterName: 'alone' },
        askingAs(options, 'sentinel'),
      );
      expect(left).toEqual([
        { announce: local(PORT + 91), silence: expect.objectContaining({ kind: 'refused' }) },
      ]);
      for (const { address } of started) {
        const connection = await openConnection(address, askingAs(options, 'sentinel'));
        const peers = await connection.call('SENTINEL', 'SENTINELS', 'alone');
        expect(peers).toHaveLength(2);
        connection.close();
      }
    } finally {
      await Promise.all(started.map((server) => server.stop()));
    }
  });
});

describe('a connection to a real server', () => {
  it('goes on without the password where a sentinel has none, and names the error that it gets', async () => {
    const connection = await openConnection(local(PORT + 50), askingAs(options, 'redis'));
    expect(await connection.call('PING')).toBe('PONG');
    const error = await connection.call('SENTINEL', 'MASTER', 'nobody').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WireError);
    expect(error).toMatchObject({ reply: 'ERR No such master with that name' });
    connection.close();
  });
});
