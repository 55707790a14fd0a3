import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CLIENT } from '../../../../src/drivers/links.js';
import {
  chooseNet,
  listeningNets,
  loopbackOf,
  proxyAddress,
} from '../../../../src/drivers/process/loopback.js';
import { readSettings, writeSettings } from '../../../../src/drivers/process/settings.js';

describe('loopback addresses', () => {
  it('are one for each node, one for the clients and one for proxies', () => {
    const parties = ['redis-1', 'redis-10', 'sentinel-1', 'sentinel-9', CLIENT];
    expect(parties.map((party) => loopbackOf('127.88.3', party))).toEqual([
      '127.88.3.11',
      '127.88.3.20',
      '127.88.3.21',
      '127.88.3.29',
      '127.88.3.254',
    ]);
    expect(proxyAddress('127.88.3')).toBe('127.88.3.253');
    expect(() => loopbackOf('127.88.3', 'mongo-1')).toThrow(/"mongo-1" is not a node/);
  });

  it('are read from the table of sockets only where a process listens', () => {
    const table = `  sl  local_address rem_address   st tx_queue
   0: 0B03587F:1B58 00000000:0000 0A 00000000:00000000
   1: 0C04587F:1B58 0B03587F:1B58 01 00000000:00000000
   2: 00000000:1B58 00000000:0000 0A 00000000:00000000`;
    expect([...listeningNets(table)]).toEqual(['127.88.3']);
  });

  it.runIf(process.platform === 'linux')(
    'are the same for the same cluster, and not those that are in use',
    async () => {
      const dir = `/a/clusters/${Math.random()}`;
      const net = await chooseNet(dir);
      expect(await chooseNet(dir)).toBe(net);
      expect(net).toMatch(/^127\.(1[6-9]|[2-9]\d|1\d\d|2[0-3]\d)\.\d{1,3}$/);
      const server = createServer();
      await new Promise<void>((done) => server.listen({ host: `${net}.21`, port: 0 }, done));
      onTestFinished(() => void server.close());
      expect(await chooseNet(dir)).not.toBe(net);
    },
  );

  it('are written down and read back; other words are refused', () => {
    const settings = { loopback: 'own', net: '127.88.3', source: 'directive' } as const;
    expect(readSettings(writeSettings(settings))).toEqual(settings);
    expect(readSettings({})).toEqual({ loopback: 'shared', net: '', source: '' });
    expect(() => readSettings({ loopback: 'mine' })).toThrow(/"mine"/);
  });
});
