import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { holderOf, listeningInodes, withoutOptions } from '../../../src/host/port-holder.js';
import { ephemeralRange, freePorts, isPortFree } from '../../../src/host/ports.js';

/** Listens until the test ends, on the first port of this file's own range that is free. */
async function listenOn(host: string, port: number): Promise<void> {
  const server = createServer();
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  onTestFinished(() => void server.close());
}

describe('isPortFree', () => {
  it.each([
    ['127.0.0.1', 20_101],
    ['0.0.0.0', 20_102],
    ['::', 20_103],
  ])('notices a holder on %s', async (host, port) => {
    expect(await isPortFree('127.0.0.1', port)).toBe(true);
    await listenOn(host, port);
    expect(await isPortFree('127.0.0.1', port)).toBe(false);
  });

  it('leaves the port free', async () => {
    expect([await isPortFree('127.0.0.1', 20_104), await isPortFree('127.0.0.1', 20_104)]).toEqual([
      true,
      true,
    ]);
  });

  it('says that a host is not of this machine', async () => {
    await expect(isPortFree('192.0.2.1', 20_105)).rejects.toMatchObject({
      code: 'address-unavailable',
      exitCode: 3,
    });
  });
});

describe.runIf(process.platform === 'linux')('holderOf', () => {
  it.each([
    ['127.0.0.1', 20_111],
    ['::', 20_112],
  ])('names this process when it listens on %s', async (host, port) => {
    expect(await holderOf(port)).toBeUndefined();
    await listenOn(host, port);
    expect((await holderOf(port))?.pid).toBe(process.pid);
  });

  it('takes only listening sockets of that port from the table', () => {
    const row = (local: string, state: string, inode: number) =>
      `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 x`;
    const table = [
      '  sl  local_address rem_address   st',
      row('0100007F:18EB', '0A', 11),
      row('0100007F:18EB', '01', 12),
    ];
    const inodes = listeningInodes([...table, row('00000000:18EC', '0A', 13), ''].join('\n'));
    expect([...inodes]).toEqual([
      [6379, ['11']],
      [6380, ['13']],
    ]);
  });

  it('shows a command only up to its first option', () => {
    expect(withoutOptions('redis-server 127.0.0.1:6379 --requirepass secret')).toBe(
      'redis-server 127.0.0.1:6379',
    );
    expect(withoutOptions('')).toBe('');
  });
});

describe('freePorts', () => {
  it('yields consecutive free ports from 10000 up to where the ephemeral ones begin', async () => {
    const ports = await freePorts(6, '127.0.0.1');
    const first = ports[0] ?? 0;
    expect(ports).toEqual([0, 1, 2, 3, 4, 5].map((i) => first + i));
    expect(first).toBeGreaterThanOrEqual(10_000);
    expect(first + 5).toBeLessThan(Math.min((await ephemeralRange()).first, 32_768));
  });

  it('leaves out what is to be avoided', async () => {
    const avoid = new Set(
      Array.from({ length: 22_768 }, (_, i) => 10_000 + i).filter((port) => port % 8 !== 0),
    );
    const [port] = await freePorts(1, '127.0.0.1', avoid);
    expect((port ?? 1) % 8).toBe(0);
  });
});
