import type { ContainerInfo } from 'dockerode';
import { messageOf } from '../../../errors.js';
import { isLocal } from '../../../host/server-life.js';
import type { ConfText, Got } from '../../../model/gathered.js';
import type { ForeignServer, ServerLife } from '../../driver.js';
import type { Engine } from '../engine/engine.js';
import { unpackFirst } from './files.js';
import { confOf, lifeOfContainer, readOnHost } from './server-life.js';

/**
 * Which of these servers live in containers of this engine, and how: found by the published port, or by the address
 * in a network of the engine. In the order given, undefined for those that do not. Throws the engine's own errors.
 */
export async function foreignLivesIn(
  engine: Engine,
  servers: readonly ForeignServer[],
): Promise<(ServerLife | undefined)[]> {
  const running = await engine.api.listContainers();
  return Promise.all(
    servers.map(async (server) => {
      const found = running.find((container) => isAt(container, server, engine));
      return found === undefined ? undefined : lifeIn(engine, found);
    }),
  );
}

/** Whether a running container is who answers at this address. */
export function isAt(
  container: ContainerInfo,
  { endpoint }: Pick<ForeignServer, 'endpoint'>,
  engine: Engine,
): boolean {
  const networks = Object.values(container.NetworkSettings?.Networks ?? {});
  if (networks.some((n) => n.IPAddress !== '' && n.IPAddress === endpoint.host)) return true;
  const { remoteHost } = engine.target;
  const host = endpoint.host === 'localhost' ? '127.0.0.1' : endpoint.host;
  const isEngines = remoteHost === null ? isLocal(host) : remoteHost === host;
  const everywhere = (ip: string | undefined): boolean => ip === undefined || ip === '0.0.0.0' || ip === '::';
  return (
    isEngines &&
    container.Ports.some((p) => p.PublicPort === endpoint.port && (everywhere(p.IP) || p.IP === host))
  );
}

async function lifeIn(engine: Engine, { Id, Names }: ContainerInfo): Promise<ServerLife> {
  const container = engine.api.getContainer(Id);
  const inspected = await container.inspect();
  const path = confOf(inspected);
  const name = Names[0]?.replace(/^\//, '') ?? Id.slice(0, 12);
  const read = async (): Promise<Got<ConfText>> => {
    if (path === null)
      return { ok: false, why: `the command of container ${name} names no configuration file` };
    try {
      const near = await readOnHost(inspected, path, engine.target);
      const text = near ?? (await unpackFirst(await container.getArchive({ path })));
      return text === undefined
        ? { ok: false, why: `${path} of container ${name} is not a file` }
        : { ok: true, value: { file: `${name}:${path}`, text } };
    } catch (error) {
      return { ok: false, why: messageOf(error) };
    }
  };
  const [life, conf] = await Promise.all([lifeOfContainer(inspected, engine.target), read()]);
  return { life, conf };
}
