import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errnoOf, refused } from '../../errors.js';
import { endProcess, killProcess } from '../../host/end-process.js';
import { makePrivateDirectory, removeTree, writeAtomically } from '../../host/files.js';
import type { ProcessIdentity } from '../../host/process-identity.js';
import { command } from '../../model/hints.js';
import type { NodePlan, NodeSlot } from '../../model/plan.js';
import type { ClusterSpec } from '../../model/spec.js';
import type { NodeExtras } from '../../model/tls-files.js';
import { nodesBelow } from '../node-paths.js';
import {
  addRemoved,
  type DataOnDisk,
  type NodePaths,
  nothingRemoved,
  type Provisioner,
  type Removed,
  SAVING_GRACE_MS,
} from '../provisioner.js';
import { needServer } from './binary.js';
import { layOut } from './layout.js';
import { clearAll } from './links.js';
import { chooseNet, loopbackOf } from './loopback.js';
import { dataBytes, isNodeId, type NodeFiles, nodeFiles } from './node-files.js';
import { findServer, serversBelow } from './ownership.js';
import { writeRecord } from './record.js';
import type { ProcessSession } from './session.js';
import { writeSettings } from './settings.js';

/** Creates and removes the directories and daemons of one cluster. */
export class ProcessProvisioner implements Provisioner {
  readonly #session: ProcessSession;

  constructor(session: ProcessSession) {
    this.#session = session;
  }

  get settings(): Readonly<Record<string, string>> {
    const { located, settings } = this.#session;
    return { ...(located.path !== undefined && { redisServer: located.path }), ...writeSettings(settings) };
  }

  async layout(spec: ClusterSpec, slots: NodeSlot[]): Promise<NodePlan[]> {
    const session = this.#session;
    const reserve = session.reserve.bind(session);
    if (session.settings.loopback === 'shared') return layOut(session.dir, spec, slots, reserve);
    const net = session.settings.net || (await chooseNet(session.dir));
    const { version, engine } = await needServer(session.located, session.env);
    const hasDirective = engine !== 'Redis' || Number(version.split('.')[0]) >= 7;
    session.settings = { ...session.settings, net, source: hasDirective ? 'directive' : 'bind' };
    return layOut(session.dir, spec, slots, reserve, (id) => loopbackOf(net, id));
  }

  async prepare(): Promise<void> {
    const session = this.#session;
    await needServer(session.located, session.env);
    await session.guard(() => makePrivateDirectory(nodesBelow(session.dir)));
  }

  paths(node: NodePlan): NodePaths {
    const { dir, conf, log, pidfile } = this.#session.filesOf(node.id);
    const { host } = node.announce;
    const source = this.#session.settings.source === 'directive' ? host : undefined;
    return { dir, conf, logfile: log, pidfile, bind: host, ...(source !== undefined && { source }) };
  }

  create(node: NodePlan, conf: string, extras: NodeExtras = {}): Promise<void> {
    const session = this.#session;
    const files = session.filesOf(node.id);
    return session.guard(async () => {
      const isNew = await makePrivateDirectory(files.dir);
      const server = isNew ? undefined : (await session.find(files)).server;
      if (server !== undefined) {
        throw refused('node-running', `${node.id} cannot be recreated: it is running as pid ${server.pid}`, {
          hint: command('status', basename(session.dir)),
        });
      }
      for (const [name, text] of Object.entries(extras))
        await writeAtomically(join(files.dir, name), text, 0o600);
      await writeAtomically(files.conf, conf, 0o600);
      await writeRecord(files, { state: 'created' });
    });
  }

  dataOnDisk(): Promise<DataOnDisk> {
    const { dir } = this.#session;
    return this.#session.guard(async () => {
      const files = (await namesIn(nodesBelow(dir))).filter(isNodeId).map((id) => nodeFiles(dir, id));
      const sizes = await Promise.all(
        files
          .filter(({ kind }) => kind === 'redis')
          .map(async (f) => ({ id: f.id, bytes: await dataBytes(f) })),
      );
      const held = sizes.filter(({ bytes }) => bytes > 0);
      return {
        nodes: held.map(({ id }) => id).sort(),
        bytes: held.reduce((sum, { bytes }) => sum + bytes, 0),
        places: held.length === 0 ? [] : [nodesBelow(dir)],
      };
    });
  }

  async remove(id: string, { keepData = false }: { keepData?: boolean } = {}): Promise<Removed> {
    const { located } = this.#session;
    const files = this.#session.filesOf(id);
    return this.#session.guard(() => removeNode(files, located.path, keepData));
  }

  removeAll({ keepData = false }: { keepData?: boolean } = {}): Promise<Removed> {
    const { dir, settings, located } = this.#session;
    const nodes = nodesBelow(dir);
    return this.#session.guard(async () => {
      await clearAll(dir, settings);
      const names = await namesIn(nodes);
      const removed = await removeNodes(dir, names, located.path, keepData);
      if (!keepData) await removeTree(nodes);
      return removed;
    });
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Stops a node's server and removes its files; counts the process only if one was running. */
async function removeNode(files: NodeFiles, binary: string | undefined, keepData: boolean): Promise<Removed> {
  const { server } = await findServer(files, binary);
  if (server !== undefined) await end(server, keepData);
  const paths = keepData ? [files.conf, files.record, files.pidfile, ...files.extras] : [files.dir];
  await Promise.all(paths.map((path) => removeTree(path)));
  return { ...nothingRemoved, processes: server === undefined ? 0 : 1 };
}

/**
 * Removes these nodes, and stops servers of this cluster whose directories no longer exist. Continues past a node that
 * cannot be removed, then throws the first error.
 */
async function removeNodes(
  clusterDir: string,
  names: string[],
  binary: string | undefined,
  keepData: boolean,
): Promise<Removed> {
  const ids = names.filter(isNodeId);
  const outcomes = await Promise.allSettled(
    ids.map((id) => removeNode(nodeFiles(clusterDir, id), binary, keepData)),
  );
  const strays = await serversBelow(`${nodesBelow(clusterDir)}/`, binary);
  const ends = await Promise.allSettled(strays.map((server) => end(server, keepData)));
  const failure = [...outcomes, ...ends].find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  const removed = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  return removed.reduce(addRemoved, { ...nothingRemoved, processes: strays.length });
}

const end = (server: ProcessIdentity, keepData: boolean): Promise<void> =>
  keepData ? endProcess(server, SAVING_GRACE_MS) : killProcess(server);
