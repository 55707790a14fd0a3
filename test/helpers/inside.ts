import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.js';
import type { ClusterPlan, NodePlan } from '../../src/model/plan.js';
import { until } from '../../src/until.js';
import { openConnection } from '../../src/wire/client.js';
import type { Cli } from './cli.js';

/** Where sentinelctl keeps a cluster. */
export const dirOf = (cli: Pick<Cli, 'home'>, cluster = 'default'): string =>
  join(cli.home, 'clusters', cluster);

/** The plan as it is written down. */
export async function planOf(cli: Pick<Cli, 'home'>, cluster = 'default'): Promise<ClusterPlan> {
  const state: unknown = JSON.parse(await readFile(join(dirOf(cli, cluster), 'cluster.json'), 'utf8'));
  return (state as { plan: ClusterPlan }).plan;
}

/** The nodes as they are written down. */
export const nodesOf = async (cli: Pick<Cli, 'home'>, cluster?: string): Promise<NodePlan[]> =>
  (await planOf(cli, cluster)).nodes;

/** The pid of each node's server as it was last started, by node id. */
export async function pidsOf(cli: Cli, cluster = 'default'): Promise<Record<string, number>> {
  const pids = (await nodesOf(cli, cluster)).map(async ({ id }): Promise<[string, number]> => {
    const record = await readFile(join(dirOf(cli, cluster), 'nodes', id, 'process.json'), 'utf8');
    return [id, (JSON.parse(record) as { server: { pid: number } }).server.pid];
  });
  return Object.fromEntries(await Promise.all(pids));
}

/** What a node itself answers to a command. */
export async function ask(
  node: Pick<NodePlan, 'endpoint'>,
  words: (string | number)[],
  password: string | null = null,
): Promise<unknown> {
  const connection = await openConnection(node.endpoint, {
    clock: systemClock,
    deadlineMs: 30_000,
    credentials: { password },
  });
  try {
    return await connection.call(...words);
  } finally {
    connection.close();
  }
}

/** The same of a node by its id. */
export async function askNode(cli: Cli, id: string, ...words: (string | number)[]): Promise<unknown> {
  const node = (await nodesOf(cli)).find((n) => n.id === id);
  if (node === undefined) throw new Error(`there is no node ${id}`);
  return ask(node, words);
}

/** Changes how long every sentinel waits before it calls the master down, in milliseconds. */
export async function setDownAfter(cli: Cli, ms: number, password: string | null = null): Promise<void> {
  for (const node of (await nodesOf(cli)).filter(({ kind }) => kind === 'sentinel'))
    await ask(node, ['SENTINEL', 'SET', 'mymaster', 'down-after-milliseconds', ms], password);
}

/** Writes keys `key:1` … and returns once every replica has them, and has written them to its file where it keeps one. */
export async function writeKeys(cli: Cli, id: string, count: number, replicas: number): Promise<void> {
  const node = (await nodesOf(cli)).find((n) => n.id === id);
  if (node === undefined) throw new Error(`there is no node ${id}`);
  const options = { clock: systemClock, deadlineMs: 30_000 };
  const connection = await openConnection(node.endpoint, options);
  try {
    await Promise.all(
      Array.from({ length: count }, (_, i) => connection.call('SET', `key:${i + 1}`, `value:${i + 1}`)),
    );
    const reached = await connection.call('WAIT', replicas, 30_000);
    if (reached !== replicas)
      throw new Error(`only ${String(reached)} of ${replicas} replicas have the keys`);
  } finally {
    connection.close();
  }
  const others = (await nodesOf(cli)).filter((n) => n.kind === 'redis' && n.id !== id);
  await writtenToDisk(others);
}

/** Waits until these nodes have given all that they hold to their append-only files: they keep it when they are killed. */
export async function writtenToDisk(nodes: readonly NodePlan[]): Promise<void> {
  const left = async (): Promise<string[]> =>
    (await Promise.all(nodes.map((n) => buffered(n)))).filter((bytes) => bytes !== '0');
  const written = await until(async () => ((await left()).length === 0 ? true : undefined), {
    clock: systemClock,
    everyMs: 20,
    deadlineMs: 30_000,
  });
  if (written === undefined) throw new Error('a node did not write its append-only file');
}

/** Bytes of the append-only file that wait for an fsync (aof.c, flushAppendOnlyFile postpones the write by up to 2 s). */
async function buffered(node: NodePlan): Promise<string> {
  const info = await ask(node, ['INFO', 'persistence']).catch(() => '');
  return /aof_buffer_length:(\d+)/.exec(String(info))?.[1] ?? '0';
}
