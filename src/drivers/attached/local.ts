import { isAbsolute, join } from 'node:path';
import { systemClock } from '../../clock.js';
import { failed, type OperatorError, refused } from '../../errors.js';
import { endProcess, killProcess, suspendProcess } from '../../host/end-process.js';
import { readIfThere } from '../../host/files.js';
import { isAlive, type ProcessIdentity, viewProcess } from '../../host/process-identity.js';
import { isLocal, isServerHere, lifeOfProcess } from '../../host/server-life.js';
import { signalProcess } from '../../host/signal.js';
import type { Life } from '../../model/gathered.js';
import { until } from '../../until.js';
import {
  type AttachedHostContext,
  type AttachedNode,
  isAnswer,
  linksNotCut,
  noDump,
  nodeNamed,
  notOurs,
  type OpenAttachedHost,
  type SaysOfItself,
  silentThere,
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
import { systemdKeeper } from '../systemd.js';
import { examine, type LocalRecord, readLocalRecord, writeLocalRecord } from './local-record.js';
import { editInPlace, launch, requireReturn } from './local-start.js';

/**
 * Servers that are plain processes of this machine. A process is taken for a server only where it listens on the
 * server's port and has the pid that the server has just told, or where that was seen before and its start time is unchanged.
 */
export const localHost: OpenAttachedHost = (context) => ({
  ...limitedHost(new LocalProcesses(context), {
    blockDump: noDump(context.cluster),
  }),
  close: () => {},
  keepers: async (id) => {
    const unit = (await readLocalRecord(context.dir, id))?.unit;
    return unit == null ? [] : systemdKeeper(['systemctl'], unit, context.env);
  },
});

/** How often a launched server is asked for its first answer, and for how long; milliseconds. */
const LOOK_EVERY_MS = 10;
const FIRST_ANSWER_MS = 30_000;

interface Seen {
  /** As it was when it was last seen running. */
  record: LocalRecord | undefined;
  /** Alive now, running or frozen. */
  server: ProcessIdentity | undefined;
  /** What else has the node's address: another server, or something that gives no answer. */
  other?: 'server' | 'silent';
}

type Actions = Omit<NodeActions, 'blockDump'>;

class LocalProcesses implements Actions {
  readonly #context: AttachedHostContext;

  constructor(context: AttachedHostContext) {
    this.#context = context;
  }

  inspect = async (id: string): Promise<NodeInspection> => {
    const { record, server, other } = await this.#find(id);
    const view = server === undefined ? undefined : await viewProcess(server.pid);
    const unit = record?.unit == null ? '' : `, ${record.unit}`;
    if (view !== undefined)
      return { state: view.stopped ? 'paused' : 'running', detail: `pid ${view.pid}${unit}` };
    if (record === undefined) return { state: 'absent', detail: 'it was never seen running on this machine' };
    return {
      state: 'exited',
      detail: `${other === undefined ? '' : OTHERS[other]}was pid ${record.process.pid}${unit}`,
    };
  };

  start = async (id: string, edit?: ConfEdit): Promise<void> => {
    const { record, server, other } = await this.#find(id);
    if (other !== undefined) throw otherThere(this.#nodeOf(id), other);
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
    const now = await this.#find(id);
    if (now.server !== undefined) return;
    const isEnded = launched.end();
    throw failed(
      'start-failed',
      isEnded
        ? `${id} did not answer at its address, and was ended again`
        : `${id} was started, and does not answer at its address`,
      { why: `it was started from ${conf}; its log says more` },
    );
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
    const { record, other } = await this.#find(id);
    if (other !== undefined) throw otherThere(this.#nodeOf(id), other);
    const isEnded = ability === 'kill' || ability === 'stop' || ability === 'start';
    if (isEnded && record !== undefined) await requireReturn(this.#nodeOf(id), record);
  };

  routable = async (): Promise<boolean> => true;

  links = async (): Promise<LinksProbe> =>
    linksNotCut(
      'the links between servers that sentinelctl did not start are not cut: they may share their addresses with other servers',
    );

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

  #nodeOf = (id: string): AttachedNode => nodeNamed(this.#context, id);

  async #find(id: string): Promise<Seen> {
    const { dir } = this.#context;
    const node = this.#nodeOf(id);
    const record = await readLocalRecord(dir, id);
    // A frozen server gives no answer, and need not be asked.
    const view = record === undefined ? undefined : await viewProcess(record.process.pid);
    if (record !== undefined && view?.stopped === true && view.startTime === record.process.startTime)
      return { record, server: record.process };
    const said = await node.ask();
    if (isAnswer(said)) return this.#seen(node, said, record);
    if (record !== undefined && (await isAlive(record.process))) return { record, server: record.process };
    const isTaken = said === 'silent' && isLocal(node.endpoint.host);
    return { record, server: undefined, ...(isTaken && { other: 'silent' as const }) };
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
    if (!isReturned && !(await node.belongs())) return { record: before, server: undefined, other: 'server' };
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

const OTHERS = {
  server: 'another server answers at its address; it ',
  silent: 'what listens at its address gives no answer; it ',
};

const otherThere = (node: AttachedNode, other: 'server' | 'silent'): OperatorError =>
  other === 'server' ? notOurs(node) : silentThere(node);

const dirOf = (conf: string | undefined): string | undefined =>
  /^\s*dir\s+"?([^"\n]+?)"?\s*$/im.exec(conf ?? '')?.[1];

const neverSeen = (id: string, cluster: string): OperatorError =>
  refused('not-possible-here', `${id} cannot be started by sentinelctl: it was never seen running here`, {
    why: 'how it is started is read from its process while it runs',
    hint: `start it yourself, then sentinelctl status --cluster ${cluster}`,
  });

const notHere = ({ id, endpoint }: AttachedNode, { pid }: SaysOfItself): OperatorError =>
  refused('not-here', `${id} is not a process of this machine that sentinelctl may see`, {
    why: `it answers at ${endpoint.host}:${endpoint.port} and says that its pid is ${pid}; no process here has that pid and that port: it runs on another machine or in a container`,
  });
