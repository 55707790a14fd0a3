import { createServer, connect as dial } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { Problem, StatusResult } from '../../src/model/status.js';
import { until } from '../../src/until.js';
import { cli, id, says } from '../helpers/by-hand.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { attachedPatient, flat, type Patient } from '../helpers/doctor.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, type RedisServer, startRawCluster, startRedis } from '../helpers/redis.js';

const PORT = 7560;
const LONG_MS = 600_000;
const [MASTER, ONE, TWO] = [PORT, PORT + 1, PORT + 2];
const SENTINELS = [PORT + 50, PORT + 51, PORT + 52];

let raw: RawCluster;
let patient: Patient;
let own: Cli;
const further: RedisServer[] = [];
const closing: (() => void)[] = [];

beforeAll(async () => {
  own = await openCli();
  raw = await startRawCluster({ port: PORT, downAfterMs: QUIET_MS });
  patient = attachedPatient(raw.sentinels.map((s) => s.address));
  for (const port of SENTINELS) await cli(port, 'SENTINEL DEBUG info-period 1000');
}, LONG_MS);
afterAll(async () => {
  for (const close of closing) close();
  await Promise.all(further.map((server) => server.stop()));
  await raw?.stop();
  await own?.close();
});

/** A TCP proxy of this test, on a port of its own. */
async function proxyTo(port: number): Promise<number> {
  const server = createServer((socket) => {
    const there = dial(port, '127.0.0.1');
    for (const end of [socket, there]) end.on('error', () => {}).on('close', () => socket.destroy());
    socket.on('close', () => there.destroy());
    socket.pipe(there).pipe(socket);
    closing.push(() => socket.destroy());
  });
  const at = port + 20;
  await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return at;
}

async function statusOf(...words: string[]): Promise<StatusResult> {
  const ran = await own.run(['status', '--json', ...words]);
  return ran.json();
}

const attach = async (): Promise<void> => {
  const ran = await own.run(['attach', 'shop', '--sentinel-addrs', id(SENTINELS[0] ?? 0)]);
  expect(ran.code, ran.stderr).toBe(0);
};

/** What `status` says of an address that another server has, once it says so. */
async function reused(): Promise<Problem> {
  const look = async () =>
    (await statusOf('--cluster', 'shop')).problems.find((p) => p.id === 'address-reused');
  const found = await until(look, { clock: systemClock, everyMs: 200, deadlineMs: 30_000 });
  return found ?? expect.fail('address-reused was not found');
}

it('a sentinel that is typed by its own address and by that of a proxy is one sentinel', async () => {
  const [first = 0] = SENTINELS;
  const typed = [first, await proxyTo(first)].map(id).join(',');
  const status = await statusOf('--sentinel-addrs', typed);
  expect(status.problems.map((p) => p.id)).not.toContain('myid-dup');
  expect(status.sentinels.map((s) => s.port)).toEqual(SENTINELS);
  expect(status.masters[0]?.views).toHaveLength(3);
});

it(
  'a replica that announces a proxy of the master: the replica is named, and its announcement fixed first',
  async () => {
    const proxy = await proxyTo(MASTER);
    await cli(TWO, `CONFIG SET replica-announce-port ${proxy}`);
    await cli(MASTER, 'CLIENT KILL TYPE replica');
    for (const port of SENTINELS)
      await says(port, 'SENTINEL REPLICAS mymaster', new RegExp(`${proxy}\\nrunid\\n[0-9a-f]{40}`));
    const words = [id(MASTER), id(proxy)].join(', ');
    const found = await patient.finds('address-double', words, 'critical');
    expect(found.message).toContain(`${id(TWO)} announces one of them as its own`);
    expect(found.fix[0]).toContain(`-p ${TWO} CONFIG SET replica-announce-ip 127.0.0.1`);
    expect(found.fix).toContainEqual(
      expect.stringMatching(new RegExp(` -p ${TWO} CONFIG SET replica-announce-port ${TWO}$`)),
    );
    await patient.apply(found, async () => {
      for (const port of SENTINELS) await says(port, 'SENTINEL MASTER mymaster', /num-other-sentinels\n2/);
    });
    await patient.isCured('address-double', words);
    for (const port of SENTINELS) await says(port, 'SENTINEL MASTER mymaster', /num-slaves\n2/);
    await says(TWO, 'INFO replication', /master_link_status:up/);
  },
  LONG_MS,
);

it(
  'a replica whose address another server has, and one that was only restarted',
  async () => {
    const other = await startRedis({ port: PORT + 9 });
    further.push(other);
    // It must have run before: a server that started later may be the node itself, restarted.
    await says(PORT + 9, 'INFO server', /uptime_in_seconds:(?:[89]|\d\d)/);
    await attach();
    await raw.nodes.find((n) => n.address.port === ONE)?.stop();
    further.push(await startRedis({ port: ONE, conf: [`replicaof 127.0.0.1 ${MASTER}`] }));
    await says(ONE, 'INFO replication', /master_link_status:up/);
    const restarted = await statusOf('--cluster', 'shop');
    expect(restarted.problems.map((p) => p.id)).not.toContain('address-reused');

    await raw.nodes.find((n) => n.address.port === TWO)?.stop();
    await cli(PORT + 9, `CONFIG SET port ${TWO}`);
    const found = await reused();
    const record = restarted.masters[0]?.nodes.find((n) => n.port === TWO);
    expect(found.subjects).toContain(record?.id);
    expect(found.message).toMatch(
      /is another server than the one that was there: it was running already when the cluster was attached, and has the run id [0-9a-f]{8} instead of [0-9a-f]{8}$/,
    );
    const diagnosed = await own.run(['doctor', '--json', '--cluster', 'shop']);
    expect(flat(diagnosed.json().findings).map((f) => f.id)).toContain('address-reused');

    // It was meant to be there.
    await attach();
    expect((await statusOf('--cluster', 'shop')).problems.map((p) => p.id)).not.toContain('address-reused');
    await cli(TWO, 'SHUTDOWN NOSAVE').catch(() => {});
  },
  LONG_MS,
);
