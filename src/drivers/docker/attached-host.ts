import { join } from 'node:path';
import type { ContainerInspectInfo } from 'dockerode';
import { messageOf, OperatorError, refused } from '../../errors.js';
import { readIfThere, writeAtomically } from '../../host/files.js';
import { canConnect } from '../../host/ports.js';
import type { Life } from '../../model/gathered.js';
import type { NodePlan } from '../../model/plan.js';
import {
  type AttachedHostContext,
  type AttachedNode,
  isAnswer,
  type Keeper,
  linksNotCut,
  noDump,
  nodeNamed,
  notAsReplica,
  notOurs,
  type OpenAttachedHost,
} from '../attached-host.js';
import type { LinksProbe } from '../links.js';
import {
  type Ability,
  type ConfEdit,
  type LogLine,
  type LogOptions,
  limitedHost,
  type NodeActions,
  type NodeInspection,
  type StopOptions,
} from '../node-host.js';
import { type Connected, Containers } from './containers/containers.js';
import { editForeign, unpackFirst } from './containers/files.js';
import { isAt } from './containers/foreign.js';
import { killNode, nodeLife, pauseNode, resumeNode, startNode, stopNode } from './containers/life.js';
import { readLogs } from './containers/logs.js';
import { confOf, readOnHost } from './containers/server-life.js';
import { connectEngine } from './engine/engine.js';
import { findEngine } from './engine/engine-target.js';
import { engineError, statusOf } from './engine/errors.js';
import { readSettings } from './settings.js';

/**
 * Servers that are containers of an engine, which sentinelctl did not create: found by the published port or the address
 * in one of the engine's networks, and remembered for when they are down.
 */
export const containersHost: OpenAttachedHost = (context) => {
  const containers = new AttachedContainers(context);
  return {
    ...limitedHost(containers, {
      blockDump: noDump(context.cluster),
    }),
    close: containers.close,
    keepers: containers.keepers,
  };
};

/** Container ids by node: `containers.json` of the cluster. */
type Remembered = Record<string, string>;

/** Labels of programs that make a new container in place of one that ended. */
const REPLACED_BY: readonly [label: string, who: string][] = [
  ['com.docker.swarm.task.id', 'Docker Swarm'],
  ['io.kubernetes.pod.name', 'Kubernetes'],
];

/** Which program manages a container, by its labels. */
const MANAGED_BY = 'app.kubernetes.io/managed-by';
const CHART = 'helm.sh/chart';
/** What a label's value must be to be shown. */
const SHOWN_LABEL = /^[\w.:/-]{1,60}$/;

function keepersOf({ Config, HostConfig }: Pick<ContainerInspectInfo, 'Config' | 'HostConfig'>): Keeper[] {
  const labels = Config.Labels ?? {};
  const policy = HostConfig.RestartPolicy?.Name || 'no';
  const manager = labels[MANAGED_BY] ?? (labels[CHART] === undefined ? undefined : 'Helm');
  return [
    ...REPLACED_BY.filter(([label]) => label in labels).map(([, who]) => ({
      who,
      does: 'makes a new container in place of one that ends',
    })),
    ...(manager === undefined
      ? []
      : [
          {
            who: SHOWN_LABEL.test(manager) ? manager : 'another program',
            does: 'manages it (by its label), and may set its configuration again',
          },
        ]),
    ...(policy === 'no'
      ? []
      : [{ who: 'Docker', does: `starts a container again that ends by itself (restart policy ${policy})` }]),
  ];
}

class AttachedContainers implements Omit<NodeActions, 'blockDump'> {
  readonly #context: AttachedHostContext;
  #connected: Promise<Connected> | undefined;
  #remembered: Remembered = {};

  constructor(context: AttachedHostContext) {
    this.#context = context;
  }

  close = (): void => {
    this.#connected?.then(
      ({ engine }) => engine.close(),
      () => {},
    );
  };

  inspect = async (id: string): Promise<NodeInspection> => {
    const { containers } = await this.#at(id);
    const seen = await containers.inspect(id);
    return seen.state === 'absent' ? { ...seen, detail: 'it was never seen in a container here' } : seen;
  };

  start = async (id: string, edit?: ConfEdit): Promise<void> => {
    const connected = await this.#at(id);
    if (edit !== undefined)
      await connected.containers.onExisting(id, `change the configuration of ${id}`, async (container) => {
        const inspected = await container.inspect();
        if (!inspected.State.Running)
          await editConfOf(id, inspected, (path) => editForeign(container, path, edit));
      });
    await startNode(connected, id);
  };

  stop = async (id: string, { graceMs }: StopOptions): Promise<void> => {
    await stopNode(await this.#toEnd(id), id, graceMs);
  };

  kill = async (id: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    await killNode(await this.#toEnd(id), id, signal);
  };

  pause = async (id: string): Promise<void> => pauseNode(await this.#at(id), id);

  resume = async (id: string): Promise<void> => resumeNode(await this.#at(id), id);

  life = async (id: string): Promise<Life | undefined> => nodeLife(await this.#at(id), id);

  readConf = async (id: string): Promise<string | undefined> => {
    const { engine, containers } = await this.#at(id);
    const found = await containers.on(id, `read the configuration of ${id}`, async (container) => {
      const inspected = await container.inspect();
      const path = confOf(inspected);
      if (path === null) return undefined;
      const near = await readOnHost(inspected, path, engine.target);
      return near ?? unpackFirst(await container.getArchive({ path }));
    });
    return found?.value;
  };

  logs = (id: string, options: LogOptions = {}): AsyncIterable<LogLine> => this.#log(id, options);

  requireAble = async (id: string, ability: Ability): Promise<void> => {
    if (ability === 'kill' || ability === 'stop') await this.#toEnd(id);
    if (ability !== 'start') return;
    const { containers } = await this.#at(id);
    const found = await containers.on(id, `inspect ${id}`, (container) => container.inspect());
    if (found !== undefined) confToEdit(id, found.value);
  };

  keepers = async (id: string): Promise<Keeper[]> => {
    const { containers } = await this.#at(id);
    const found = await containers.on(id, `inspect ${id}`, (container) => container.inspect());
    return found === undefined ? [] : keepersOf(found.value);
  };

  routable = (node: NodePlan): Promise<boolean> => canConnect(node.announce);

  links = async (): Promise<LinksProbe> =>
    linksNotCut('the links between containers that sentinelctl did not create are not cut');

  async *#log(id: string, options: LogOptions): AsyncGenerator<LogLine> {
    yield* readLogs(await this.#at(id), id, options);
  }

  /** The engine, with the node's container known where it was ever seen. Throws `not-here` (3) where it is in none. */
  async #at(id: string): Promise<Connected> {
    const connected = await this.#open();
    const node = nodeNamed(this.#context, id);
    const { state } = await connected.containers.inspect(id);
    // One that was removed may have been made again.
    if (state === 'absent') await this.#lookFor(connected, node);
    return connected;
  }

  async #lookFor({ engine, containers }: Connected, node: AttachedNode): Promise<void> {
    const { id, endpoint } = node;
    const said = await node.ask();
    if (!isAnswer(said)) return;
    const running = await engine.api
      .listContainers()
      .catch((error: unknown) => Promise.reject(engineError(error, engine.target, `find ${id}`)));
    const found = running.find((container) => isAt(container, { endpoint }, engine));
    if (found === undefined)
      throw refused('not-here', `${id} is not in a container of ${engine.target.shown}`, {
        why: `it answers at ${endpoint.host}:${endpoint.port}; no container publishes that port or has that address`,
      });
    if (!(await node.belongs())) throw notOurs(node);
    containers.remember(id, found.Id);
    this.#remembered = { ...this.#remembered, [id]: found.Id };
    await writeAtomically(this.#file(), `${JSON.stringify(this.#remembered, null, 2)}\n`, 0o600);
  }

  /** Throws `not-possible-here` (3) for a container that another program replaces once it ends. */
  async #toEnd(id: string): Promise<Connected> {
    const connected = await this.#at(id);
    const found = await connected.containers.on(id, `inspect ${id}`, (container) => container.inspect());
    const labels = found?.value.Config.Labels ?? {};
    const [, who] = REPLACED_BY.find(([label]) => label in labels) ?? [];
    if (who === undefined) return connected;
    throw refused('not-possible-here', `${id} cannot be ended and started again by sentinelctl`, {
      why: `${who} makes a new container in its place`,
    });
  }

  #open(): Promise<Connected> {
    this.#connected ??= this.#connect();
    return this.#connected;
  }

  async #connect(): Promise<Connected> {
    const { cluster, env } = this.#context;
    const engine = await connectEngine(await findEngine(readSettings({}), env));
    const containers = new Containers(engine, cluster, false);
    this.#remembered = JSON.parse((await readIfThere(this.#file())) ?? '{}') as Remembered;
    for (const [id, container] of Object.entries(this.#remembered)) containers.remember(id, container);
    return { engine, cluster, containers };
  }

  #file(): string {
    return join(this.#context.dir, 'containers.json');
  }
}

/** The file that says what it follows. Throws `not-possible-here` (3) where it is unknown, or cannot be replaced. */
function confToEdit(id: string, inspected: ContainerInspectInfo): string {
  const path = confOf(inspected);
  if (path === null) throw notAsReplica(id, 'the command of its container names no configuration file');
  const mount = inspected.Mounts.find(
    (one) => path === one.Destination || path.startsWith(`${one.Destination}/`),
  );
  if (mount?.RW === false) throw notAsReplica(id, `${path} is mounted read-only`);
  if (mount?.Destination === path)
    throw notAsReplica(id, `${path} is mounted as a single file, which cannot be replaced`);
  return path;
}

/** Throws `not-possible-here` (3) where the file is unknown, or cannot be written. */
async function editConfOf(
  id: string,
  inspected: ContainerInspectInfo,
  edit: (path: string) => Promise<void>,
): Promise<void> {
  const path = confToEdit(id, inspected);
  try {
    await edit(path);
  } catch (error) {
    if (error instanceof OperatorError || statusOf(error) === undefined) throw error;
    throw notAsReplica(id, `${path} cannot be changed: ${messageOf(error)}`, error);
  }
}
