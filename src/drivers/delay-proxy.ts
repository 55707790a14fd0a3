import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../clock.js';
import type { Address } from '../model/address.js';
import { randomOf } from '../model/random.js';
import { type Delay, relay } from './delay-relay.js';

interface ProxyRoute {
  listen: Address;
  to: Address;
}

export interface ProxySettings {
  routes: ProxyRoute[];
  /** The source address of its own connections; null: chosen by the system. */
  from: string | null;
  /** Delay in each direction, in milliseconds. */
  delayMs: number;
  /** Extra delay, evenly distributed from 0 to this, in milliseconds; the order of the data stays. */
  jitterMs: number;
  seed: number;
}

/**
 * Listens on every route and forwards data with a delay. Connecting is not delayed; data and the end of a connection
 * are. Rejects where it cannot listen; `close` ends every connection.
 */
export async function openDelayProxy(
  settings: ProxySettings,
  clock: Clock,
): Promise<{ close(): Promise<void> }> {
  const open = new Set<Socket>();
  const servers: Server[] = [];
  let connections = 0;
  const accept = (route: ProxyRoute, near: Socket): void => {
    const from = settings.from === null ? {} : { localAddress: settings.from };
    const far = connect({ ...route.to, ...from, allowHalfOpen: true, noDelay: true });
    for (const socket of [near, far]) {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    }
    const seed = settings.seed + connections++ * 2;
    relay(near, far, delayOf(settings, seed), clock);
    relay(far, near, delayOf(settings, seed + 1), clock);
  };
  const close = async (): Promise<void> => {
    const closed = servers.map((server) => new Promise((done) => server.close(done)));
    for (const socket of open) socket.destroy();
    await Promise.all(closed);
  };
  try {
    for (const route of settings.routes) {
      const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => accept(route, near));
      servers.push(server);
      await new Promise<void>((done, fail) => {
        server.once('error', fail);
        server.listen({ ...route.listen, exclusive: true }, done);
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

function delayOf({ delayMs, jitterMs }: ProxySettings, seed: number): Delay {
  const random = randomOf(seed);
  return () => delayMs + random.unit() * jitterMs;
}
