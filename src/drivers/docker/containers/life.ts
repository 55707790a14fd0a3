import type { Container } from 'dockerode';
import { type OperatorError, refused, unreachable } from '../../../errors.js';
import type { Life } from '../../../model/gathered.js';
import type { ConfEdit } from '../../node-host.js';
import type { Engine } from '../engine/engine.js';
import type { EngineTarget } from '../engine/engine-target.js';
import { engineError, engineWords, statusOf } from '../engine/errors.js';
import type { Connected } from './containers.js';
import { editConf } from './files.js';
import { lifeOfContainer } from './server-life.js';

/** Starts a stopped container, after editing its configuration. A running or paused one is not changed. */
export async function startNode(
  { engine, containers }: Connected,
  id: string,
  edit?: ConfEdit,
): Promise<void> {
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

/** SIGTERM, then SIGKILL after the grace; returns when the container is down. */
export async function stopNode(
  { engine, containers }: Connected,
  id: string,
  graceMs: number,
): Promise<void> {
  await containers.on(id, `stop ${id}`, (container) => stopContainer(engine, container, graceMs));
}

/** Stops a container; rejects with the engine's own error. */
export async function stopContainer(engine: Engine, container: Container, graceMs: number): Promise<void> {
  // A paused server cannot handle SIGTERM: the engine would wait for the whole grace and then kill it.
  await ignoring(/is not paused|not running/, container.unpause());
  // The engine answers only when the container is down, up to the whole grace later.
  const patient = engine.streams.getContainer(container.id);
  await patient.stop({ t: Math.ceil(graceMs / 1000) }).catch((error: unknown) => {
    if (statusOf(error) !== 304) throw error;
  });
}

/** The engine answers SIGKILL when the container is down, even a paused one; SIGTERM immediately. */
export async function killNode(
  { containers }: Connected,
  id: string,
  signal: 'SIGKILL' | 'SIGTERM',
): Promise<void> {
  await containers.on(id, `kill ${id}`, (container) => ignoring(/not running/, container.kill({ signal })));
}

export async function pauseNode({ containers }: Connected, id: string): Promise<void> {
  await containers.onExisting(id, `pause ${id}`, (container) =>
    ignoring(/already paused/, container.pause()),
  );
}

export async function resumeNode({ containers }: Connected, id: string): Promise<void> {
  await containers.onExisting(id, `resume ${id}`, (container) =>
    ignoring(/is not paused/, container.unpause()),
  );
}

/** The node's container as a diagnosis sees it; undefined where there is none. */
export async function nodeLife({ engine, containers }: Connected, id: string): Promise<Life | undefined> {
  const found = await containers.on(id, `inspect ${id}`, async (container) =>
    lifeOfContainer(await container.inspect(), engine.target),
  );
  return found?.value;
}

/** Ignores the engine's refusal to do what is already done, known by these words (API 1.41: 409 or 500). */
async function ignoring(words: RegExp, order: Promise<unknown>): Promise<void> {
  await order.catch((error: unknown) => {
    if (!words.test(engineWords(error))) throw error;
  });
}

/**
 * The reason why a container did not start, for an operator.
 * @internal Tested with the errors of engines that are not here.
 */
export function startError(error: unknown, target: EngineTarget, node: string): OperatorError {
  const words = engineWords(error);
  // Bound by a process: "listen tcp4 127.0.0.1:6379: bind: address already in use"; published by another container:
  // "Bind for 127.0.0.1:6379 failed: port is already allocated".
  const port = /(?:listen tcp\d? |Bind for )\S*:(\d+)/i.exec(words)?.[1];
  if (port !== undefined && /already in use|already allocated/.test(words)) {
    return refused('port-taken', `port ${port} of ${node} is in use by another process`, {
      why: words,
      hint: `stop the process that uses it (ss -ltnp "sport = :${port}" shows it), then sentinelctl start ${node}`,
      cause: error,
    });
  }
  if (/Address already in use/.test(words)) {
    return refused('address-taken', `the address of ${node} is in use by another container`, {
      why: words,
      hint: 'find that container with docker network inspect, and disconnect it',
      cause: error,
    });
  }
  if (/executable file not found|no such file or directory/.test(words)) {
    return unreachable('image-unfit', `the image of ${node} does not contain the server`, {
      why: words,
      hint: '--image redis:8 # or valkey/valkey:8, or host',
      cause: error,
    });
  }
  return engineError(error, target, `start ${node}`);
}
