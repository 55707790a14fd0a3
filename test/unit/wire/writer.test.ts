import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import type { Address } from '../../../src/model/address.js';
import { until } from '../../../src/until.js';
import { accessWith } from '../../../src/wire/access.js';
import { type Order, openWriter, type Writer } from '../../../src/wire/writer.js';
import { failureOf } from '../../../src/wire/writer-outcome.js';
import {
  array,
  type Behaviour,
  bulk,
  type FakeServer,
  fakeServer,
  replies,
} from '../../helpers/fake-server.js';

const servers: FakeServer[] = [];
const writers: Writer[] = [];
afterEach(async () => {
  for (const writer of writers.splice(0)) writer.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(behaviour: Behaviour): Promise<FakeServer> {
  const server = await fakeServer(behaviour);
  servers.push(server);
  return server;
}

/** A sentinel that says that this is the master. */
const sentinelFor = ({ host, port }: Address): Promise<FakeServer> =>
  serve(replies({ 'SENTINEL GET-MASTER-ADDR-BY-NAME': array(bulk(host), bulk(String(port))) }));

/** A master that answers SETBIT like this. */
const master = (setbit: string | (() => string)): Behaviour =>
  replies({ INFO: bulk('role:master\r\nloading:0'), SETBIT: setbit, GETBIT: ':0\r\n', WAIT: ':1\r\n' });

async function writerTo(master: FakeServer, password: string | null = null): Promise<Writer> {
  const sentinel = await sentinelFor(master.address);
  const writer = await openWriter({
    clock: systemClock,
    tuning: 'tuned',
    role: 'master',
    sentinels: [sentinel.address],
    masterName: 'mymaster',
    access: accessWith(password, { sentinelPassword: null }),
    deadlineMs: 3000,
  });
  writers.push(writer);
  return writer;
}

const set = (offset: number): Order => ({ kind: 'set', key: 'k', offset });
const eventually = (holds: () => boolean) =>
  until(() => (holds() ? true : undefined), { clock: systemClock, everyMs: 5, deadlineMs: 10_000 });

describe('a batch of writes', () => {
  it('is answered one by one, with the server and what WAIT said', async () => {
    const server = await serve(master(':0\r\n'));
    const writer = await writerTo(server);
    const before = systemClock.now();
    const answer = await writer.send([set(1), set(2), { kind: 'look', key: 'k', offset: 1 }], 1);
    expect(answer).toMatchObject({ results: [0, 0, 0], confirmed: 1 });
    expect(answer.peer).toBe(`127.0.0.1:${server.address.port}`);
    expect(answer.atMs).toBeGreaterThanOrEqual(before);
    expect(answer.atMs).toBeLessThanOrEqual(systemClock.now());
    expect((await writer.send([set(1)], 0)).confirmed).toBeNull();
  });

  it('is refused for certain by an error reply', async () => {
    let count = 0;
    const server = await serve(
      master(() => (++count === 2 ? '-NOREPLICAS Not enough good replicas\r\n' : ':0\r\n')),
    );
    const writer = await writerTo(server);
    const { results } = await writer.send([set(1), set(2), set(3)], 0);
    expect(results).toEqual([0, { kind: 'NOREPLICAS', definite: true }, 0]);
  });

  it('may have been carried out where the connection broke before a second attempt was refused', async () => {
    let connections = 0;
    const server = await serve((socket: Socket) => {
      const first = ++connections === 1;
      if (first) {
        socket.on('data', (bytes: Buffer) => {
          if (bytes.toString().includes('setbit')) socket.destroy();
        });
      }
      master(first ? '' : "-READONLY You can't write against a read only replica.\r\n")(socket);
    });
    const writer = await writerTo(server);
    expect((await writer.send([set(1)], 0)).results).toEqual([{ kind: 'READONLY', definite: false }]);
  });

  it('may have been carried out where its answer never came', async () => {
    const server = await serve(master(''));
    const writer = await writerTo(server);
    const sent = writer.send([set(1), set(2)], 0);
    await eventually(() => server.received().includes('setbit'));
    writer.close();
    const unknown = { kind: 'closed', definite: false };
    expect((await sent).results).toEqual([unknown, unknown]);
  });

  it('was certainly not carried out where there was no connection until it was dropped', async () => {
    const server = await serve(master(':0\r\n'));
    const writer = await writerTo(server);
    const sentinel = servers.at(-1);
    const questions = (): number => sentinel?.received().split(/get-master-addr-by-name/i).length ?? 0;
    const asked = questions();
    await server.close();
    // It has noticed the end of its connection, and looks for the master again.
    expect(await eventually(() => questions() > asked)).toBe(true);
    const sent = writer.send([set(1)], 0);
    writer.close();
    expect((await sent).results).toEqual([{ kind: 'closed', definite: true }]);
  });
});

describe('a client that cannot connect', () => {
  it('says why, without the password, and leaves nothing open', async () => {
    const server = await serve(replies({ HELLO: '-WRONGPASS invalid username-password pair pa55-word\r\n' }));
    await expect(writerTo(server, 'pa55-word')).rejects.toMatchObject({
      code: 'client-not-connected',
      exitCode: 5,
      why: expect.stringMatching(/WRONGPASS .* \(redacted\)/),
    });
    expect(await eventually(() => servers.every((each) => each.open() === 0))).toBe(true);
  });
});

describe('an error', () => {
  const named = (name: string, message: string, code?: string): Error =>
    Object.assign(new Error(message), { name, ...(code && { code }) });

  it.each([
    [named('ReplyError', 'OOM command not allowed'), 'once', 'OOM', true],
    [named('ReplyError', 'ERR no'), 'once', 'ERR', true],
    [named('ReplyError', 'no such thing'), 'once', 'ERR', true],
    [named('ReplyError', 'LOADING Redis is loading'), 'unknown', 'LOADING', false],
    [named('Error', 'Command timed out'), 'never', 'timeout', false],
    [named('Error', 'Socket timeout. Expecting data'), 'unknown', 'timeout', false],
    [named('MaxRetriesPerRequestError', 'Reached the max retries'), 'never', 'retries', true],
    [named('MaxRetriesPerRequestError', 'Reached the max retries'), 'once', 'retries', false],
    [named('AbortError', 'Command aborted due to connection close'), 'once', 'closed', false],
    [named('Error', 'read ECONNRESET', 'ECONNRESET'), 'once', 'ECONNRESET', false],
    ['what', 'once', 'other', false],
  ] as const)('%s, sent %s, is %s, definite: %s', (error, sent, kind, definite) =>
    expect(failureOf(error, sent)).toEqual({ kind, definite }),
  );
});
