import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { systemClock } from '../../clock.js';
import { failed, messageOf, type OperatorError, refused } from '../../errors.js';
import { endProcess, killProcess, suspendProcess } from '../../host/end-process.js';
import { readIfThere, writeAtomically } from '../../host/files.js';
import { isAlive, type ProcessIdentity, viewProcess } from '../../host/process-identity.js';
import { isLocal, isServerHere, lifeOfProcess, ownUid } from '../../host/server-life.js';
import { signalProcess } from '../../host/signal.js';
import type { Life } from '../../model/gathered.js';
import { until } from '../../until.js';
import {
  type AttachedHostContext,
  type AttachedNode,
  notOurs,
  type OpenAttachedHost,
  type SaysOfItself,
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
import { readLog } from '../server-log.js';
import { examine, type LocalRecord, readLocalRecord, writeLocalRecord } from './local-record.js';

/**
 * Servers that are plain processes of this machine. A process is taken for a server only where it listens on the
 * server's port and has the pid that the server has just told, or where that was seen before and its start time is unchanged.
 */
export const localHost: OpenAttachedHost = (context) => ({
  ...limitedHost(new LocalProcesses(context), {
    blockDump: { reason: 'sentinelctl does not touch the data directory of a server that it did not start' },
  }),
  close: () => {},
});

/** How often a launched server is asked for its first answer, and for how long; milliseconds. */
const LOOK_EVERY_MS = 10;
const FIRST_ANSWER_MS = 30_000;

interface Seen {
  /** As it was when it was last seen running. */
  record: LocalRecord | undefined;
  /** Alive now, running or frozen. */
  server: ProcessIdentity | undefined;
  /** Whether another server answers at the node's address. */
  isOtherServer?: boolean;
}

type Actions = Omit<NodeActions, 'blockDump'>;

class LocalProcesses implements Actions {
  readonly #context: AttachedHostContext;

  constructor(context: AttachedHostContext) {
    this.#context = context;
  }

  inspect = async (id: string): Promise<NodeInspection> => {
    const { record, server, isOtherServer } = await this.#find(id);
    const view = server === undefined ? undefined : await viewProcess(server.pid);
    const unit = record?.unit == null ? '' : `, ${record.unit}`;
    if (view !== undefined)
      return { state: view.stopped ? 'paused' : 'running', detail: `pid ${view.pid}${unit}` };
    if (record === undefined) return { state: 'absent', detail: 'it was never seen running on this machine' };
    const other = isOtherServer === true ? 'another server answers at its address; it ' : '';
    return { state: 'exited', detail: `${other}was pid ${record.process.pid}${unit}` };
  };

  start = async (id: string, edit?: ConfEdit): Promise<void> => {
    const { record, server, isOtherServer } = await this.#find(id);
    if (isOtherServer === true) throw notOurs(this.#nodeOf(id));
    if (server !== undefined) return;
    if (record === undefined) throw neverSeen(id, this.#context.cluster);
    const conf = await requireReturn(this.#nodeOf(id), record);
    if (edit !== undefined) await editInPlace(conf, edit);
    const node = this.#nodeOf(id);
    const launched = await launch(node, record, conf);
    // The pid of a server that becomes a daemon is known only from its first answer.
    await until(
      async () => (launched.hasFailed() || (await this.#find(id)).server !== undefined ? true : undefined),
      {
        clock: systemClock,
        everyMs: LOOK_EVERY_MS,
        deadlineMs: FIRST_ANSWER_MS,
      },
    );
    if ((await this.#find(id)).server !== undefined) return;
    if (launched.end())
      throw failed('start-failed', `${id} did not answer at its address, and was ended again`);
  };

  stop = async (id: string, { graceMs }: StopOptions): Promise<void> => {
    const server = await this.#toEnd(id);
    if (server !== undefined) await endProcess(server, graceMs);
  };

  kill = async (id: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const server = await this.#toEnd(id);
    if (server === undefined) return;
    if (signal === 'SIGKILL') await killProcess(server);
    else await signalProcess(server, signal);
  };

  pause = (id: string): Promise<void> => this.#suspend(id, true);

  resume = (id: string): Promise<void> => this.#suspend(id, false);

  life = async (id: string): Promise<Life | undefined> => {
    const { record, server } = await this.#find(id);
    return record === undefined ? undefined : lifeOfProcess({ pid: server?.pid ?? null, conf: record.conf });
  };

  readConf = async (id: string): Promise<string | undefined> => {
    const { record } = await this.#find(id);
    return record?.conf == null ? undefined : readIfThere(record.conf);
  };

  logs = (id: string, options?: LogOptions): AsyncIterable<LogLine> => this.#log(id, options);

  requireAble = async (id: string, ability: Ability): Promise<void> => {
    const { record, isOtherServer } = await this.#find(id);
    if (isOtherServer === true) throw notOurs(this.#nodeOf(id));
    const isEnded = ability === 'kill' || ability === 'stop' || ability === 'start';
    if (isEnded && record !== undefined) await requireReturn(this.#nodeOf(id), record);
  };

  routable = async (): Promise<boolean> => true;

  links = async (): Promise<LinksProbe> => ({
    ok: false,
    hint: 'sentinelctl faults # shows which faults need no links',
    reason:
      'the links between servers that sentinelctl did not start are not cut: they may share their addresses with other servers',
  });

  async *#log(id: string, options?: LogOptions): AsyncGenerator<LogLine> {
    const { record } = await this.#find(id);
    const conf = record?.conf == null ? undefined : await readIfThere(record.conf);
    const named = /^\s*logfile\s+(?:"([^"]*)"|'([^']*)'|(\S+))/im.exec(conf ?? '');
    const path = named?.[1] ?? named?.[2] ?? named?.[3] ?? '';
    if (record === undefined || path === '')
      throw refused('not-possible-here', `${id} writes no log file that sentinelctl can read`, {
        why:
          conf === undefined ? 'its configuration file cannot be read' : 'its configuration names no logfile',
        hint: record?.unit == null ? undefined : `journalctl -u ${record.unit}`,
      });
    yield* readLog(id, isAbsolute(path) ? path : join(dirOf(conf) ?? record.cwd, path), options);
  }

  #nodeOf(id: string): AttachedNode {
    const node = this.#context.nodes.find((one) => one.id === id);
    if (node === undefined) throw refused('no-such-node', `${this.#context.cluster} has no node ${id}`);
    return node;
  }

  async #find(id: string): Promise<Seen> {
    const { dir } = this.#context;
    const node = this.#nodeOf(id);
    const record = await readLocalRecord(dir, id);
    // A frozen server gives no answer, and need not be asked.
    const view = record === undefined ? undefined : await viewProcess(record.process.pid);
    if (record !== undefined && view?.stopped === true && view.startTime === record.process.startTime)
      return { record, server: record.process };
    const said = await node.ask();
    if (said !== null) return this.#seen(node, said, record);
    return {
      record,
      server: record !== undefined && (await isAlive(record.process)) ? record.process : undefined,
    };
  }

  /**
   * One that was not seen before is taken for the node's where it belongs to the cluster, or runs with the node's
   * configuration file; another server at its address changes nothing of what is remembered. Throws `not-here` (3) for a
   * server that answers and does not run on this machine.
   */
  async #seen(node: AttachedNode, said: SaysOfItself, before: LocalRecord | undefined): Promise<Seen> {
    if (before?.runId === said.runId) return { record: before, server: before.process };
    const { host, port } = node.endpoint;
    if (!isLocal(host) || !(await isServerHere(said.pid, port))) throw notHere(node, said);
    const now = await examine(said);
    if (now === undefined) throw notHere(node, said);
    const isReturned = before !== undefined && before.conf !== null && before.conf === now.conf;
    if (!isReturned && !(await node.belongs()))
      return { record: before, server: undefined, isOtherServer: true };
    await writeLocalRecord(this.#context.dir, node.id, now);
    return { record: now, server: now.process };
  }

  /** The server that may be ended, since it could be started again. */
  async #toEnd(id: string): Promise<ProcessIdentity | undefined> {
    const { record, server } = await this.#find(id);
    if (record !== undefined && server !== undefined) await requireReturn(this.#nodeOf(id), record);
    return server;
  }

  async #suspend(id: string, stopped: boolean): Promise<void> {
    const { server } = await this.#find(id);
    if (server !== undefined && (await suspendProcess(server, stopped))) return;
    throw refused('node-not-running', `${id} cannot be ${stopped ? 'paused' : 'resumed'}: it is not running`);
  }
}

const dirOf = (conf: string | undefined): string | undefined =>
  /^\s*dir\s+"?([^"\n]+?)"?\s*$/im.exec(conf ?? '')?.[1];

/** The file that it is started from. Throws `not-possible-here` (3) where it could not be started as it was. */
async function requireReturn(
  { id, kind, endpoint }: AttachedNode,
  { conf, uid, program }: LocalRecord,
): Promise<string> {
  const us = ownUid();
  const why =
    conf === null
      ? 'it runs without a configuration file: its arguments are not known, so it could not be started again as it was'
      : us !== 0 && us !== uid
        ? `it runs as user ${uid}: run sentinelctl as that user, or as root`
        : whyNotFrom(await readIfThere(conf), conf, kind === 'sentinel' ? 26379 : 6379, endpoint.port);
  if (conf !== null && why === null) return conf;
  throw refused('not-possible-here', `${id} cannot be ended and started again by sentinelctl`, {
    why: `${why} (${program})`,
  });
}

/**
 * Why a file is not what a server was started with: its title hides its arguments, but the port that it listens on is
 * known. Null where nothing speaks against it, as in a file that includes others.
 */
function whyNotFrom(text: string | undefined, path: string, usual: number, port: number): string | null {
  if (text === undefined) return `its configuration file is not there any more: ${path}`;
  if (/^\s*include\s/im.test(text)) return null;
  const named = [...text.matchAll(/^\s*(port|tls-port)\s+"?(\d+)"?/gim)].map(([, name, n]) => ({
    isPlain: name?.toLowerCase() === 'port',
    port: Number(n),
  }));
  const ports = [...(named.some(({ isPlain }) => isPlain) ? [] : [usual]), ...named.map((one) => one.port)];
  if (ports.includes(port)) return null;
  return `it listens on port ${port}, and its file ${path} says ${ports.filter((n) => n > 0).join(' and ')}: it was started with arguments besides the file, which are not known`;
}

const neverSeen = (id: string, cluster: string): OperatorError =>
  refused('not-possible-here', `${id} cannot be started by sentinelctl: it was never seen running here`, {
    why: 'how it is started is read from its process while it runs',
    hint: `start it yourself, then sentinelctl status --cluster ${cluster}`,
  });

const notHere = ({ id, endpoint }: AttachedNode, { pid }: SaysOfItself): OperatorError =>
  refused('not-here', `${id} is not a process of this machine that sentinelctl may see`, {
    why: `it answers at ${endpoint.host}:${endpoint.port} and says that its pid is ${pid}; no process here has that pid and that port: it runs on another machine or in a container`,
  });

/** Keeps the file's owner, group and mode, and the link to it. */
async function editInPlace(path: string, edit: ConfEdit): Promise<void> {
  const file = await realpath(path);
  const [text, { uid, gid, mode }] = await Promise.all([readIfThere(file), stat(file)]);
  await writeAtomically(file, edit(text ?? ''), mode & 0o777, { owner: { uid, gid } });
}

/** Returns when it was spawned, before it answers. It outlives this command. Throws `start-failed` (1). */
async function launch(
  node: AttachedNode,
  record: LocalRecord,
  conf: string,
): Promise<{ hasFailed(): boolean; end(): boolean }> {
  const isOther = ownUid() !== record.uid;
  try {
    const child = spawn(record.program, node.kind === 'sentinel' ? [conf, '--sentinel'] : [conf], {
      argv0: record.name,
      cwd: record.cwd,
      detached: true,
      stdio: 'ignore',
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C' },
      ...(isOther && { uid: record.uid, gid: record.gid }),
    });
    await once(child, 'spawn');
    child.unref();
    // One that becomes a daemon ends with 0 as soon as it has.
    return {
      hasFailed: () => child.signalCode !== null || (child.exitCode !== null && child.exitCode !== 0),
      end: () => child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'),
    };
  } catch (error) {
    throw failed('start-failed', `${node.id} did not start: cannot run ${record.program}`, {
      why: messageOf(error),
      cause: error,
    });
  }
}
