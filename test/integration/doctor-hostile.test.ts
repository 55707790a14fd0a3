import { env } from 'node:process';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { gather } from '../../src/checks/gather/gather.js';
import { CHECKS, diagnose, doctorExitCode } from '../../src/checks/index.js';
import { systemClock } from '../../src/clock.js';
import type { Runtime } from '../../src/cluster/runtime.js';
import { openStore } from '../../src/cluster/store/state.js';
import { DRIVERS } from '../../src/drivers/registry.js';
import { type Address, formatAddress } from '../../src/model/address.js';
import type { Gathered } from '../../src/model/gathered.js';
import { OPEN_ACCESS } from '../../src/wire/access.js';
import {
  array,
  type Behaviour,
  bulk,
  fakeServer,
  type Misbehaviour,
  misbehaviour,
  replies,
} from '../helpers/fake-server.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';
import { tempDir } from '../helpers/temp-dir.js';

const PORT = 8760;
const DEADLINE_MS = 5000;
/** Far beyond what the deadlines allow; a diagnosis that waits for a peer ends here. */
const HANG_MS = 600_000;

let redis: RedisServer;
let sentinel: RedisServer;
beforeAll(async () => {
  redis = await startRedis({ port: PORT });
  sentinel = await startRedis({
    port: PORT + 1,
    sentinel: true,
    conf: [`sentinel monitor mymaster 127.0.0.1 ${PORT} 1`],
  });
});
afterAll(async () => {
  await sentinel?.stop();
  await redis?.stop();
});

async function look(...sentinels: Address[]): Promise<Gathered> {
  const runtime: Runtime = {
    clock: systemClock,
    env,
    drivers: DRIVERS,
    store: openStore(await tempDir()),
    onProgress: () => {},
  };
  const target = {
    kind: 'attached' as const,
    name: sentinels.map(formatAddress).join(','),
    record: null,
    sentinels,
    whence: null,
    masterName: null,
    access: OPEN_ACCESS,
  };
  return gather(runtime, target, { clock: systemClock, deadlineMs: DEADLINE_MS, watchForMs: null });
}

async function hostile(behaviour: Behaviour): Promise<Address> {
  const server = await fakeServer(behaviour);
  onTestFinished(() => server.close());
  return server.address;
}

/** INFO of 100 MB, of which every byte is sent. */
const huge: Behaviour = (socket) => {
  socket.once('data', () => {
    socket.resume();
    socket.write('+PONG\r\n$104857600\r\n');
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    let left = 100;
    const more = (): void => {
      while (left > 0 && !socket.destroyed) {
        left--;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on('drain', more);
    more();
  });
};
/** Says PONG, begins INFO and hangs up. */
const truncates: Behaviour = (socket) => {
  let asked = 0;
  socket.on('data', () => {
    asked++;
    if (asked === 1) socket.write('+PONG\r\n');
    else socket.end('$1000\r\n# Server\r\nredis_version:7.0.15\r\n');
  });
};
/** Says PONG, and nothing more for as long as anybody waits. */
const pongOnly: Behaviour = (socket) => {
  socket.once('data', () => socket.write('+PONG\r\n'));
};
/** A sentinel that names five hundred replicas that are not there, and calls itself the master. */
const liar = (self: () => Address): Behaviour => {
  const record = (...fields: string[]): string => array(...fields.map(bulk));
  const replica = (i: number): string =>
    record('name', `r${i}`, 'ip', '127.0.0.1', 'port', String(10_000 + i), 'flags', 'slave');
  return replies({
    PING: '+PONG\r\n',
    INFO: bulk('# Server\r\nredis_version:7.0.15\r\nredis_mode:sentinel\r\nrun_id:liar\r\n'),
    'SENTINEL MYID': bulk('\u001b[2J'),
    'SENTINEL MASTERS': () =>
      array(record('name', '__proto__', 'ip', self().host, 'port', String(self().port), 'flags', 'master')),
    'SENTINEL REPLICAS': array(...Array.from({ length: 500 }, (_, i) => replica(i))),
    'SENTINEL SENTINELS': array(record('name', 'x', 'ip', '../../etc/passwd', 'port', '-1')),
    'SENTINEL CKQUORUM': '+NONSENSE\r\n',
  });
};

const PEERS: Record<string, Behaviour> = {
  ...(misbehaviour as Record<Misbehaviour, Behaviour>),
  huge,
  truncates,
  pongOnly,
};

describe.each(Object.entries(PEERS))('a peer that is %s', (_name, behaviour) => {
  it(
    'costs only its own answers',
    async () => {
      const bad = await hostile(behaviour);
      const gathered = await look(sentinel.address, bad);
      const [good, other] = gathered.sentinels;
      expect(good).toMatchObject({ silence: null, masters: { ok: true } });
      expect(gathered.nodes).toMatchObject([{ id: `127.0.0.1:${PORT}`, silence: null, role: { ok: true } }]);
      expect(other?.silence?.message).toMatch(/\S/);

      const result = diagnose(gathered, CHECKS);
      expect(result.skipped.filter(({ why }) => why.startsWith('this check failed'))).toEqual([]);
      expect(result.checked).toBeGreaterThan(0);
    },
    HANG_MS,
  );
});

it(
  'alone, it is not a sentinel',
  async () => {
    const result = diagnose(await look(await hostile(misbehaviour.silence)), CHECKS);
    expect(doctorExitCode(result)).toBe(5);
    expect(result.skipped.filter(({ why }) => why.startsWith('this check failed'))).toEqual([]);
  },
  HANG_MS,
);

it(
  'a sentinel that lies does not make us ask hundreds of others, nor hide what the honest one says',
  async () => {
    let self: Address = { host: '127.0.0.1', port: 1 };
    self = await hostile(liar(() => self));
    const gathered = await look(self, sentinel.address);
    expect(gathered.sentinels.length + gathered.nodes.length).toBeLessThanOrEqual(210);
    expect(gathered.nodes.find((n) => n.id === `127.0.0.1:${PORT}`)).toMatchObject({ silence: null });
    expect(gathered.sentinels[1]?.masters).toMatchObject({ ok: true, value: [{ name: 'mymaster' }] });
    const result = diagnose(gathered, CHECKS);
    expect(result.skipped.filter(({ why }) => why.startsWith('this check failed'))).toEqual([]);
    expect(JSON.stringify(gathered.sentinels[0])).not.toContain('\\u001b');
  },
  HANG_MS,
);
