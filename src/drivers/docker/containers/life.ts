import { basename, dirname } from 'node:path';
import type { Container } from 'dockerode';
import { failed } from '../../../errors.js';
import type { Life } from '../../../model/gathered.js';
import type { ConfEdit, ReadConfOptions } from '../../node-host.js';
import type { Engine } from '../engine/engine.js';
import { engineWords, statusOf } from '../engine/errors.js';
import { packConf, unpackFirst } from './conf-archive.js';
import { lifeOfContainer, readOnHost } from './container-life.js';
import { confPath } from './container-spec.js';
import type { Link } from './containers.js';
import { KIND_LABEL } from './labels.js';
import { startError } from './start-error.js';

/** Starts a container that isn't running, its configuration edited before. One that runs, or is paused, is left alone. */
export async function startNode({ engine, containers }: Link, id: string, edit?: ConfEdit): Promise<void> {
  await containers.onExisting(id, `start ${id}`, async (container) => {
    if (edit !== undefined && !(await editConf(container, edit, id))) return;
    try {
      await container.start();
    } catch (error) {
      const isRunning = statusOf(error) === 304;
      const isPaused = statusOf(error) === 409 && /paused/.test(engineWords(error));
      if (isRunning || isPaused) return;
      if (/No such container/i.test(engineWords(error))) throw error;
      throw startError(error, engine.target, id);
    }
  });
}

/** SIGTERM, and SIGKILL when the grace is over; returns once it is down. */
export async function stopNode({ engine, containers }: Link, id: string, graceMs: number): Promise<void> {
  await containers.on(id, `stop ${id}`, (container) => stopContainer(engine, container, graceMs));
}

/** The same of a container that is at hand; rejects with the engine's own error. */
export async function stopContainer(engine: Engine, container: Container, graceMs: number): Promise<void> {
  // A paused server can't handle SIGTERM: the engine would wait for the whole grace and then kill it.
  await ignoring(/is not paused|not running/, container.unpause());
  // The engine is silent until the container is down, for as long as the grace is.
  const patient = engine.streams.getContainer(container.id);
  await patient.stop({ t: Math.ceil(graceMs / 1000) }).catch((error: unknown) => {
    if (statusOf(error) !== 304) throw error;
  });
}

/** The engine answers SIGKILL once the container is down, a paused one too; SIGTERM at once. */
export async function killNode(
  { containers }: Link,
  id: string,
  signal: 'SIGKILL' | 'SIGTERM',
): Promise<void> {
  await containers.on(id, `kill ${id}`, (container) => ignoring(/not running/, container.kill({ signal })));
}

export async function pauseNode({ containers }: Link, id: string): Promise<void> {
  await containers.onExisting(id, `pause ${id}`, (container) =>
    ignoring(/already paused/, container.pause()),
  );
}

export async function resumeNode({ containers }: Link, id: string): Promise<void> {
  await containers.onExisting(id, `resume ${id}`, (container) =>
    ignoring(/is not paused/, container.unpause()),
  );
}

/** How the node's container lives; undefined where there is none. */
export async function nodeLife({ engine, containers }: Link, id: string): Promise<Life | undefined> {
  const found = await containers.on(id, `look at ${id}`, async (container) =>
    lifeOfContainer(await container.inspect(), engine.target),
  );
  return found?.value;
}

/** The configuration as it is in the node's volume, running or not; undefined where there is no container. */
export async function readConf(
  { engine, containers }: Link,
  id: string,
  { forShowing = false }: ReadConfOptions = {},
): Promise<string | undefined> {
  const found = await containers.on(id, `read the configuration of ${id}`, async (container) => {
    const inspected = await container.inspect();
    const path = confPath(inspected.Config.Labels[KIND_LABEL] ?? '');
    const near = forShowing ? await readOnHost(inspected, path, engine.target) : undefined;
    return near ?? fetchConf(container, path);
  });
  return found?.value;
}

/** False, and nothing changed, when the container runs. */
async function editConf(container: Container, edit: ConfEdit, id: string): Promise<boolean> {
  const { State, Config } = await container.inspect();
  if (State.Running) return false;
  const path = confPath(Config.Labels[KIND_LABEL] ?? '');
  const conf = await fetchConf(container, path);
  if (conf === undefined) throw failed('no-conf', `${id} has no configuration to change (${path})`);
  const [uid = 0, gid = uid] = Config.User.split(':').map(Number);
  const archive = await packConf(basename(path), edit(conf), { uid, gid });
  await container.putArchive(archive, { path: dirname(path) });
  return true;
}

const fetchConf = async (container: Container, path: string): Promise<string | undefined> =>
  unpackFirst(await container.getArchive({ path }));

/** Waits for an order that may find its work done: the engine then refuses it with these words (API 1.41: 409 or 500). */
async function ignoring(words: RegExp, order: Promise<unknown>): Promise<void> {
  await order.catch((error: unknown) => {
    if (!words.test(engineWords(error))) throw error;
  });
}
