import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { until } from '../../../src/until.js';
import { openConnection, WireError } from '../../../src/wire/client.js';
import { silenceOf } from '../../../src/wire/error.js';
import {
  type Behaviour,
  type FakeServer,
  fakeServer,
  type Misbehaviour,
  misbehaviour,
  replies,
} from '../../helpers/fake-server.js';

const servers: FakeServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(behaviour: Behaviour): Promise<FakeServer> {
  const server = await fakeServer(behaviour);
  servers.push(server);
  return server;
}

/** Opens, asks once and closes; the error of either. */
async function failureAt(server: FakeServer, options: { deadlineMs?: number; password?: string } = {}) {
  const asking = {
    clock: systemClock,
    deadlineMs: options.deadlineMs ?? 5000,
    credentials: { password: options.password },
  };
  try {
    const connection = await openConnection(server.address, asking);
    try {
      return await connection.call('PING').then(
        (reply) => ({ unexpected: reply }),
        (error: unknown) => error,
      );
    } finally {
      connection.close();
    }
  } catch (error) {
    return error;
  }
}

const until5s = { clock: systemClock, everyMs: 5, deadlineMs: 5000 };
const allGone = (server: FakeServer) => until(() => (server.open() === 0 ? true : undefined), until5s);

describe('a server that misbehaves', () => {
  const cases: [Misbehaviour, kind: string, message: RegExp, deadlineMs?: number][] = [
    ['http', 'protocol', /speaks HTTP\/1\.1, not the Redis protocol/],
    ['silence', 'timeout', /did not answer within 60 ms/, 60],
    ['endless', 'protocol', /sends more than 16 MiB without a complete reply/, 30_000],
    ['garbage', 'protocol', /does not speak the Redis protocol/],
    ['halfGarbage', 'protocol', /does not speak the Redis protocol/],
    ['respError', 'error', /answered: ERR unknown command 'PING'/],
    ['noauth', 'auth', /requires a password$/],
    ['closes', 'closed', /closed the connection/],
    ['resets', 'closed', /closed the connection/],
    ['denied', 'error', /DENIED Redis is running in protected mode/],
  ];
  it.each(cases)(
    '%s is a silence of kind %s, and the socket is gone',
    async (name, kind, message, deadlineMs) => {
      const server = await serve(misbehaviour[name]);
      const error = await failureAt(server, { ...(deadlineMs && { deadlineMs }) });
      expect(error).toBeInstanceOf(WireError);
      expect(silenceOf(error)).toMatchObject({ kind, message: expect.stringMatching(message) });
      expect((error as Error).message).toContain(`127.0.0.1:${server.address.port} `);
      expect(await allGone(server)).toBe(true);
    },
  );

  it('that sends one endless reply is cut off long before it fills the memory', async () => {
    const server = await serve(misbehaviour.endless);
    const before = process.memoryUsage().rss;
    await failureAt(server, { deadlineMs: 30_000 });
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });

  it('that answers without a question is disconnected', async () => {
    const server = await serve(misbehaviour.chatter);
    const connection = await openConnection(server.address, { clock: systemClock, deadlineMs: 5000 });
    await new Promise<void>((resolve) => connection.onClose(resolve));
    const error = await connection.call('PING').catch((thrown: unknown) => thrown);
    expect(silenceOf(error)).toMatchObject({ kind: 'protocol' });
    expect(await allGone(server)).toBe(true);
  });

  it('that does not run is refused', async () => {
    const server = await fakeServer(misbehaviour.silence);
    await server.close();
    const error = await failureAt(server);
    expect(silenceOf(error)).toMatchObject({ kind: 'refused' });
  });

  it('with a port that is none, or a name that does not resolve, is an error and no crash', async () => {
    const asking = { clock: systemClock, deadlineMs: 5000 };
    await expect(openConnection({ host: '127.0.0.1', port: 70_000 }, asking)).rejects.toBeInstanceOf(
      WireError,
    );
    await expect(openConnection({ host: 'no such host', port: 6379 }, asking)).rejects.toBeInstanceOf(
      WireError,
    );
  });
});

describe('a password', () => {
  const secret = 'pa55-of-the-cluster';

  it('is sent as AUTH before anything else', async () => {
    const server = await serve(replies({ AUTH: '+OK\r\n', PING: '+PONG\r\n' }));
    expect(await failureAt(server, { password: secret })).toEqual({ unexpected: 'PONG' });
    expect(server.received().indexOf('AUTH')).toBeLessThan(server.received().indexOf('PING'));
  });

  it.each([
    '-ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?\r\n',
    '-ERR Client sent AUTH, but no password is set\r\n',
  ])('that the server does not ask for does no harm: %s', async (reply) => {
    const server = await serve(replies({ AUTH: reply, PING: '+PONG\r\n' }));
    expect(await failureAt(server, { password: secret })).toEqual({ unexpected: 'PONG' });
  });

  it.each([
    ['-WRONGPASS invalid username-password pair or user is disabled.\r\n', 'auth'],
    ['-ERR invalid password\r\n', 'auth'],
    [`-ERR unknown command 'AUTH', with args beginning with: '${secret}'\r\n`, 'error'],
  ])('is never in the error when the server answers %s', async (reply, kind) => {
    const server = await serve(replies({ AUTH: reply }));
    const error = await failureAt(server, { password: secret });
    expect(silenceOf(error).kind).toBe(kind);
    expect(`${JSON.stringify(error)} ${String(error)} ${(error as Error).stack}`).not.toContain(secret);
    expect(await allGone(server)).toBe(true);
  });

  it('is not shown when the server echoes it', async () => {
    const server = await serve(misbehaviour.echo);
    const error = await failureAt(server, { password: secret });
    expect(JSON.stringify(error)).not.toContain(secret);
  });
});

describe('a connection', () => {
  const pong: Behaviour = replies({ PING: '+PONG\r\n', ECHO: (args) => `+${args[1]}\r\n` });
  const asking = { clock: systemClock, deadlineMs: 5000 };

  it('keeps answers in the order of their questions when many are under way', async () => {
    const server = await serve(pong);
    const connection = await openConnection(server.address, asking);
    const words = Array.from({ length: 50 }, (_, i) => `word-${i}`);
    expect(await Promise.all(words.map((word) => connection.call('ECHO', word)))).toEqual(words);
    connection.close();
  });

  it('says once that the other side is gone, and rejects what is under way', async () => {
    const sockets: { destroy(): void }[] = [];
    const server = await serve((socket) => sockets.push(socket));
    const connection = await openConnection(server.address, asking);
    let times = 0;
    connection.onClose(() => {
      times += 1;
    });
    const pending = connection.call('PING').catch((error: unknown) => error);
    await until(() => (server.received().includes('PING') ? true : undefined), until5s);
    for (const socket of sockets) socket.destroy();
    expect(silenceOf(await pending).kind).toBe('closed');
    expect(await until(() => (times > 0 ? true : undefined), until5s)).toBe(true);
    // A listener that comes late hears it as well.
    await new Promise<void>((resolve) => connection.onClose(resolve));
    expect(times).toBe(1);
    expect(silenceOf(await connection.call('PING').catch((error: unknown) => error)).kind).toBe('closed');
  });

  it('that we close ourselves is silent about it, can be closed twice, and leaves nothing open', async () => {
    const server = await serve(pong);
    const connection = await openConnection(server.address, asking);
    let times = 0;
    connection.onClose(() => {
      times += 1;
    });
    const pending = connection.call('PING').catch((error: unknown) => error);
    connection.close();
    connection.close();
    expect(silenceOf(await pending).kind).toBe('closed');
    expect(await allGone(server)).toBe(true);
    expect(times).toBe(0);
  });

  it('is one of many under the same signal, without a warning about its listeners', async () => {
    const warnings: string[] = [];
    const hear = (warning: Error): void => {
      warnings.push(warning.name);
    };
    process.on('warning', hear);
    const server = await serve(pong);
    const { signal } = new AbortController();
    const all = await Promise.all(
      Array.from({ length: 15 }, () => openConnection(server.address, { ...asking, signal })),
    );
    await Promise.all(all.map((connection) => connection.call('PING')));
    for (const connection of all) connection.close();
    expect(await allGone(server)).toBe(true);
    process.off('warning', hear);
    expect(warnings).toEqual([]);
  });

  it('ends with the signal, whose reason is what callers get', async () => {
    const server = await serve(misbehaviour.silence);
    const stop = new AbortController();
    const connection = await openConnection(server.address, { ...asking, signal: stop.signal });
    const pending = connection.call('PING').catch((error: unknown) => error);
    const reason = new Error('interrupted');
    stop.abort(reason);
    expect(await pending).toBe(reason);
    await expect(openConnection(server.address, { ...asking, signal: stop.signal })).rejects.toBe(reason);
    expect(await allGone(server)).toBe(true);
  });
});
