import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { systemClock } from '../../src/clock.js';
import { formatAddress } from '../../src/model/address.js';
import type { ClientSummary, LedgerSummary, WorkloadSettings } from '../../src/observe/result.js';
import { until } from '../../src/until.js';
import { OPEN_ACCESS } from '../../src/wire/access.js';
import { openConnection } from '../../src/wire/client.js';
import { parseRole } from '../../src/wire/replies.js';
import type { LossContext } from '../../src/workload/cause.js';
import type { WorkloadRecord } from '../../src/workload/record.js';
import type { Workload } from '../../src/workload/start.js';
import type { WorkloadTarget } from '../../src/workload/target.js';
import { compile } from './compiled.js';
import type { RawCluster, RedisServer } from './redis.js';

export type WorkloadRoom = typeof import('../../src/workload/start.js') &
  typeof import('../../src/workload/read-back.js') &
  typeof import('../../src/workload/ledger.js') &
  typeof import('../../src/workload/client-summary.js');

const PARTS = ['start', 'read-back', 'ledger', 'client-summary'];

/** The workload as it is delivered: its worker is a compiled file beside the others. */
export async function compiledWorkload(): Promise<WorkloadRoom & { dir: string; remove(): Promise<void> }> {
  const { dir, remove } = await compile(...[...PARTS, 'worker'].map((part) => `workload/${part}.ts`));
  const parts = await Promise.all(
    PARTS.map((part) => import(pathToFileURL(join(dir, `workload/${part}.js`)).href)),
  );
  return { ...(Object.assign({}, ...parts) as WorkloadRoom), dir, remove };
}

/** Nodes are called by their address. */
export const idOf = (server: RedisServer): string => formatAddress(server.address);

export const targetOf = (cluster: RawCluster): WorkloadTarget => ({
  sentinels: cluster.sentinels.map(({ address }) => address),
  masterName: cluster.masterName,
  access: OPEN_ACCESS,
  nodes: nodesOf(cluster),
});

export const nodesOf = (cluster: RawCluster): WorkloadTarget['nodes'] =>
  cluster.nodes.map((node) => ({ id: idOf(node), announce: node.address, endpoint: node.address }));

export const settings = (over: Partial<WorkloadSettings> = {}): WorkloadSettings => ({
  clients: 4,
  ratePerS: 250,
  pipeline: 1,
  readRatio: 0,
  readFrom: 'master',
  policy: 'tuned',
  ...over,
});

export const asking = { clock: systemClock, access: OPEN_ACCESS, deadlineMs: 30_000 };
const patient = { clock: systemClock, everyMs: 10, deadlineMs: 60_000 };

/** Asks one server one thing. */
export async function ask(server: RedisServer, ...command: string[]): Promise<unknown> {
  const connection = await openConnection(server.address, { clock: systemClock, deadlineMs: 30_000 });
  try {
    return await connection.call(...command);
  } finally {
    connection.close();
  }
}

/** Waits until `holds`; answers with the moment at which it did. */
export async function when(what: string, holds: () => Promise<boolean> | boolean): Promise<number> {
  const at = await until(async () => ((await holds()) ? systemClock.now() : undefined), patient);
  if (at === undefined) throw new Error(`it never came to be: ${what}`);
  return at;
}

/** Answers with the moment at which ROLE first said so. */
export const whenRole = (server: RedisServer, role: 'master' | 'replica', linked = false): Promise<number> =>
  when(`${idOf(server)} is ${role}`, async () => {
    const seen = await ask(server, 'ROLE').then(parseRole, () => null);
    if (seen === null || seen.role !== role) return false;
    return !linked || (seen.role === 'replica' && seen.link === 'connected');
  });

/** Waits until some other node is master; answers with it and the moment. */
export async function whenReplaced(
  cluster: RawCluster,
  old: RedisServer,
): Promise<{ master: RedisServer; atMs: number }> {
  let master: RedisServer | undefined;
  const others = cluster.nodes.filter((node) => node !== old);
  const atMs = await when('another master', async () => {
    for (const node of others) {
      const seen = await ask(node, 'ROLE').then(parseRole, () => null);
      if (seen?.role === 'master') master = node;
    }
    return master !== undefined;
  });
  if (master === undefined) throw new Error('there is no other master');
  return { master, atMs };
}

/** Waits until every other node follows this one with all of its data. */
export async function quiesced(
  cluster: RawCluster,
  master: RedisServer,
  gone: RedisServer[] = [],
): Promise<void> {
  const followers = cluster.nodes.filter((node) => node !== master && !gone.includes(node));
  await when('all have the same offset', async () => {
    const offsets = await Promise.all([master, ...followers].map((node) => offsetOf(node)));
    return offsets.every((offset) => offset !== null && offset === offsets[0]);
  });
}

async function offsetOf(server: RedisServer): Promise<string | null> {
  const info = String(await ask(server, 'INFO', 'replication').catch(() => ''));
  const field = info.includes('role:slave') ? 'slave_repl_offset' : 'master_repl_offset';
  return new RegExp(`${field}:(\\d+)`).exec(info)?.[1] ?? null;
}

/** Starts clients and waits until they have written something. */
export async function writing(
  room: WorkloadRoom,
  cluster: RawCluster,
  keyPrefix: string,
  over: Partial<WorkloadSettings> = {},
): Promise<Workload> {
  const options = { settings: settings(over), keyPrefix, clock: systemClock };
  const workload = await room.startWorkload(targetOf(cluster), options);
  await when('some is written', () => workload.counts().acknowledged > 300);
  return workload;
}

/** A story in which nothing is known but the fault. */
export const story = (old: RedisServer, faultAtMs: number, more: Partial<LossContext>): LossContext => ({
  fault: 'kill',
  oldMaster: idOf(old),
  newMaster: null,
  faultAtMs,
  newWritableAtMs: null,
  returnedAtMs: null,
  convertedAtMs: null,
  cameBackEmpty: false,
  ...more,
});

/** Stops the clients, waits until all nodes have the same data, and accounts for it. */
export async function accounted(
  room: WorkloadRoom,
  cluster: RawCluster,
  workload: Workload,
  truth: RedisServer,
  told: LossContext,
): Promise<{ record: WorkloadRecord; ledger: LedgerSummary; summary: ClientSummary }> {
  const record = await workload.stop();
  await quiesced(cluster, truth);
  const finals = await room.readBack(record, nodesOf(cluster), asking);
  const ledger = room.ledgerOf(record, finals, idOf(truth), told);
  return { record, ledger, summary: room.clientSummary(record, told.faultAtMs) };
}
