import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { attachedPatient, type Patient, shell } from '../helpers/doctor.js';
import {
  type RawCluster,
  type RedisOptions,
  type RedisServer,
  startRawCluster,
  startRedis,
} from '../helpers/redis.js';

const PORT = 6850;
const LONG_MS = 90_000;
const [MASTER, ONE, TWO] = [PORT, PORT + 1, PORT + 2];
const SENTINELS = [PORT + 50, PORT + 51, PORT + 52];
const id = (port: number): string => `127.0.0.1:${port}`;
const cli = (port: number, words: string): Promise<string> => shell(`redis-cli -p ${port} ${words}`);

/** Waits until what a server says has this in it. */
async function says(port: number, words: string, wanted: RegExp): Promise<void> {
  const seen = await until(async () => (wanted.test(await cli(port, words)) ? true : undefined), {
    clock: systemClock,
    everyMs: 100,
    deadlineMs: 30_000,
  });
  if (seen === undefined) throw new Error(`${port} never said ${wanted} to ${words}`);
}

describe('a group that was made by hand', () => {
  let raw: RawCluster;
  let patient: Patient;
  const further: RedisServer[] = [];
  const start = async (options: RedisOptions): Promise<RedisServer> => {
    const server = await startRedis(options);
    further.push(server);
    return server;
  };
  beforeAll(async () => {
    raw = await startRawCluster({ port: PORT });
    patient = attachedPatient(raw.sentinels.map((s) => s.address));
    for (const port of SENTINELS) await cli(port, 'SENTINEL DEBUG info-period 1000');
  }, LONG_MS);
  afterAll(async () => {
    await Promise.all(further.map((server) => server.stop()));
    await raw?.stop();
  });

  it('address-shared: a replica announces the port of another one', async () => {
    await cli(TWO, `CONFIG SET replica-announce-port ${ONE}`);
    await cli(MASTER, 'CLIENT KILL TYPE replica');
    const found = await patient.finds('address-shared', id(ONE), 'critical');
    expect(found.message).toContain(`2 replicas of ${id(MASTER)} announce ${id(ONE)}`);
    await patient.apply(found);
    await patient.isCured('address-shared', id(ONE));
    await says(MASTER, 'INFO replication', new RegExp(`port=${TWO},state=online`));
  });

  it('replica-evicts: a replica with a maxmemory of its own', async () => {
    await cli(TWO, 'CONFIG SET maxmemory 100mb maxmemory-policy allkeys-lru replica-ignore-maxmemory no');
    await patient.apply(await patient.finds('replica-evicts', id(TWO), 'warning'));
    await patient.isCured('replica-evicts', id(TWO));
    await cli(TWO, 'CONFIG SET maxmemory 0 maxmemory-policy noeviction');
  });

  it('slow-command: a script that runs longer than down-after', async () => {
    const busy =
      'local t=redis.call("TIME") local e=t[1]+2.2+t[2]/1e6 while true do local n=redis.call("TIME") if n[1]+n[2]/1e6 > e then return 1 end end';
    await shell(`redis-cli -p ${ONE} EVAL '${busy}' 0`);
    const found = await patient.finds('slow-command', id(ONE), 'critical');
    expect(found.message).toMatch(/EVAL took up to 2\.\d s, 1 time .*down-after of mymaster is 1\.5 s/);
    await patient.apply(found);
    await patient.isCured('slow-command', id(ONE));
    for (const port of SENTINELS) await says(port, 'SENTINEL MASTER mymaster', /num-slaves\n2/);
  });

  it('foreign-sentinels: another group still lists a replica that was moved', async () => {
    const [carts, theirs] = [PORT + 20, PORT + 21];
    await start({ port: carts });
    await start({
      port: theirs,
      sentinel: true,
      conf: [`sentinel monitor carts 127.0.0.1 ${carts} 1`, `sentinel known-replica carts 127.0.0.1 ${TWO}`],
    });
    const found = await patient.finds('foreign-sentinels', id(TWO), 'critical');
    expect(found.message).toContain(`4 sentinels are connected to it, and mymaster does not know 1 of them`);
    await until(
      async () => {
        const [again] = [await patient.finds('foreign-sentinels', id(TWO), 'critical')];
        return again.message.includes(`${id(theirs)}, which monitor carts at ${id(carts)}`)
          ? again
          : undefined;
      },
      { clock: systemClock, everyMs: 200, deadlineMs: 30_000 },
    ).then((heard) => (heard === undefined ? expect.fail('no hello was heard') : patient.apply(heard)));
    await patient.isCured('foreign-sentinels', id(TWO));
    await says(TWO, 'INFO replication', new RegExp(`master_port:${MASTER}\\r?\\nmaster_link_status:up`));
  });

  it(
    'address-double: a replica that first followed by another address',
    async () => {
      await cli(TWO, 'CONFIG SET replica-announce-ip 127.0.0.77');
      await cli(MASTER, 'CLIENT KILL TYPE replica');
      for (const port of SENTINELS) await says(port, 'SENTINEL MASTER mymaster', /num-slaves\n3/);
      await cli(TWO, 'CONFIG SET bind "127.0.0.1 127.0.0.77"');
      for (const port of SENTINELS)
        await says(
          port,
          'SENTINEL REPLICAS mymaster',
          new RegExp(`127.0.0.77:${TWO}\\n(?:.*\\n){3}${TWO}\\nrunid\\n[0-9a-f]{40}`),
        );
      const words = [`127.0.0.1:${TWO}`, `127.0.0.77:${TWO}`].join(', ');
      const found = await patient.finds('address-double', words, 'critical');
      expect(found.message).toContain('(the same run id); the master counts 2 replicas');
      const { findings } = await patient.doctor();
      expect(findings[0]?.id).toBe('address-double');
      await patient.apply(found, async () => {
        for (const port of SENTINELS) await says(port, 'SENTINEL MASTER mymaster', /num-other-sentinels\n2/);
      });
      await patient.isCured('address-double', words);
      for (const port of SENTINELS) await says(port, 'SENTINEL MASTER mymaster', /num-slaves\n2/);
    },
    LONG_MS,
  );

  it(
    'resync-loop: a replica that cannot write the snapshot',
    async () => {
      const [gone, logs] = await Promise.all(
        ['gone', 'logs'].map((name) => mkdtemp(join(tmpdir(), `sentinelctl-${name}-`))),
      );
      const port = PORT + 3;
      const logfile = join(logs ?? '', 'server.log');
      await start({ port, conf: [`logfile ${logfile}`, `dir ${gone}`] });
      await rm(gone ?? '', { recursive: true });
      await cli(port, `REPLICAOF 127.0.0.1 ${MASTER}`);
      const found = await patient.finds('resync-loop', id(port), 'critical');
      expect(found.message).toMatch(/begins full resyncs \(\d+ in .*its log: .*synchronization/);
      await patient.apply(found);
      await patient.isCured('resync-loop', id(port));
      await says(port, 'INFO replication', /master_link_status:up/);
      await rm(logs ?? '', { recursive: true });
    },
    LONG_MS,
  );
});
