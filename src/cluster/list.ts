import { messageOf } from '../errors.js';
import type { AttachedCluster } from '../model/attached.js';
import { ATTACHED } from '../model/drivers.js';
import { DATA_KEPT } from '../model/words.js';
import { driverOf, withDriver } from './open.js';
import type { Runtime } from './runtime.js';

/** One cluster that is known here. */
export interface ListedCluster {
  cluster: string;
  /** `attached` for one that sentinelctl did not start. */
  driver: string;
  /** In words: `running`, `partly running`, `stopped`, `data kept`, `not finished`, `attached`, `unreadable`, `unknown`. */
  state: string;
  nodes: number;
  running?: number;
  /** Ports at which this machine reaches the nodes, as ranges: `6379-6381,26379-26381`. */
  ports?: string;
  /** ISO 8601. */
  createdAt?: string;
  /** Why the state is not known. */
  why?: string;
  /** The project's file that it is attached from. */
  file?: string;
}

/** Every cluster known here, with what its driver sees of its nodes; one that cannot be read is listed as such. */
export async function listClusters(runtime: Runtime): Promise<ListedCluster[]> {
  return Promise.all((await runtime.store.list()).map((cluster) => describe(runtime, cluster)));
}

async function describe(runtime: Runtime, cluster: string): Promise<ListedCluster> {
  const record = await runtime.store.attached(cluster).catch((error: unknown) => messageOf(error));
  if (typeof record === 'object') return attachedEntry(record);
  if (typeof record === 'string' && (await runtime.store.isAttached(cluster)))
    return { cluster, driver: ATTACHED, state: 'unknown', nodes: 0, why: record };
  const state = await runtime.store.load(cluster).catch((error: unknown) => messageOf(error));
  if (state === undefined || typeof state === 'string') {
    return { cluster, driver: '?', state: 'unreadable', nodes: 0, why: state ?? 'it has no state file' };
  }
  const { plan, phase } = state;
  const base = {
    cluster,
    driver: plan.driver,
    nodes: plan.nodes.length,
    ports: rangesOf(plan.nodes.map((n) => n.endpoint.port)),
    createdAt: new Date(state.createdAtMs).toISOString(),
  };
  if (phase === 'kept') return { ...base, state: DATA_KEPT, running: 0 };
  try {
    const seen = await withDriver(runtime, driverOf(state), ({ host }) =>
      Promise.all(plan.nodes.map((n) => host.inspect(n.id))),
    );
    const running = seen.filter((n) => n.state === 'running').length;
    const words = running === seen.length ? 'running' : running === 0 ? 'stopped' : 'partly running';
    return { ...base, state: phase === 'creating' ? 'not finished' : words, running };
  } catch (error) {
    return { ...base, state: 'unknown', why: messageOf(error) };
  }
}

/** One that sentinelctl did not start: how it runs is not known here, its servers are asked for their verdict. */
const attachedEntry = ({ cluster, servers, attachedAtMs, file }: AttachedCluster): ListedCluster => ({
  cluster,
  driver: ATTACHED,
  state: 'attached',
  nodes: servers.length,
  ports: rangesOf([...new Set(servers.map((s) => s.announce.port))]),
  createdAt: new Date(attachedAtMs).toISOString(),
  ...(file !== undefined && { file: file.path }),
});

/** `6379-6381,26379`. */
function rangesOf(ports: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const port of ports.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && port <= last[1] + 1) last[1] = port;
    else ranges.push([port, port]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}
