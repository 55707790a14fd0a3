import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { openDelayProxy } from '../../../src/drivers/delay-proxy.js';
import { relay } from '../../../src/drivers/delay-relay.js';
import { freePorts } from '../../../src/host/ports.js';
import { until } from '../../../src/until.js';

const HOST = '127.0.0.1';
const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server that hands each connection to `serve`, and a proxy before it. Answers the proxy's port. */
async function behind(
  serve: (socket: Socket) => void,
  { delayMs = 0, jitterMs = 0, target = 0 }: { delayMs?: number; jitterMs?: number; target?: number } = {},
): Promise<number> {
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  closing.push(() => server.close());
  const { port } = server.address() as { port: number };
  const [listen = 0] = await freePorts(1, HOST);
  const routes = [{ listen: { host: HOST, port: listen }, to: { host: HOST, port: target || port } }];
  const proxy = await openDelayProxy({ routes, from: null, delayMs, jitterMs, seed: 7 }, systemClock);
  closing.push(() => proxy.close());
  return listen;
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: HOST, port, allowHalfOpen: true });
  closing.push(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

const closed = (socket: Socket): Promise<void> => new Promise((done) => socket.once('close', () => done()));

describe('a proxy that delays', () => {
  it('passes everything on in order, jitter or not, and the end after it', async () => {
    const port = await behind((socket) => void socket.pipe(socket), { delayMs: 1, jitterMs: 20 });
    const socket = await dial(port);
    const said = Array.from({ length: 200 }, (_, i) => `${i};`);
    for (const word of said) {
      socket.write(word);
      // Pieces of their own, so that each has a delay of its own.
      await new Promise((done) => setImmediate(done));
    }
    socket.end();
    expect(await text(socket)).toBe(said.join(''));
  });

  it('holds each direction for at least its delay', async () => {
    const port = await behind((socket) => void socket.pipe(socket), { delayMs: 80 });
    const socket = await dial(port);
    const sentMs = systemClock.now();
    socket.write('there and back');
    await once(socket, 'data');
    expect(systemClock.now() - sentMs).toBeGreaterThanOrEqual(160);
  });

  it('lets one side go on after the other has ended', async () => {
    const port = await behind((socket) => {
      socket.on('end', () => socket.end('I heard the end'));
      socket.resume();
    });
    const socket = await dial(port);
    socket.end('that is all');
    expect(await text(socket)).toBe('I heard the end');
  });

  it('hands on a reset, and a connection that is refused', async () => {
    const reset = await dial(await behind((socket) => socket.once('data', () => socket.resetAndDestroy())));
    reset.on('error', () => {});
    reset.write('x');
    await closed(reset);
    const [nobody = 0] = await freePorts(1, HOST);
    const refused = await dial(await behind(() => {}, { target: nobody }));
    refused.on('error', () => {});
    await closed(refused);
    expect([reset.destroyed, refused.destroyed]).toEqual([true, true]);
  });

  it('makes a sender wait for a receiver that does not read', async () => {
    const from = new PassThrough({ highWaterMark: 16 });
    const to = new PassThrough({ highWaterMark: 16 });
    relay(from as unknown as Socket, to as unknown as Socket, () => 0, systemClock);
    const piece = Buffer.alloc(256 * 1024, 'x');
    const pieces = 12;
    for (let i = 0; i < pieces; i++) from.write(piece);
    from.end();
    const patient = { clock: systemClock, everyMs: 1, deadlineMs: 4000 };
    expect(await until(() => (from.isPaused() ? true : undefined), patient)).toBe(true);
    expect(from.writableLength).toBeGreaterThan(0);
    expect(await text(to)).toHaveLength(pieces * piece.length);
  });

  it('ends every connection when it is closed', async () => {
    const server = createServer().listen(0, HOST);
    await once(server, 'listening');
    closing.push(() => server.close());
    const { port } = server.address() as { port: number };
    const [listen = 0] = await freePorts(1, HOST);
    const routes = [{ listen: { host: HOST, port: listen }, to: { host: HOST, port } }];
    const proxy = await openDelayProxy({ routes, from: null, delayMs: 0, jitterMs: 0, seed: 1 }, systemClock);
    const socket = await dial(listen);
    const said = text(socket);
    await proxy.close();
    expect(await said).toBe('');
  });
});
