import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { Driver } from '../../src/drivers/driver.js';
import type { NodeInspection } from '../../src/drivers/node-host.js';
import { processDriver } from '../../src/drivers/process/index.js';
import { nodeFiles } from '../../src/drivers/process/node-files.js';
import { readRecord, writeRecord } from '../../src/drivers/process/record.js';
import { isPortFree } from '../../src/host/ports.js';
import { identify, isAlive, type ProcessIdentity } from '../../src/host/process-identity.js';
import type { NodePlan } from '../../src/model/plan.js';
import { until } from '../../src/until.js';
import { type Compiled, compile } from '../helpers/compiled.js';
import { tempDir } from '../helpers/temp-dir.js';

const env = { PATH: process.env.PATH, HOME: process.env.HOME, SENTINELCTL_PASSWORD: 'hush' };
const wait = { clock: systemClock, everyMs: 10, deadlineMs: 20_000 };
const grace = { graceMs: 15_000 };

const nodeAt = (id: string, port: number): NodePlan => {
  const address = { host: '127.0.0.1', port };
  const kind = id.startsWith('redis') ? 'redis' : 'sentinel';
  return { id, kind, announce: address, endpoint: address, persistent: true };
};
const redis = nodeAt('redis-1', 4301);
const sentinel = nodeAt('sentinel-1', 4311);

let dir: string;
let driver: Driver;

async function open(): Promise<Driver> {
  return processDriver.open({ cluster: 'c', dir, settings: {}, env });
}

function confFor(node: NodePlan, ...more: string[]): string {
  const { dir: home, logfile, pidfile, bind } = driver.provisioner.paths(node);
  const common = [
    `port ${node.endpoint.port}`,
    `bind ${bind}`,
    `dir "${home}"`,
    `logfile "${logfile}"`,
    `pidfile "${pidfile}"`,
  ];
  return `${[...common, 'set-proc-title no', ...more].join('\n')}\n`;
}

const redisConf = (...more: string[]): string => confFor(redis, 'appendonly yes', ...more);
const sentinelConf = (): string =>
  confFor(
    sentinel,
    `sentinel myid ${'a'.repeat(40)}`,
    `sentinel monitor m 127.0.0.1 ${redis.endpoint.port} 1`,
  );

/** Sends one inline command and answers what comes back first; undefined where the connection is refused. */
function ask(node: NodePlan, command: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(node.endpoint);
    const settle = (answer: string | undefined): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write(`${command}\r\n`));
    socket.once('data', (data) => settle(data.toString().trim()));
    socket.once('error', () => settle(undefined));
    socket.once('close', () => settle(undefined));
  });
}

const answering = (node: NodePlan): Promise<true | undefined> =>
  until(async () => ((await ask(node, 'PING')) === '+PONG' ? true : undefined), wait);

/** True when a connected server doesn't answer PING within a moment: it's busy. */
async function silent(node: NodePlan): Promise<boolean> {
  const stop = new AbortController();
  const moment = systemClock.sleep(200, stop.signal).then(
    () => true,
    () => true,
  );
  const isSilent = await Promise.race([moment, ask(node, 'PING').then(() => false)]);
  stop.abort();
  return isSilent;
}

const stateOf = async (node: NodePlan): Promise<NodeInspection['state']> =>
  (await driver.host.inspect(node.id)).state;

async function recorded(node: NodePlan): Promise<ProcessIdentity> {
  const record = await readRecord(nodeFiles(dir, node.id));
  if (record?.state !== 'started') throw new Error(`${node.id} was not written down as started`);
  return record.server;
}

async function startRedis(conf = redisConf()): Promise<ProcessIdentity> {
  await driver.provisioner.create(redis, conf);
  await driver.host.start(redis.id);
  expect(await answering(redis)).toBe(true);
  return recorded(redis);
}

beforeEach(async () => {
  dir = join(await tempDir(), 'cluster with a space');
  await mkdir(dir);
  const opened = await open();
  driver = opened;
  onTestFinished(async () => {
    await opened.provisioner.removeAll();
  });
  await driver.provisioner.prepare([redis, sentinel], () => {});
});

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

describe('the life of a data node and a sentinel', () => {
  it('goes from created to running, killed, started with other words, and removed', async () => {
    expect(await stateOf(redis)).toBe('absent');
    await driver.provisioner.create(redis, redisConf());
    await driver.provisioner.create(sentinel, sentinelConf());
    expect([await stateOf(redis), await stateOf(sentinel)]).toEqual(['created', 'created']);
    expect(await modeOf(driver.provisioner.paths(redis).dir)).toBe('700');
    expect(await modeOf(driver.provisioner.paths(redis).conf)).toBe('600');

    await driver.host.start(redis.id);
    await driver.host.start(sentinel.id);
    expect([await answering(redis), await answering(sentinel)]).toEqual([true, true]);
    expect(await ask(sentinel, 'SENTINEL MYID')).toContain('a'.repeat(40));
    expect([await stateOf(redis), await stateOf(sentinel)]).toEqual(['running', 'running']);

    const first = await recorded(redis);
    expect(first.command).toContain(driver.provisioner.paths(redis).conf);
    await driver.host.start(redis.id);
    expect(await recorded(redis)).toEqual(first);

    await driver.host.kill(redis.id, 'SIGKILL');
    expect(await isAlive(first)).toBe(false);
    expect(await driver.host.inspect(redis.id)).toEqual({ state: 'exited', detail: `was pid ${first.pid}` });
    await driver.host.kill(redis.id, 'SIGKILL');

    await driver.host.start(redis.id, (conf) => `${conf}maxclients 123\n`);
    expect(
      await answering(redis),
      await readFile(driver.provisioner.paths(redis).logfile ?? '', 'utf8'),
    ).toBe(true);
    expect(await driver.host.readConf(redis.id)).toContain('maxclients 123');
    expect(await ask(redis, 'CONFIG GET maxclients')).toContain('123');
    expect((await recorded(redis)).pid).not.toBe(first.pid);

    expect(await driver.provisioner.remove(redis.id)).toMatchObject({ processes: 1 });
    expect(await driver.provisioner.remove(redis.id)).toMatchObject({ processes: 0 });
    expect(await driver.host.readConf(redis.id)).toBeUndefined();
    expect(await driver.provisioner.removeAll()).toMatchObject({ processes: 1, containers: 0 });
    expect(await readdir(dir)).toEqual([]);
    expect(await ask(sentinel, 'PING')).toBeUndefined();
  });

  it('has freed its port when it is killed, all of its threads and not only the first', async () => {
    await driver.provisioner.create(redis, redisConf());
    for (let round = 0; round < 15; round++) {
      await driver.host.start(redis.id);
      expect(
        await answering(redis),
        await readFile(driver.provisioner.paths(redis).logfile ?? '', 'utf8'),
      ).toBe(true);
      await driver.host.kill(redis.id, 'SIGKILL');
      expect(await isPortFree(redis.endpoint.host, redis.endpoint.port)).toBe(true);
    }
  });

  it('pauses and resumes, once or twice over', async () => {
    await startRedis();
    for (let i = 0; i < 2; i++) {
      await driver.host.pause(redis.id);
      expect(await stateOf(redis)).toBe('paused');
    }
    for (let i = 0; i < 2; i++) {
      await driver.host.resume(redis.id);
      expect(await stateOf(redis)).toBe('running');
    }
    expect(await answering(redis)).toBe(true);
  });

  it('stops politely, while paused too, and is stopped already the second time', async () => {
    const identity = await startRedis();
    await driver.host.pause(redis.id);
    await driver.host.stop(redis.id, grace);
    expect(await isAlive(identity)).toBe(false);
    expect(await stateOf(redis)).toBe('exited');
    expect(await readFile(driver.provisioner.paths(redis).logfile ?? '', 'utf8')).toContain(
      'Redis is now ready to exit',
    );
    await driver.host.stop(redis.id, grace);
    await expect(driver.host.pause(redis.id)).rejects.toMatchObject({
      code: 'node-not-running',
      exitCode: 3,
    });
    await expect(driver.host.resume(redis.id)).rejects.toMatchObject({ code: 'node-not-running' });
  });

  it('is killed when the grace is over', async () => {
    const identity = await startRedis();
    // A server that sleeps in a command doesn't get to its SIGTERM.
    await driver.host.kill(redis.id, 'SIGKILL');
    await driver.host.start(redis.id, (conf) => `${conf}enable-debug-command yes\n`);
    await answering(redis);
    void ask(redis, 'DEBUG SLEEP 30');
    await until(async () => ((await silent(redis)) ? true : undefined), wait);
    const asleep = await recorded(redis);
    await driver.host.stop(redis.id, { graceMs: 50 });
    expect([await isAlive(identity), await isAlive(asleep)]).toEqual([false, false]);
  });

  it('ends at SIGTERM by itself', async () => {
    const identity = await startRedis();
    await driver.host.kill(redis.id, 'SIGTERM');
    expect(await until(async () => ((await isAlive(identity)) ? undefined : true), wait)).toBe(true);
  });

  it('keeps the data and nothing else with keepData', async () => {
    await startRedis();
    expect(await ask(redis, 'SET k kept')).toBe('+OK');
    expect(await driver.provisioner.removeAll({ keepData: true })).toMatchObject({ processes: 1 });
    expect(await stateOf(redis)).toBe('absent');
    expect((await readdir(driver.provisioner.paths(redis).dir)).sort()).toEqual([
      'appendonlydir',
      'dump.rdb',
      'server.log',
    ]);
    await startRedis();
    expect(await ask(redis, 'GET k')).toContain('kept');
    expect(await driver.provisioner.removeAll()).toMatchObject({ processes: 1 });
  });

  it('hands no password of the environment to the server', async () => {
    const { pid } = await startRedis();
    if (process.platform !== 'linux') return;
    expect(await readFile(`/proc/${pid}/environ`, 'utf8')).not.toContain('hush');
  });
});

describe('what can go wrong', () => {
  it('refuses to start what was never created, and to recreate what runs', async () => {
    await expect(driver.host.start(redis.id)).rejects.toMatchObject({ code: 'no-such-node', exitCode: 3 });
    await startRedis();
    await expect(driver.provisioner.create(redis, redisConf())).rejects.toMatchObject({
      code: 'node-running',
      exitCode: 3,
    });
    expect(await answering(redis)).toBe(true);
  });

  it('keeps what the server said before it opened its log', async () => {
    await driver.provisioner.create(redis, redisConf('no-such-directive 1'));
    await driver.host.start(redis.id);
    expect(await until(async () => ((await stateOf(redis)) === 'exited' ? true : undefined), wait)).toBe(
      true,
    );
    const texts: string[] = [];
    for await (const line of driver.host.logs(redis.id, { tail: 5 })) texts.push(line.text);
    expect(texts.join('\n')).toContain('no-such-directive 1');
  });

  it('touches no foreign process that the record points at, and counts the node as gone', async () => {
    await driver.provisioner.create(redis, redisConf());
    const sleeper = spawn('sleep', ['60'], { stdio: 'ignore' });
    onTestFinished(() => void sleeper.kill('SIGKILL'));
    await once(sleeper, 'spawn');
    const foreign = await identify(sleeper.pid ?? 0);
    if (foreign === undefined) throw new Error('the sleeper is not alive');
    const ourWords = `redis-server ${driver.provisioner.paths(redis).conf}`;
    // The very process, the same pid with our command line, and only its pid in the server's pid file.
    const records = [foreign, { ...foreign, command: ourWords }, { ...foreign, startTime: 'another' }];
    await writeFile(driver.provisioner.paths(redis).pidfile ?? '', `${foreign.pid}\n`);
    for (const server of records) {
      await writeRecord(nodeFiles(dir, redis.id), { state: 'started', server });
      expect(await stateOf(redis)).toBe('exited');
      await driver.host.kill(redis.id, 'SIGKILL');
      await driver.host.stop(redis.id, grace);
      await expect(driver.host.pause(redis.id)).rejects.toMatchObject({ code: 'node-not-running' });
    }
    expect(await driver.provisioner.removeAll()).toMatchObject({ processes: 0 });
    expect(await isAlive(foreign)).toBe(true);
  });

  it.each([
    ['without a record', (files: { record: string; pidfile: string }) => [files.record]],
    [
      'without a record and a pid file',
      (files: { record: string; pidfile: string }) => [files.record, files.pidfile],
    ],
  ])('finds a running server %s', async (_, doomed) => {
    const identity = await startRedis();
    for (const path of doomed(nodeFiles(dir, redis.id))) await rm(path);
    const later = await open();
    expect(await later.host.inspect(redis.id)).toEqual({ state: 'running', detail: `pid ${identity.pid}` });
    expect(await later.provisioner.removeAll()).toMatchObject({ processes: 1 });
    expect(await isAlive(identity)).toBe(false);
  });

  it('finds a server whose start was cut off before it was written down', async () => {
    const identity = await startRedis();
    const files = nodeFiles(dir, redis.id);
    await rm(files.pidfile);
    await writeRecord(files, { state: 'starting' });
    await driver.host.start(redis.id);
    expect(await driver.host.inspect(redis.id)).toEqual({ state: 'running', detail: `pid ${identity.pid}` });
  });

  it('ends servers whose directory was deleted by hand', async () => {
    const identity = await startRedis();
    await rm(driver.provisioner.paths(redis).dir, { recursive: true });
    expect(await driver.provisioner.removeAll()).toMatchObject({ processes: 1 });
    expect(await isAlive(identity)).toBe(false);
  });

  // Entering another mount namespace, as a container does, takes root.
  const canUnshare = process.platform === 'linux' && process.getuid?.() === 0;
  it.runIf(canUnshare)('leaves a server alone that has the same path on another file system', async () => {
    const { conf, dir: home, pidfile } = driver.provisioner.paths(redis);
    await driver.provisioner.create(redis, redisConf());
    const elsewhere = spawn('unshare', ['-m', 'redis-server', conf], { cwd: home, stdio: 'ignore' });
    onTestFinished(() => void elsewhere.kill('SIGKILL'));
    expect(await answering(redis)).toBe(true);
    expect(await readFile(pidfile ?? '', 'utf8')).toContain(String(elsewhere.pid));
    expect(await stateOf(redis)).toBe('created');
    await rm(nodeFiles(dir, redis.id).record);
    expect(await driver.provisioner.removeAll()).toMatchObject({ processes: 0 });
    expect(await answering(redis)).toBe(true);
  });

  it('says so when its directory cannot be used', async () => {
    const path = join(await tempDir(), 'file');
    await writeFile(path, '');
    const blocked = await processDriver.open({ cluster: 'c', dir: join(path, 'c'), settings: {}, env });
    const unusable = { code: 'state-directory', why: expect.stringContaining('ENOTDIR') };
    await expect(blocked.provisioner.prepare([], () => {})).rejects.toMatchObject(unusable);
    await expect(blocked.provisioner.create(redis, '')).rejects.toMatchObject(unusable);
    await expect(blocked.provisioner.removeAll()).rejects.toMatchObject(unusable);
    expect(await blocked.host.inspect(redis.id)).toMatchObject({ state: 'absent' });
  });

  it('removes a node that no plan lists, and an empty cluster without complaint', async () => {
    const other = nodeAt('redis-9', 4309);
    await driver.provisioner.create(other, confFor(other));
    await driver.host.start(other.id);
    expect(await answering(other)).toBe(true);
    const later = await open();
    expect(await later.provisioner.removeAll()).toMatchObject({ processes: 1 });
    expect(await later.provisioner.removeAll()).toMatchObject({ processes: 0 });
    expect(await ask(other, 'PING')).toBeUndefined();
  });
});

describe('logs', () => {
  it('are followed from one life of the server to the next', async () => {
    await startRedis();
    const stop = new AbortController();
    let starts = 0;
    for await (const line of driver.host.logs(redis.id, { follow: true, signal: stop.signal })) {
      if (line.atMs !== null) expect(Math.abs(line.atMs - systemClock.wallMs())).toBeLessThan(60_000);
      if (!line.text.includes('Ready to accept connections')) continue;
      starts += 1;
      if (starts === 2) stop.abort();
      else void driver.host.stop(redis.id, grace).then(() => driver.host.start(redis.id));
    }
    expect(starts).toBe(2);
    const since: string[] = [];
    for await (const line of driver.host.logs(redis.id, { sinceMs: systemClock.wallMs() + 1000 }))
      since.push(line.text);
    expect(since).toEqual([]);
  });
});

describe('the end of the command that started it', () => {
  let compiled: Compiled;
  beforeAll(async () => {
    compiled = await compile('drivers/process/index.ts');
    await writeFile(join(compiled.dir, 'starter.mjs'), STARTER);
  });
  afterAll(() => compiled.remove());

  it('is survived, and another command finds and ends the server', async () => {
    const node = JSON.stringify(redis);
    await promisify(execFile)(process.execPath, [join(compiled.dir, 'starter.mjs'), dir, node, redisConf()]);
    expect(await answering(redis)).toBe(true);
    const identity = await recorded(redis);
    expect(await stateOf(redis)).toBe('running');
    expect(await driver.provisioner.removeAll()).toMatchObject({ processes: 1 });
    expect(await isAlive(identity)).toBe(false);
  });
});

const STARTER = `
import { processDriver } from './drivers/process/index.js';
const [, , dir, node, conf] = process.argv;
const driver = await processDriver.open({ cluster: 'c', dir, settings: {}, env: process.env });
await driver.provisioner.create(JSON.parse(node), conf);
await driver.host.start(JSON.parse(node).id);
`;
