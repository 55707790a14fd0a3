import { OperatorError, refused, usageError } from '../../../errors.js';
import { holderOf } from '../../../host/port-holder.js';
import { freePorts, isPortFree } from '../../../host/ports.js';
import type { NodeSlot } from '../../../model/plan.js';
import type { ClusterSpec } from '../../../model/spec.js';
import type { Held } from '../../held-ports.js';
import { CLUSTER_LABEL } from '../containers/labels.js';
import type { Engine } from '../engine/engine.js';
import { engineError } from '../engine/errors.js';

/** A port that a running container has published. */
interface Published {
  port: number;
  ip: string;
  by: string;
}

/**
 * A port per node, in the slots' order. `auto` takes free ones below the ephemeral range, none of which another cluster
 * of this machine holds.
 */
export async function choosePorts(
  engine: Engine,
  listenOn: string,
  spec: ClusterSpec,
  slots: readonly NodeSlot[],
  held: ReadonlyMap<number, Held>,
): Promise<Map<string, number>> {
  const published = new Set((await publishedPorts(engine)).map(({ port }) => port));
  const chosen = new Map<string, number>();
  for (const [kind, first, option] of [
    ['redis', spec.port, '--port'],
    ['sentinel', spec.sentinelPort, '--sentinel-port'],
  ] as const) {
    const ids = slots.filter((slot) => slot.kind === kind).map((slot) => slot.id);
    if (ids.length === 0) continue;
    const ports =
      first === 'auto'
        ? await freePorts(ids.length, listenOn, new Set([...published, ...held.keys(), ...chosen.values()]))
        : ids.map((_, i) => first + i);
    const last = ports.at(-1) ?? 0;
    if (last > 65_535) {
      throw usageError('bad-port', `${ids.length} nodes from port ${ports[0]} on would need port ${last}`, {
        hint: `${option} auto # or a lower port`,
      });
    }
    ids.forEach((id, i) => {
      chosen.set(id, ports[i] ?? 0);
    });
  }
  const [twice] = [...chosen].filter(([id, port]) =>
    [...chosen].some(([other, same]) => other < id && same === port),
  );
  if (twice !== undefined) {
    throw usageError('bad-port', `port ${twice[1]} would be used twice: --port and --sentinel-port overlap`, {
      hint: '--sentinel-port auto # or a different port',
    });
  }
  return chosen;
}

/**
 * Throws `port-taken` (3) unless every port can be published on `listenOn`, naming the nodes and, where known, the
 * processes. Of a remote engine only its containers are known.
 */
export async function checkPorts(
  engine: Engine,
  listenOn: string,
  ports: ReadonlyMap<string, number>,
): Promise<void> {
  const published = await publishedPorts(engine);
  const isLocal = engine.target.remoteHost === null;
  const looked = await Promise.all(
    [...ports].map(async ([id, port]) => {
      const container = published.find((one) => one.port === port && collide(one.ip, listenOn));
      if (container !== undefined) return [{ id, port, holder: container.by }];
      if (!isLocal || (await canPublish(listenOn, port))) return [];
      const owner = await holderOf(port).catch(() => undefined);
      return [{ id, port, holder: owner && `pid ${owner.pid} (${owner.command})` }];
    }),
  );
  const taken = looked.flat();
  const [first] = taken;
  if (first === undefined) return;
  const option = first.id.startsWith('sentinel') ? '--sentinel-port' : '--port';
  throw refused('port-taken', `port ${first.port} of ${first.id} is in use`, {
    why: taken
      .map(({ id, port, holder }) => `${port} (${id}): in use by ${holder ?? 'an unknown process'}`)
      .join('\n'),
    hint: `${option} auto # or the first of several consecutive free ports`,
  });
}

/** The engine publishes with its own rights, so a port that is reserved for root is not refused. */
const canPublish = (host: string, port: number): Promise<boolean> =>
  isPortFree(host, port).catch((error: unknown) => {
    if (error instanceof OperatorError && error.code === 'port-forbidden') return true;
    throw error;
  });

async function publishedPorts(engine: Engine): Promise<Published[]> {
  const containers = await engine.api
    .listContainers()
    .catch((error: unknown) => Promise.reject(engineError(error, engine.target, 'list containers')));
  return containers.flatMap((container) => {
    const name = container.Names[0]?.replace(/^\//, '') ?? container.Id.slice(0, 12);
    const cluster = container.Labels?.[CLUSTER_LABEL];
    const by = `container ${name}${cluster === undefined ? '' : ` (cluster ${cluster})`}`;
    return container.Ports.flatMap(({ PublicPort, IP }) =>
      PublicPort ? [{ port: PublicPort, ip: IP, by }] : [],
    );
  });
}

const isWildcard = (ip: string): boolean => ip === '' || ip === '0.0.0.0' || ip === '::';
const collide = (a: string, b: string): boolean => a === b || isWildcard(a) || isWildcard(b);
