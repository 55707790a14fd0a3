import type { ContainerInfo } from 'dockerode';
import { refused } from '../../errors.js';
import type { Address } from '../../model/address.js';
import type { AddressRule } from '../../model/address-map.js';
import type { Env } from '../driver.js';
import { connectEngine } from './engine/engine.js';
import { findEngine } from './engine/engine-target.js';
import { engineError } from './engine/errors.js';
import { addressesOf, engineHost, nameOf, publishedAt, SERVICE } from './published.js';
import { readSettings } from './settings.js';

const PROJECT = 'com.docker.compose.project';
const SENTINEL_PORT = 26379;

/** An address at which a container of a project may be reached from here. */
export interface ProjectAddress {
  container: string;
  /** Within the container. */
  port: number;
  reach: Address;
  /** Whether its command is that of a sentinel: for a server that does not say without a password. */
  isSentinelByCommand: boolean;
}

export interface ComposeProject {
  addresses: ProjectAddress[];
  /** Where announced addresses and names of its containers are reached from here. */
  rules: AddressRule[];
}

/**
 * The running containers of a compose project, by the label that compose gives them. Changes nothing. Throws
 * `no-such-project` (3) with those that run, and what the engine throws.
 */
export async function composeProject(project: string, env: Env): Promise<ComposeProject> {
  const engine = await connectEngine(await findEngine(readSettings({}), env));
  try {
    const running = await engine.api
      .listContainers({ filters: { label: [PROJECT] } })
      .catch((error: unknown) =>
        Promise.reject(engineError(error, engine.target, `find the project ${project}`)),
      );
    const ours = running.filter(({ Labels }) => Labels[PROJECT] === project);
    if (ours.length === 0) throw noProject(project, running);
    const host = engineHost(engine);
    const reached = ours.map((container) => ({ container, ports: portsOf(container, host) }));
    return {
      addresses: reached.flatMap(({ container, ports }) =>
        ports.map(({ port, reach }) => ({
          container: nameOf(container),
          port,
          reach,
          isSentinelByCommand: port === SENTINEL_PORT || isSentinelBy(container),
        })),
      ),
      rules: reached.flatMap(({ container, ports }) => rulesOf(container, ports, ours)),
    };
  } finally {
    engine.close();
  }
}

interface Reached {
  port: number;
  reach: Address;
  isPublished: boolean;
}

/** Each port of a container at the address that leads there: the published one, else the container's own. */
function portsOf(container: ContainerInfo, host: string): Reached[] {
  const [ip] = addressesOf(container);
  const exposed = container.Ports.map(({ PrivatePort }) => PrivatePort);
  // The official image exposes only the port of a data node.
  const ports = [...new Set([...exposed, ...(isSentinelBy(container) ? [SENTINEL_PORT] : [])])];
  return ports.flatMap((port): Reached[] => {
    const published = publishedAt(container, port, host);
    if (published !== undefined) return [{ port, reach: published, isPublished: true }];
    return ip === undefined ? [] : [{ port, reach: { host: ip, port }, isPublished: false }];
  });
}

/** Names and addresses under which the containers know each other, and that mean nothing here. */
function rulesOf(
  container: ContainerInfo,
  ports: readonly Reached[],
  all: readonly ContainerInfo[],
): AddressRule[] {
  const service = container.Labels[SERVICE];
  const isOnly = all.filter(({ Labels }) => Labels[SERVICE] === service).length === 1;
  const names = [nameOf(container), ...(service !== undefined && isOnly ? [service] : [])];
  return ports.flatMap(({ port, reach, isPublished }) => {
    const hosts = [...names, ...(isPublished ? addressesOf(container) : [])];
    return hosts.map((host) => ({ host, port, toHost: reach.host, toPort: { port: reach.port } }));
  });
}

const isSentinelBy = ({ Command, Labels, Names }: ContainerInfo): boolean =>
  /sentinel/.test(`${Command} ${Labels[SERVICE] ?? ''} ${Names.join(' ')}`);

function noProject(project: string, running: readonly ContainerInfo[]) {
  const known = [...new Set(running.flatMap(({ Labels }) => Labels[PROJECT] ?? []))].sort();
  return refused('no-such-project', `no container of the compose project "${project}" runs here`, {
    why: known.length === 0 ? 'no container of any project runs' : `running projects: ${known.join(', ')}`,
    hint: 'docker compose ls # shows them',
  });
}
