import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { until } from '../../../src/until.js';
import { connect } from '../../../src/wire/connect.js';
import { array, bulk, type FakeServer, fakeServer, replies } from '../../helpers/fake-server.js';

const servers: FakeServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const eventually = (holds: () => boolean) =>
  until(() => (holds() ? true : undefined), { clock: systemClock, everyMs: 5, deadlineMs: 10_000 });
const subscribed = array(bulk('subscribe'), bulk('+switch-master'), ':1\r\n');
const switched = array(bulk('message'), bulk('+switch-master'), bulk('mymaster 127.0.0.1 1 127.0.0.1 2'));

describe('a client by connect()', () => {
  it('survives a +switch-master that comes while it asks who is master', async () => {
    const masters = new Set<Socket>();
    const master = await fakeServer((socket) => {
      masters.add(socket);
      replies({ INFO: bulk('role:master\r\nloading:0'), PING: '+PONG\r\n' })(socket);
    });
    const answer = array(bulk('127.0.0.1'), bulk(String(master.address.port)));
    const subscribers = new Set<Socket>();
    const asking = new Set<Socket>();
    let silent = false;
    const sentinel = await fakeServer((socket) => {
      replies({
        SUBSCRIBE: () => {
          subscribers.add(socket);
          return subscribed;
        },
        'SENTINEL GET-MASTER-ADDR-BY-NAME': () => {
          if (silent) asking.add(socket);
          return silent ? '' : answer;
        },
      })(socket);
    });
    servers.push(master, sentinel);
    const client = await connect({}, { sentinels: [sentinel.address], onError: () => {} });
    const ended: string[] = [];
    client.on('end', () => ended.push('end'));
    try {
      await eventually(() => subscribers.size === 1);
      silent = true;
      for (const socket of masters) socket.destroy();
      expect(await eventually(() => asking.size > 0)).toBe(true);
      for (const socket of subscribers) if (!socket.destroyed) socket.write(switched);
      await systemClock.sleep(0);
      silent = false;
      for (const socket of asking) socket.write(answer);
      expect(await eventually(() => client.status === 'ready' || ended.length > 0)).toBe(true);
      expect(ended).toEqual([]);
      expect(await client.ping()).toBe('PONG');
    } finally {
      client.disconnect();
    }
  }, 30_000);
});
