import { connect as connectTcp, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import type { Address } from '../../../src/model/address.js';
import { until } from '../../../src/until.js';
import { connect } from '../../../src/wire/connect.js';
import { array, bulk, type FakeServer, fakeServer, replies } from '../../helpers/fake-server.js';
import { startRedis } from '../../helpers/redis.js';

const closing: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((each) => each.close()));
});

const eventually = (holds: () => boolean) =>
  until(() => (holds() ? true : undefined), { clock: systemClock, everyMs: 5, deadlineMs: 10_000 });
const subscribed = array(bulk('subscribe'), bulk('+switch-master'), ':1\r\n');
const switchedTo = ({ host, port }: Address, name = 'mymaster') =>
  array(bulk('message'), bulk('+switch-master'), bulk(`${name} 127.0.0.1 1 ${host} ${port}`));

/** A master that says it is one, and whose connections can be ended. */
async function master(): Promise<FakeServer & { hangUp(): void }> {
  const sockets = new Set<Socket>();
  const server = await fakeServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    replies({ INFO: bulk('role:master\r\nloading:0'), PING: '+PONG\r\n', SET: '+OK\r\n' })(socket);
  });
  closing.push(server);
  return {
    ...server,
    hangUp: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A sentinel that names a master, or keeps silent, and publishes what the test says. */
async function sentinel(first: Address) {
  const subscribers = new Set<Socket>();
  const asking: Socket[] = [];
  const state = { master: first, silent: false };
  const answer = () => array(bulk(state.master.host), bulk(String(state.master.port)));
  const server = await fakeServer((socket) => {
    replies({
      SUBSCRIBE: () => {
        subscribers.add(socket);
        socket.on('close', () => subscribers.delete(socket));
        return subscribed;
      },
      'SENTINEL GET-MASTER-ADDR-BY-NAME': () => {
        if (!state.silent) return answer();
        asking.push(socket);
        return '';
      },
    })(socket);
  });
  closing.push(server);
  return {
    server,
    state,
    subscribers,
    asking,
    publish: (message: string) => {
      for (const socket of subscribers) socket.write(message);
    },
    answerAll: () => {
      for (const socket of asking.splice(0)) socket.write(answer());
    },
  };
}

async function clientOf(address: Address) {
  const client = await connect({}, { sentinels: [address], onError: () => {} });
  closing.push({ close: () => client.disconnect() });
  const ended: string[] = [];
  client.on('end', () => ended.push('end'));
  return { client, ended, at: (server: FakeServer) => client.stream.remotePort === server.address.port };
}

/** An address that neither answers nor refuses: a frozen server whose queue of connections is full. */
async function deadEnd(port: number): Promise<Address> {
  const server = await startRedis({ port, conf: ['tcp-backlog 1'] });
  closing.push({ close: () => server.stop() });
  server.signal('SIGSTOP');
  const waiting = Array.from({ length: 6 }, () => connectTcp(server.address));
  for (const socket of waiting) {
    socket.on('error', () => {});
    closing.push({ close: () => socket.destroy() });
  }
  await eventually(() => waiting.some((s) => !s.connecting) && waiting.some((s) => s.connecting));
  return server.address;
}

describe('a client by connect() that hears +switch-master', () => {
  it('leaves a master that still answers for the new one', async () => {
    const [old, next] = [await master(), await master()];
    const told = await sentinel(old.address);
    const { client, ended, at } = await clientOf(told.server.address);
    await eventually(() => told.subscribers.size === 1);
    expect(at(old)).toBe(true);
    told.state.master = next.address;
    told.publish(switchedTo(next.address));
    expect(await eventually(() => client.status === 'ready' && at(next))).toBe(true);
    expect([await client.ping(), ended]).toEqual(['PONG', []]);
  });

  it('stays where it is when it is there already, or when another master was replaced', async () => {
    const [current, other] = [await master(), await master()];
    const told = await sentinel(current.address);
    const { client } = await clientOf(told.server.address);
    await eventually(() => told.subscribers.size === 1);
    const closed: string[] = [];
    client.on('close', () => closed.push('close'));
    told.publish(switchedTo(current.address));
    told.publish(switchedTo(other.address, 'othermaster'));
    // What is published later is heard later: by then the two others were.
    told.state.master = other.address;
    told.publish(switchedTo(other.address));
    expect(await eventually(() => closed.length > 0 && client.status === 'ready')).toBe(true);
    expect(closed).toEqual(['close']);
  });

  it('survives one that comes while it asks who is master', async () => {
    const [old, next] = [await master(), await master()];
    const told = await sentinel(old.address);
    const { client, ended, at } = await clientOf(told.server.address);
    await eventually(() => told.subscribers.size === 1);
    told.state.silent = true;
    old.hangUp();
    expect(await eventually(() => told.asking.length > 0)).toBe(true);
    // It hears of the new master, and then the answer that was under way still names the old one.
    told.publish(switchedTo(next.address));
    await eventually(() => client.status === 'connecting');
    told.answerAll();
    told.state.silent = false;
    told.state.master = next.address;
    expect(await eventually(() => (client.status === 'ready' && at(next)) || ended.length > 0)).toBe(true);
    expect([ended, await client.ping()]).toEqual([[], 'PONG']);
  });

  it('drops a dial that is not answered', async () => {
    const [old, next] = [await master(), await master()];
    const dead = await deadEnd(22_950);
    const told = await sentinel(old.address);
    const { client, ended, at } = await clientOf(told.server.address);
    const errors: string[] = [];
    client.on('error', (error: Error) => errors.push(error.message));
    await eventually(() => told.subscribers.size === 1);
    told.state.master = dead;
    old.hangUp();
    expect(await eventually(() => client.status === 'connecting' && client.stream.connecting)).toBe(true);
    told.state.master = next.address;
    told.publish(switchedTo(next.address));
    expect(await eventually(() => client.status === 'ready' && at(next))).toBe(true);
    // It did not wait for the dial to time out.
    expect([ended, errors.filter((message) => message.includes('TIMEDOUT'))]).toEqual([[], []]);
  });

  it('goes on asking while a sentinel still names an address that does not answer', async () => {
    const [old, next] = [await master(), await master()];
    const dead = await deadEnd(22_951);
    const told = await sentinel(old.address);
    const { client, ended, at } = await clientOf(told.server.address);
    await eventually(() => told.subscribers.size === 1);
    let dials = 0;
    client.on('connecting', () => dials++);
    told.state.master = dead;
    old.hangUp();
    await eventually(() => client.status === 'connecting' && client.stream.connecting);
    told.publish(switchedTo(next.address));
    // At five seconds a dial, it would not get as far as this.
    expect(await eventually(() => dials >= 4)).toBe(true);
    told.state.master = next.address;
    expect(await eventually(() => client.status === 'ready' && at(next))).toBe(true);
    // From then on a dial may take as long as ever.
    expect([ended, client.options.connectTimeout]).toEqual([[], 5000]);
  });

  it('has duplicates that hear it too', async () => {
    const [old, next] = [await master(), await master()];
    const told = await sentinel(old.address);
    const { client } = await clientOf(told.server.address);
    const second = client.duplicate();
    second.on('error', () => {});
    closing.push({ close: () => second.disconnect() });
    expect(second.status).toBe('wait');
    await second.ping();
    await eventually(() => told.subscribers.size === 2);
    told.state.master = next.address;
    told.publish(switchedTo(next.address));
    const there = () => second.status === 'ready' && second.stream.remotePort === next.address.port;
    expect(await eventually(there)).toBe(true);
  });

  it.each(['connected', 'between two attempts'])('leaves nothing open when it is ended, %s', async (when) => {
    const server = await master();
    const told = await sentinel(server.address);
    const { client } = await clientOf(told.server.address);
    await eventually(() => told.subscribers.size === 1);
    if (when !== 'connected') {
      await server.close();
      expect(await eventually(() => client.status === 'reconnecting')).toBe(true);
    }
    client.disconnect();
    expect(await eventually(() => told.server.open() + server.open() === 0)).toBe(true);
  });
});
