import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.js';
import type { Address } from '../../src/model/address.js';
import { until } from '../../src/until.js';
import { openConnection } from '../../src/wire/client.js';

/** A real redis-server on 127.0.0.1, a child of the test, in the foreground. */
export interface RedisServer {
  address: Address;
  pid: number;
  /** What it printed until now. */
  log(): string;
  /** Sends a signal to this process only. */
  signal(name: NodeJS.Signals): void;
  /** Kills it, waits until it is gone, and removes its directory. Idempotent. */
  stop(): Promise<void>;
}

export interface RedisOptions {
  /** Below 10,000: `--port auto` of the tests that run at the same time chooses above. */
  port: number;
  /** Further lines for its configuration. */
  conf?: string[];
  sentinel?: boolean;
  /** For looking whether it answers; not put into its configuration. */
  password?: string;
}

/** Starts a server and waits until it answers. */
export async function startRedis({
  port,
  conf = [],
  sentinel,
  password,
}: RedisOptions): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'sentinelctl-test-'));
  const path = join(dir, 'redis.conf');
  const base = [`port ${port}`, 'bind 127.0.0.1', `dir ${dir}`, 'daemonize no'];
  const data = sentinel ? [] : ['save ""', 'appendonly no', 'repl-diskless-sync-delay 0'];
  await writeFile(path, `${[...base, ...data, ...conf].join('\n')}\n`, { mode: 0o600 });
  const child = spawn('redis-server', [path, ...(sentinel ? ['--sentinel'] : [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (log += text.toString()));
  const address = { host: '127.0.0.1', port };
  const stop = async (): Promise<void> => {
    signalTo(child, 'SIGKILL');
    await gone;
    await rm(dir, { recursive: true, force: true });
  };
  const answers = await until(
    async () => {
      if (child.exitCode !== null) return 'exited';
      try {
        const asking = { clock: systemClock, deadlineMs: 1000, credentials: { password } };
        const connection = await openConnection(address, asking);
        await connection.call('PING').finally(() => connection.close());
        return 'answers';
      } catch {
        return undefined;
      }
    },
    { clock: systemClock, everyMs: 10, deadlineMs: 10_000 },
  );
  if (answers !== 'answers' || child.pid === undefined) {
    await stop();
    throw new Error(`redis-server on port ${port} did not start:\n${log}`);
  }
  return { address, pid: child.pid, log: () => log, signal: (name) => signalTo(child, name), stop };
}

function signalTo(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.exitCode === null && child.signalCode === null) child.kill(name);
}

/** A master, its replicas and its sentinels, as raw servers. */
export interface RawCluster {
  masterName: string;
  /** The first one is the master in the beginning. */
  nodes: RedisServer[];
  sentinels: RedisServer[];
  /** Changes down-after at every sentinel, in milliseconds. */
  setDownAfter(ms: number): Promise<void>;
  stop(): Promise<void>;
}

export interface RawClusterOptions {
  /** The data nodes take this port and the following ones, the sentinels those 50 further on. */
  port: number;
  replicas?: number;
  sentinels?: number;
  downAfterMs?: number;
  masterName?: string;
  password?: string;
}

/** Starts everything and waits until every sentinel knows every replica, with its link up, and every peer. */
export async function startRawCluster(options: RawClusterOptions): Promise<RawCluster> {
  const {
    port,
    replicas = 2,
    sentinels: count = 3,
    downAfterMs = 1500,
    masterName = 'mymaster',
    password,
  } = options;
  const started: RedisServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.stop()));
  };
  const start = async (server: RedisOptions): Promise<RedisServer> => {
    const running = await startRedis({ ...server, ...(password !== undefined && { password }) });
    started.push(running);
    return running;
  };
  const secret = password === undefined ? [] : [`requirepass ${password}`, `masterauth ${password}`];
  try {
    const nodes = [await start({ port, conf: secret })];
    for (let i = 1; i <= replicas; i++) {
      nodes.push(await start({ port: port + i, conf: [...secret, `replicaof 127.0.0.1 ${port}`] }));
    }
    await eventually(port, password, ['INFO', 'replication'], (info) => online(info) === replicas);
    const sentinels = await Promise.all(
      Array.from({ length: count }, (_, i) =>
        start({
          port: port + 50 + i,
          sentinel: true,
          conf: [
            `sentinel monitor ${masterName} 127.0.0.1 ${port} ${Math.floor(count / 2) + 1}`,
            `sentinel down-after-milliseconds ${masterName} ${downAfterMs}`,
            `sentinel failover-timeout ${masterName} 10000`,
            ...(password === undefined ? [] : [`sentinel auth-pass ${masterName} ${password}`]),
          ],
        }),
      ),
    );
    const complete = `slaves=${replicas},sentinels=${count}`;
    for (const { address } of sentinels) {
      await eventually(address.port, undefined, ['INFO', 'sentinel'], (info) => info.includes(complete));
    }
    const setDownAfter = async (ms: number): Promise<void> => {
      const words = ['SENTINEL', 'SET', masterName, 'down-after-milliseconds', String(ms)];
      for (const { address } of sentinels)
        await eventually(address.port, undefined, words, (r) => r === 'OK');
    };
    return { masterName, nodes, sentinels, setDownAfter, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const online = (info: string): number => info.match(/state=online/g)?.length ?? 0;

async function eventually(
  port: number,
  password: string | undefined,
  command: string[],
  holds: (reply: string) => boolean,
): Promise<void> {
  const asking = { clock: systemClock, deadlineMs: 30_000, credentials: { password } };
  const connection = await openConnection({ host: '127.0.0.1', port }, asking);
  try {
    const held = await until(
      async () => (holds(String(await connection.call(...command))) ? true : undefined),
      { clock: systemClock, everyMs: 20, deadlineMs: 20_000 },
    );
    if (held === undefined) throw new Error(`port ${port} never came to the state that was waited for`);
  } finally {
    connection.close();
  }
}
