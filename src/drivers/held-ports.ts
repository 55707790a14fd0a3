import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { refused } from '../errors.js';
import { listProcesses, seesSameFiles, sharesPorts } from '../host/process-list.js';
import type { NodeKind } from '../model/plan.js';
import { clusterDirIn, confOf, nodesBelow } from './node-paths.js';

/** A node of another cluster, which runs at its port or comes back there. */
export interface Held {
  cluster: string;
  node: string;
  /** The state directory of its cluster, where that is another one; else null. */
  home: string | null;
  /** Whether any server of its cluster runs: its sentinels take what listens there for their node. */
  isWatched: boolean;
}

/**
 * The ports of the nodes of other clusters of processes: those of the same state directory, and of any other while one
 * of their servers runs. A port of a node that is down looks free; a server of another cluster that listened there would
 * be told by the first one's sentinels to replicate their master.
 */
export async function heldPorts(clusterDir: string): Promise<ReadonlyMap<number, Held>> {
  const processes = (await listProcesses()).flatMap(({ pid, command }) => {
    const dir = clusterDirIn(command);
    return dir === undefined ? [] : [{ pid, dir }];
  });
  const seen = await Promise.all(
    processes.map(async ({ pid }) => (await seesSameFiles(pid)) && (await sharesPorts(pid))),
  );
  const running = new Set(processes.filter((_, i) => seen[i] === true).map(({ dir }) => dir));
  const names = await readdir(dirname(clusterDir)).catch(() => []);
  const beside = names.map((name) => join(dirname(clusterDir), name));
  const dirs = [...new Set([...running, ...beside])].filter((dir) => dir !== clusterDir);
  const held = await Promise.all(
    dirs.map((dir) => {
      const home = dirname(dir) === dirname(clusterDir) ? null : dirname(dirname(dir));
      return portsOf(dir, { home, isWatched: running.has(dir) });
    }),
  );
  return new Map(held.flat());
}

/** Throws `port-taken` (3) for the port of a node that is down while its sentinels may watch it. */
export function refuseHeld(
  { id, kind, port }: { id: string; kind: NodeKind; port: number },
  held: ReadonlyMap<number, Held>,
): void {
  const holder = held.get(port);
  if (holder?.isWatched !== true) return;
  throw refused('port-taken', `port ${port} of ${id} is that of a node that is down`, {
    why: `${holder.node} of cluster "${holder.cluster}"${holder.home === null ? '' : ` (state directory ${holder.home})`} comes back there, and its sentinels would take ${id} for it`,
    hint: otherPort(kind),
  });
}

/** What to type where a port is not available. */
export function otherPort(kind: NodeKind): string {
  const auto = kind === 'redis' ? '--port auto' : '--port auto --sentinel-port auto';
  const own = kind === 'redis' ? '--port' : '--sentinel-port';
  return `${auto} # chooses free ports; or choose them: ${own} PORT`;
}

async function portsOf(clusterDir: string, of: Pick<Held, 'home' | 'isWatched'>): Promise<[number, Held][]> {
  const cluster = basename(clusterDir);
  const found = await Promise.all(
    (await readdir(nodesBelow(clusterDir)).catch(() => [])).map(async (node) => {
      const kind = node.startsWith('sentinel-') ? 'sentinel' : 'redis';
      const text = await readFile(confOf(clusterDir, node, kind), 'utf8').catch(() => '');
      return [...text.matchAll(/^port (\d+)$/gm)].map(([, port]): [number, Held] => [
        Number(port),
        { cluster, node, ...of },
      ]);
    }),
  );
  return found.flat();
}
