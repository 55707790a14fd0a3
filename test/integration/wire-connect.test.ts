import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { SentinelEvent } from '../../src/model/events.js';
import { until } from '../../src/until.js';
import { openConnection } from '../../src/wire/client.js';
import { connect } from '../../src/wire/connect.js';
import { parseRole } from '../../src/wire/replies.js';
import { followSentinel } from '../../src/wire/subscribe.js';
import { fakeServer, misbehaving, replies } from '../helpers/fake-server.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';

const PORT = 6100;
let cluster: RawCluster;
beforeAll(async () => {
  cluster = await startRawCluster({ port: PORT });
});
afterAll(() => cluster.stop());

const addresses = (): string =>
  cluster.sentinels.map(({ address }) => ` 127.0.0.1:${address.port} `).join(',');
const patient = { clock: systemClock, everyMs: 20, deadlineMs: 30_000 };
const asking = { clock: systemClock, deadlineMs: 3000 };

describe('an application by connect()', () => {
  it('goes on writing with the same client when the master is killed, and the events say when', async () => {
    const client = await connect({ REDIS_SENTINEL_ADDRS: addresses() });
    const events: { event: SentinelEvent; atMs: number }[] = [];
    const closed: number[] = [];
    const followed = await Promise.all(
      cluster.sentinels.map(({ address }) =>
        followSentinel(
          address,
          asking,
          (event, atMs) => events.push({ event, atMs }),
          () => closed.push(systemClock.now()),
        ),
      ),
    );
    const watched = await openConnection({ host: '127.0.0.1', port: PORT }, asking);
    let goneAtMs: number | undefined;
    watched.onClose(() => {
      goneAtMs = systemClock.now();
    });
    try {
      await client.set('before', '1');
      const killedAtMs = systemClock.now();
      cluster.nodes[0]?.signal('SIGKILL');
      let written = 0;
      const errors: string[] = [];
      const acknowledged = await until(async () => {
        try {
          await client.set('after', String(++written));
          return true;
        } catch (error) {
          errors.push((error as Error).message);
          return undefined;
        }
      }, patient);
      expect(acknowledged, errors.join('\n')).toBe(true);
      expect(parseRole(await client.call('ROLE')).role).toBe('master');
      expect(await client.get('before')).toBe('1');
      expect(await client.get('after')).toBe(String(written));

      expect(goneAtMs).toBeGreaterThanOrEqual(killedAtMs);
      const switches = await until(() => {
        const found = events.filter(({ event }) => event.name === '+switch-master');
        return found.length === cluster.sentinels.length ? found : undefined;
      }, patient);
      expect(switches?.every(({ event }) => event.switched?.from.port === PORT)).toBe(true);
      const down = events.find(({ event }) => event.name === '+sdown' && event.instanceType === 'master');
      expect(down?.atMs).toBeGreaterThan(killedAtMs);
      expect(switches?.[0]?.atMs).toBeGreaterThan(down?.atMs ?? Number.POSITIVE_INFINITY);
    } finally {
      watched.close();
      for (const follow of followed) follow.close();
      client.disconnect();
    }
    expect(closed).toEqual([]);
  });

  it('learns that a sentinel that it follows died', async () => {
    const sentinel = cluster.sentinels[2];
    if (sentinel === undefined) throw new Error('there is no third sentinel');
    const died = new Promise<void>((resolve, reject) => {
      followSentinel(sentinel.address, asking, () => {}, resolve).then(
        () => sentinel.signal('SIGKILL'),
        reject,
      );
    });
    await died;
  });

  it('is refused a name that no sentinel monitors', async () => {
    const env = { REDIS_SENTINEL_ADDRS: addresses(), REDIS_MASTER_NAME: 'nobody' };
    await expect(connect(env)).rejects.toMatchObject({ code: 'unknown-master', exitCode: 5 });
  });

  it('connects to REDIS_URL where no sentinels are given', async () => {
    const client = await connect({ REDIS_SENTINEL_ADDRS: ' , ', REDIS_URL: `redis://127.0.0.1:${PORT + 1}` });
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
  });
});

describe('an application by connect() to a cluster with a password', () => {
  const SECRET = 'connect-pa55';
  const FROZEN_PORT = 6400;
  let locked: RawCluster;
  beforeAll(async () => {
    locked = await startRawCluster({ port: FROZEN_PORT, replicas: 1, password: SECRET });
  });
  afterAll(() => locked.stop());
  const env = () => ({
    REDIS_SENTINEL_ADDRS: locked.sentinels.map(({ address }) => `127.0.0.1:${address.port}`).join(','),
  });

  it('learns what is missing when it gives none, or a wrong one', async () => {
    const noPassword = { code: 'not-connected', hint: expect.stringContaining('SENTINELCTL_PASSWORD') };
    await expect(connect(env())).rejects.toMatchObject(noPassword);
    const error: unknown = await connect({ ...env(), SENTINELCTL_PASSWORD: 'not-this-1' }).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ ...noPassword, why: expect.stringContaining('WRONGPASS') });
    expect(JSON.stringify(error)).not.toContain('not-this-1');
  });

  it('leaves a master that hangs for the new one, and loses no write that was acknowledged after', async () => {
    const lost: string[] = [];
    const client = await connect(
      { ...env(), SENTINELCTL_PASSWORD: SECRET },
      { onError: (error) => lost.push(error.message) },
    );
    try {
      await client.set('before', '1');
      locked.nodes[0]?.signal('SIGSTOP');
      let tries = 0;
      const acknowledged = await until(
        () =>
          client.set('after', String(++tries)).then(
            () => true as const,
            () => undefined,
          ),
        patient,
      );
      expect(acknowledged, lost.join('\n')).toBe(true);
      const direct = await openConnection(
        { host: '127.0.0.1', port: FROZEN_PORT + 1 },
        { ...asking, credentials: { password: SECRET } },
      );
      expect(parseRole(await direct.call('ROLE')).role).toBe('master');
      expect(await direct.call('GET', 'after')).toBe(String(tries));
      direct.close();
    } finally {
      client.disconnect();
    }
  });
});

describe('connect() that fails', () => {
  it('says so of a URL where nothing listens', async () => {
    const error: unknown = await connect({ REDIS_URL: 'redis://:url-pa55@127.0.0.1:6499' }).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({
      code: 'not-connected',
      exitCode: 5,
      why: expect.stringContaining('ECONNREFUSED'),
    });
    expect(JSON.stringify(error)).not.toContain('url-pa55');
  });

  it('leaves nothing open at sentinels that are silent', async () => {
    const silent = await misbehaving('silence');
    try {
      const options = { sentinels: [silent.address], redis: { sentinelCommandTimeout: 100 } };
      await expect(connect({}, options)).rejects.toMatchObject({ code: 'not-connected' });
      expect(await until(() => (silent.open() === 0 ? true : undefined), patient)).toBe(true);
    } finally {
      await silent.close();
    }
  });

  it('goes on looking for as long as the only master that is announced hangs up, and leaves nothing open', async () => {
    const closing = await misbehaving('closes');
    const { host, port } = closing.address;
    const sentinel = await fakeServer(
      replies({
        HELLO: "-ERR unknown command 'HELLO'\r\n",
        'SENTINEL GET-MASTER-ADDR-BY-NAME': `*2\r\n$${host.length}\r\n${host}\r\n$${String(port).length}\r\n${port}\r\n`,
      }),
    );
    try {
      const error: unknown = await connect({}, { sentinels: [sentinel.address] }).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'not-connected', why: expect.stringContaining('10 s') });
      expect(await until(() => (closing.open() + sentinel.open() === 0 ? true : undefined), patient)).toBe(
        true,
      );
    } finally {
      await Promise.all([closing.close(), sentinel.close()]);
    }
  });
});
