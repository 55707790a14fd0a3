import type { ContainerInfo } from 'dockerode';
import { messageOf } from '../../errors.js';
import { type Address, sameAddress } from '../../model/address.js';
import type { Env } from '../driver.js';
import { connectEngine, type Engine } from './engine/engine.js';
import { findEngine } from './engine/engine-target.js';
import { engineError, statusOf } from './engine/errors.js';
import { readSettings } from './settings.js';

export const SERVICE = 'com.docker.compose.service';

/** An announced address of a container, and where its port is published. */
export interface PublishedAddress {
  announce: Address;
  container: string;
  reach: Address;
}

/**
 * Which of these addresses are containers of the engine that publish the port, by inspecting those that run. Left out:
 * an address that two containers could have. Changes nothing. Throws what the engine throws.
 */
export async function publishedFor(announced: readonly Address[], env: Env): Promise<PublishedAddress[]> {
  const engine = await connectEngine(await findEngine(readSettings({}), env));
  try {
    const running = await engine.api
      .listContainers()
      .catch((error: unknown) => Promise.reject(engineError(error, engine.target, 'find published ports')));
    const all = await Promise.all(
      running.map(async (container) => ({ container, hosts: await hostsOf(engine, container) })),
    );
    return announced.flatMap((announce) => {
      const found = all.flatMap(({ container, hosts }) => {
        const reach = hosts.has(announce.host)
          ? publishedAt(container, announce.port, engineHost(engine))
          : undefined;
        return reach === undefined ? [] : [{ announce, container: nameOf(container), reach }];
      });
      const [only] = found;
      return only !== undefined && found.every(({ reach }) => sameAddress(reach, only.reach)) ? [only] : [];
    });
  } finally {
    engine.close();
  }
}

/** Every name and address by which other containers know one. */
async function hostsOf(engine: Engine, container: ContainerInfo): Promise<ReadonlySet<string>> {
  const known = [nameOf(container), container.Labels[SERVICE] ?? '', ...addressesOf(container)];
  try {
    const { Config, NetworkSettings } = await engine.api.getContainer(container.Id).inspect();
    const aliases = Object.values(NetworkSettings.Networks).flatMap(({ Aliases }) => Aliases ?? []);
    return new Set([...known, Config.Hostname, ...aliases].filter((host) => host !== ''));
  } catch (error) {
    // It has ended meanwhile.
    if (statusOf(error) === 404) return new Set();
    throw engineError(error, engine.target, `inspect ${nameOf(container)}: ${messageOf(error)}`);
  }
}

/** Where the engine's machine is reached from here. */
export const engineHost = ({ target }: Engine): string => target.remoteHost ?? '127.0.0.1';

/** Where a port of a container is published; undefined where it is not. */
export function publishedAt({ Ports }: ContainerInfo, port: number, engineHost: string): Address | undefined {
  const published = Ports.find((one) => one.PrivatePort === port && one.PublicPort !== undefined);
  if (published === undefined) return undefined;
  const { IP = '', PublicPort } = published;
  const host = IP === '' || IP === '0.0.0.0' || IP === '::' ? engineHost : IP;
  return { host, port: PublicPort };
}

export const addressesOf = ({ NetworkSettings }: ContainerInfo): string[] =>
  Object.values(NetworkSettings?.Networks ?? {}).flatMap(({ IPAddress }) => IPAddress || []);

export const nameOf = ({ Names, Id }: ContainerInfo): string =>
  Names[0]?.replace(/^\//, '') ?? Id.slice(0, 12);
