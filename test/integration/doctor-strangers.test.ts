import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { cli, id, says } from '../helpers/by-hand.js';
import { attachedPatient, flat, type Patient, shell } from '../helpers/doctor.js';
import { QUIET_MS } from '../helpers/quiet.js';
import {
  type RawCluster,
  type RedisOptions,
  type RedisServer,
  startRawCluster,
  startRedis,
} from '../helpers/redis.js';

const PORT = 6850;
const LONG_MS = 600_000;
const [MASTER, ONE, TWO] = [PORT, PORT + 1, PORT + 2];
const SENTINELS = [PORT + 50, PORT + 51, PORT + 52];

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
    raw = await startRawCluster({ port: PORT, downAfterMs: QUIET_MS });
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

  it('announce-invalid: a replica that announces 0.0.0.0', async () => {
    await cli(TWO, 'CONFIG SET replica-announce-ip 0.0.0.0');
    await cli(MASTER, 'CLIENT KILL TYPE replica');
    for (const port of SENTINELS) await says(port, 'SENTINEL REPLICAS mymaster', /0.0.0.0:\d+\n/);
    // Either of its two addresses may be the one that it goes by.
    const found = await until(
      async () => flat((await patient.doctor()).findings).find((f) => f.id === 'announce-invalid'),
      { clock: systemClock, everyMs: 200, deadlineMs: 30_000 },
    );
    if (found === undefined) expect.fail('announce-invalid was not found');
    expect([id(TWO), `0.0.0.0:${TWO}`]).toContain(found.subject);
    expect(found.severity).toBe('critical');
    const { findings } = await patient.doctor();
    expect(findings[0]?.id).toBe('announce-invalid');
    await patient.apply(found, async () => {
      for (const port of SENTINELS) await says(port, 'SENTINEL MASTER mymaster', /num-other-sentinels\n2/);
    });
    await patient.isCured('announce-invalid', found.subject);
    for (const port of SENTINELS) await says(port, 'SENTINEL MASTER mymaster', /num-slaves\n2/);
  });

  it('replica-evicts: a replica with a maxmemory of its own', async () => {
    await cli(TWO, 'CONFIG SET maxmemory 100mb maxmemory-policy allkeys-lru replica-ignore-maxmemory no');
    await patient.apply(await patient.finds('replica-evicts', id(TWO), 'warning'));
    await patient.isCured('replica-evicts', id(TWO));
    await cli(TWO, 'CONFIG SET maxmemory 0 maxmemory-policy noeviction');
  });

  it('client-pinned: a connection that goes on writing to a replica', async () => {
    const client = connect(ONE, '127.0.0.1');
    // A connection that is killed while it writes ends with a reset, which is expected here.
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    client.on('error', () => {});
    // Reading what is answered is what the next write waits for: the refusal.
    client.on('data', () => client.write('SET pinned 1\r\n'));
    const refused = once(client, 'data');
    client.write('SET pinned 1\r\n');
    await refused;
    const found = await patient.finds('client-pinned', id(ONE), 'warning');
    expect(found.message).toMatch(
      new RegExp(
        `^1 client writes to the replica ${id(ONE)} instead of the master ${id(MASTER)}: \\d+ errors? READONLY since its start; 127.0.0.1:${client.localPort} with SET$`,
      ),
    );
    await patient.apply(found);
    await closed;
    await patient.isCured('client-pinned', id(ONE));
  });

  it('client-refused: a wrong password, again and again', async () => {
    for (let i = 0; i < 3; i++) await cli(ONE, 'AUTH web wrong');
    const found = await patient.finds('client-refused', id(ONE), 'warning');
    expect(found.message).toMatch(
      /a wrong password: 3 times as web, last \d+ s ago from 127\.0\.0\.1:\d+; without another one /,
    );
    expect(found.impact).toBe('risk');
    await patient.apply(found);
    await patient.isCured('client-refused', id(ONE));
  });

  it('data-differs: a replica that was written to', async () => {
    await cli(TWO, 'CONFIG SET replica-read-only no');
    await cli(TWO, 'SET only here');
    await cli(TWO, 'CONFIG SET replica-read-only yes');
    const found = await patient.finds('data-differs', id(TWO), 'warning');
    expect(found.message).toMatch(
      /has other keys than its master .*: db0 has 1 key instead of 0, at offset \d+/,
    );
    await patient.apply(found);
    await patient.isCured('data-differs', id(TWO));
    await says(TWO, 'INFO replication', /master_link_status:up/);
    await says(TWO, 'DBSIZE', /^0/);
    for (const port of SENTINELS) await says(port, 'SENTINEL MASTER mymaster', /flags\nmaster\n/);
  });

  it('replica-chained: a replica of a replica has all data, and no sentinel knows it', async () => {
    const port = PORT + 4;
    await start({ port, conf: [`replicaof 127.0.0.1 ${ONE}`] });
    await says(port, 'INFO replication', /master_link_status:up/);
    const found = await patient.finds('replica-chained', id(port), 'warning');
    expect(found.message).toBe(
      `${id(port)} follows the replica ${id(ONE)} (link connected), and no sentinel lists it`,
    );
    const { findings } = await patient.doctor();
    expect(flat(findings).map((f) => f.id)).not.toContain('replica-orphan');
    expect(found.impact).toBe('risk');
    await patient.apply(found);
    await patient.isCured('replica-chained', id(port));
    for (const sentinel of SENTINELS) await says(sentinel, 'SENTINEL MASTER mymaster', /num-slaves\n3/);
    // The next test forgets it.
    await cli(port, 'REPLICAOF NO ONE');
    await further.find((server) => server.address.port === port)?.stop();
  });

  it('replica-foreign: a program that reads the stream', async () => {
    const reader = spawn('redis-cli', ['-p', String(MASTER), '--replica'], { stdio: 'ignore' });
    const ended = once(reader, 'exit');
    try {
      for (const port of SENTINELS) await says(port, 'SENTINEL REPLICAS mymaster', /127.0.0.1:0\n/);
      const found = await patient.finds('replica-foreign', 'mymaster', 'warning');
      expect(found.message).toMatch(
        new RegExp(`^1 reader of ${id(MASTER)} without a port of its own \\(127.0.0.1:\\d+\\); .* list a`),
      );
      await patient.apply(found, async () => {
        for (const port of SENTINELS) await says(port, 'SENTINEL MASTER mymaster', /num-other-sentinels\n2/);
      });
      await ended;
    } finally {
      reader.kill('SIGKILL');
    }
    await patient.isCured('replica-foreign', 'mymaster');
    for (const port of SENTINELS) await says(port, 'SENTINEL MASTER mymaster', /num-slaves\n2/);
  });

  it('slow-command: a script that runs longer than down-after', async () => {
    await raw.setDownAfter(1500);
    const busy =
      'local t=redis.call("TIME") local e=t[1]+2.2+t[2]/1e6 while true do local n=redis.call("TIME") if n[1]+n[2]/1e6 > e then return 1 end end';
    await shell(`redis-cli -p ${ONE} EVAL '${busy}' 0`);
    const found = await patient.finds('slow-command', id(ONE), 'critical');
    expect(found.message).toMatch(/EVAL took up to 2\.\d s, 1 time .*down-after of mymaster is 1\.5 s/);
    await patient.apply(found);
    await patient.isCured('slow-command', id(ONE));
    await raw.setDownAfter(QUIET_MS);
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
