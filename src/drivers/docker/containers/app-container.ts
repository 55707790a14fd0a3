import type { ContainerInspectInfo } from 'dockerode';
import { refused } from '../../../errors.js';
import { type Address, formatAddress } from '../../../model/address.js';
import type { Env } from '../../driver.js';
import { connectEngine } from '../engine/engine.js';
import { findEngine } from '../engine/engine-target.js';
import { engineError, statusOf } from '../engine/errors.js';
import { readSettings } from '../settings.js';

/** An application's container: its settings, and the names and addresses of its networks. */
export interface AppContainer {
  env: Record<string, string>;
  /** Addresses of a name in its networks: containers' names and aliases; undefined for any other. */
  ownNames(name: string): string[] | undefined;
  /** Where an address of its networks is published on the engine's machine. */
  publishedAt(inside: Address): Address[];
}

/**
 * Inspects a container of the engine that DOCKER_HOST or the Docker context names. Reads only the three variables of an
 * application from its environment; the others may be secrets. Throws `no-container` (3), and what the
 * engine throws.
 */
export async function appContainer(name: string, env: Env): Promise<AppContainer> {
  const engine = await connectEngine(await findEngine(readSettings({}), env));
  try {
    const own = await engine.api.getContainer(name).inspect();
    const networks = new Set(Object.keys(own.NetworkSettings.Networks));
    const running = await engine.api.listContainers();
    const near = await Promise.all(
      running
        .filter((c) => Object.keys(c.NetworkSettings?.Networks ?? {}).some((n) => networks.has(n)))
        .map((c) => engine.api.getContainer(c.Id).inspect()),
    );
    return { env: variables(own), ...neighbours(near, networks) };
  } catch (error) {
    if (statusOf(error) === 404) {
      throw refused('no-container', `container "${name}" not found`, {
        hint: 'docker ps lists those that run',
      });
    }
    throw engineError(error, engine.target, `inspect container ${name}`);
  } finally {
    engine.close();
  }
}

const WANTED = /^(REDIS_SENTINEL_ADDRS|REDIS_MASTER_NAME|REDIS_URL)=([\s\S]*)$/;

const variables = (container: ContainerInspectInfo): Record<string, string> =>
  Object.fromEntries(
    (container.Config.Env ?? []).flatMap((line) => {
      const match = WANTED.exec(line);
      return match === null ? [] : [[match[1] ?? '', match[2] ?? '']];
    }),
  );

function neighbours(
  containers: ContainerInspectInfo[],
  networks: ReadonlySet<string>,
): Pick<AppContainer, 'ownNames' | 'publishedAt'> {
  const names = new Map<string, string[]>();
  const published = new Map<string, Address[]>();
  for (const container of containers) {
    for (const [network, end] of Object.entries(container.NetworkSettings.Networks)) {
      if (!networks.has(network) || !end.IPAddress) continue;
      const known = [container.Name.replace(/^\//, ''), ...((end.Aliases as string[] | null) ?? [])];
      for (const name of known) names.set(name, [...(names.get(name) ?? []), end.IPAddress]);
      for (const [port, bindings] of Object.entries(container.NetworkSettings.Ports ?? {})) {
        const inside = { host: end.IPAddress, port: Number.parseInt(port, 10) };
        const outside = (bindings ?? []).map(({ HostIp, HostPort }) => ({
          host: HostIp === '' || HostIp === '0.0.0.0' || HostIp === '::' ? '127.0.0.1' : HostIp,
          port: Number(HostPort),
        }));
        published.set(formatAddress(inside), outside);
      }
    }
  }
  return {
    ownNames: (name) => names.get(name),
    publishedAt: (inside) => published.get(formatAddress(inside)) ?? [],
  };
}
