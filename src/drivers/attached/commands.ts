import { systemClock } from '../../clock.js';
import { failed, type OperatorError, refused } from '../../errors.js';
import { commandsFor, type TemplateAction, type TemplateValues } from '../../model/templates.js';
import { until } from '../../until.js';
import {
  type AttachedHostContext,
  type AttachedNode,
  type CheckedCommand,
  isAnswer,
  type Keeper,
  linksNotCut,
  noDump,
  nodeNamed,
  notAsReplica,
  notOurs,
  type OpenAttachedHost,
  type SaysOfItself,
} from '../attached-host.js';
import {
  type Ability,
  type ConfEdit,
  type LogLine,
  type LogOptions,
  limitedHost,
  type NodeActions,
  type NodeHost,
  type NodeInspection,
  type StopOptions,
} from '../node-host.js';
import { lineReader } from '../server-log.js';
import { type CommandedRecord, readCommandedRecord, writeCommandedRecord } from './commanded-record.js';
import { lackOf, OperatorCommands } from './operator-commands.js';
import { Pods } from './pods.js';

/** How often a server is asked whether a command had its effect, and for how long; milliseconds. */
const LOOK_EVERY_MS = 50;
const EFFECT_MS = 30_000;
/** A pause takes effect at once. */
const PAUSE_EFFECT_MS = 10_000;
/** So many times without an answer, and what was just ended is taken for gone: its machine may have left with it. */
const SILENT_TIMES = 3;
/** How many lines of a log are asked for where no number was. */
const LOG_LINES = 10_000;

/** Which command each action needs. */
const NEEDS: Readonly<Partial<Record<Ability, TemplateAction>>> = {
  start: 'start',
  stop: 'stop',
  kill: 'kill',
  pause: 'pause',
  resume: 'resume',
  logs: 'logs',
};

/**
 * Servers that are acted on by commands of the operator (`ssh`, `systemctl`, `kubectl`), and asked over the network whether
 * that had its effect: a command that ends with 0 proves nothing.
 */
export const commandsHost: OpenAttachedHost = (context) => {
  const servers = new CommandedServers(context);
  const lacking = (action: TemplateAction): boolean =>
    context.nodes.every((node) => commandsFor(context.commands, node)[action] === undefined);
  const lacks: Record<string, { reason: string; hint?: string }> = {
    life: { reason: 'commands tell nothing of the process of a server' },
    readConf: { reason: 'commands read no configuration file' },
    blockDump: noDump(context.cluster),
  };
  for (const [ability, action] of Object.entries(NEEDS))
    if (lacking(action)) lacks[ability] = lackOf(context.cluster, action);
  const present = Object.fromEntries(
    Object.entries(servers.actions).filter(([ability]) => !Object.hasOwn(lacks, ability)),
  );
  const host = limitedHost(
    {
      ...(present as unknown as NodeActions),
      routable: servers.routable,
      links: servers.links,
      requireAble: servers.requireAble,
    },
    lacks as Record<'life' | 'readConf' | 'blockDump', { reason: string }>,
  );
  // What a server does not tell is asked by callers that can go on without it.
  return {
    ...host,
    readConf: async () => undefined,
    life: async () => undefined,
    check: servers.check,
    keepers: servers.keepers,
    close: () => {},
  };
};

class CommandedServers {
  readonly #context: AttachedHostContext;
  readonly #commands: OperatorCommands;
  readonly #pods: Pods;

  constructor(context: AttachedHostContext) {
    this.#context = context;
    this.#commands = new OperatorCommands(context);
    this.#pods = new Pods(context, this.#commands);
  }

  get actions(): Omit<NodeActions, 'life' | 'readConf' | 'blockDump'> {
    const { inspect, start, stop, kill, pause, resume, logs } = this;
    return { inspect, start, stop, kill, pause, resume, logs };
  }

  inspect = async (id: string): Promise<NodeInspection> => {
    const node = this.#nodeOf(id);
    const said = await node.ask();
    if (said === null) return { state: 'exited', detail: 'nothing listens at its address' };
    const known = await this.#remembered(id);
    if (said === 'silent')
      return known?.isPaused === true
        ? { state: 'paused', detail: 'it was paused by a command, and gives no answer' }
        : { state: 'exited', detail: 'it gives no answer: it is frozen, or its machine cannot be reached' };
    const isNew = known?.runId !== said.runId;
    // Another server may have the address now: it is not taken for the node.
    if (isNew ? this.#context.afresh || (await node.belongs()) : known.isPaused) {
      await this.#remember(id, said, false);
      // An action that needs it says why it is not known.
      await this.#pods.of(node, said).catch(() => undefined);
    }
    return { state: 'running', detail: `it answers; pid ${said.pid} on its machine` };
  };

  start = async (id: string, edit?: ConfEdit, abort?: AbortSignal): Promise<void> => {
    const node = this.#nodeOf(id);
    const said = await node.ask();
    if (isAnswer(said)) {
      const isBack = await this.#pods.isSame(node);
      // A unit that was restarted as the master that it was belongs to no one until the sentinels demote it.
      if (isBack || (await this.#seen(() => node.belongs(), EFFECT_MS, abort))) return;
      throw notOurs(node);
    }
    const master = edit === undefined ? undefined : followedIn(edit(''));
    if (edit !== undefined && master === undefined) throw this.#notAsReplica(id);
    const action = master === undefined ? 'start' : 'start-replica';
    await this.#run(node, action, abort, { ...master });
    const isUp = await this.#seen(async () => isAnswer(await node.ask()), EFFECT_MS, abort);
    if (!isUp)
      throw failed('start-failed', `${id} was started by its command, and does not answer at its address`, {
        why: `the command ended with 0: ${this.#commands.shown(node, action, { ...master })}`,
      });
  };

  stop = async (id: string, { graceMs, abort }: StopOptions): Promise<void> => {
    await this.#end(id, 'stop', graceMs + EFFECT_MS, abort);
  };

  kill = async (id: string, signal: 'SIGKILL' | 'SIGTERM', abort?: AbortSignal): Promise<void> => {
    await this.#end(id, signal === 'SIGKILL' ? 'kill' : 'stop', EFFECT_MS, abort);
  };

  pause = async (id: string, abort?: AbortSignal): Promise<void> => {
    const node = await this.#member(id);
    const said = await node.ask();
    if (!isAnswer(said)) throw notRunning(id, 'paused');
    // First: the pid is needed to resume it, also where this command is killed right after the other one.
    await this.#remember(id, said, true);
    await this.#run(node, 'pause', abort);
    if (await this.#seen(async () => (await node.ask()) === 'silent', PAUSE_EFFECT_MS, abort)) return;
    await this.#remember(id, said, false);
    throw failed('act-failed', `${id} was paused by its command, and still answers`, {
      why: `the command ended with 0: ${this.#commands.shown(node, 'pause')}`,
    });
  };

  resume = async (id: string, abort?: AbortSignal): Promise<void> => {
    const node = this.#nodeOf(id);
    const known = await this.#remembered(id);
    if (isAnswer(await node.ask())) return;
    await this.#run(node, 'resume', abort);
    if (!(await this.#seen(async () => isAnswer(await node.ask()), EFFECT_MS, abort)))
      throw failed('act-failed', `${id} was resumed by its command, and does not answer`, {
        why: `the command ended with 0: ${this.#commands.shown(node, 'resume')}`,
      });
    if (known !== undefined) await this.#remember(id, known, false);
  };

  logs = (id: string, options: LogOptions = {}): AsyncIterable<LogLine> => this.#log(id, options);

  requireAble = async (id: string, ability: Ability): Promise<void> => {
    const node = this.#nodeOf(id);
    const action = NEEDS[ability];
    if (action !== undefined) await this.#pods.for(node, action, await node.ask());
    // A data node comes back as a replica of the master of that moment.
    if (ability === 'start' && node.kind === 'redis' && !this.#commands.has(node, 'start-replica'))
      throw this.#notAsReplica(id);
  };

  routable = async (): Promise<boolean> => true;

  links: NodeHost['links'] = async () =>
    linksNotCut('the links between servers that sentinelctl did not start are not cut');

  async *#log(id: string, { tail, sinceMs, follow, signal }: LogOptions): AsyncGenerator<LogLine> {
    const node = this.#nodeOf(id);
    if (follow === true)
      throw refused('not-possible-here', `the log of ${id} cannot be followed: it is read by a command`, {
        hint: `sentinelctl logs ${id} --tail 50`,
      });
    const said = await node.ask();
    const text = await this.#output(node, 'logs', { lines: String(tail ?? LOG_LINES) }, said, signal);
    const read = lineReader(id, sinceMs);
    const lines = text.split('\n').flatMap((line) => (line === '' ? [] : (read(line) ?? [])));
    yield* tail === undefined ? lines : lines.slice(Math.max(0, lines.length - tail));
  }

  check = async (): Promise<CheckedCommand[]> => {
    const checked = await Promise.all(
      this.#context.nodes.map(async (node) => {
        const said = await node.ask().catch(() => null);
        const pod = await this.#pods.of(node, said).catch(() => undefined);
        return this.#commands.check(node, await this.#known(node.id, said), pod === undefined ? {} : { pod });
      }),
    );
    return checked.flat();
  };

  /** What its own commands tell of who manages it. */
  keepers = async (id: string): Promise<Keeper[]> => {
    const node = this.#nodeOf(id);
    return this.#commands.keepers(node, await this.#remembered(id));
  };

  /** Ends a server, and waits until it does not answer. */
  async #end(id: string, action: 'stop' | 'kill', deadlineMs: number, abort?: AbortSignal): Promise<void> {
    const node = await this.#member(id);
    const said = await node.ask();
    if (said === null) return;
    await this.#run(node, action, abort);
    const was = (await this.#known(id, said))?.runId;
    let silent = 0;
    const isGone = await this.#seen(
      async () => {
        const now = await node.ask();
        silent = now === 'silent' ? silent + 1 : 0;
        return now === null || silent >= SILENT_TIMES || (isAnswer(now) && now.runId !== was);
      },
      deadlineMs,
      abort,
    );
    if (!isGone)
      throw failed('still-there', `${id} still answers after its ${action} command`, {
        why: `the command ended with 0: ${this.#commands.shown(node, action)}`,
      });
  }

  /** The node, where who answers at its address is the cluster's, or what gives no answer was seen as it. */
  async #member(id: string): Promise<AttachedNode> {
    const node = this.#nodeOf(id);
    const said = await node.ask();
    const known = await this.#remembered(id);
    if (isAnswer(said)) {
      if (known?.runId !== said.runId && !(await node.belongs())) throw notOurs(node);
      if (known?.runId !== said.runId) await this.#remember(id, said, false);
    }
    return node;
  }

  async #seen(holds: () => Promise<boolean>, deadlineMs: number, signal?: AbortSignal): Promise<boolean> {
    const found = await until(async () => ((await holds()) ? true : undefined), {
      clock: systemClock,
      everyMs: LOOK_EVERY_MS,
      deadlineMs,
      signal,
    });
    return found === true;
  }

  async #run(
    node: AttachedNode,
    action: TemplateAction,
    abort?: AbortSignal,
    more: Partial<TemplateValues> = {},
  ): Promise<void> {
    await this.#output(node, action, more, await node.ask(), abort);
  }

  async #output(
    node: AttachedNode,
    action: TemplateAction,
    more: Partial<TemplateValues>,
    said: SaysOfItself | 'silent' | null,
    signal?: AbortSignal,
  ): Promise<string> {
    const pod = await this.#pods.for(node, action, said);
    const values = pod === undefined ? more : { pod, ...more };
    return this.#commands.run(node, action, await this.#known(node.id, said), values, signal);
  }

  #notAsReplica = (id: string): OperatorError =>
    notAsReplica(id, lackOf(this.#context.cluster, 'start-replica').reason);

  #nodeOf = (id: string): AttachedNode => nodeNamed(this.#context, id);

  /** What a server says of itself, or said when it last answered. */
  #known = async (
    id: string,
    said: SaysOfItself | 'silent' | null,
  ): Promise<Pick<SaysOfItself, 'runId' | 'pid'> | undefined> =>
    isAnswer(said) ? said : this.#remembered(id);

  #remembered = (id: string): Promise<CommandedRecord | undefined> =>
    readCommandedRecord(this.#context.dir, id);

  #remember = (id: string, said: Pick<SaysOfItself, 'runId' | 'pid'>, isPaused: boolean): Promise<void> =>
    writeCommandedRecord(this.#context.dir, id, said, isPaused);
}

/** The master in the line that a start as a replica adds to a configuration. */
function followedIn(conf: string): { masterHost: string; masterPort: string } | undefined {
  const [, masterHost, masterPort] = /^replicaof (\S+) (\d+)$/m.exec(conf) ?? [];
  return masterHost === undefined || masterPort === undefined ? undefined : { masterHost, masterPort };
}

const notRunning = (id: string, done: string): OperatorError =>
  refused('node-not-running', `${id} cannot be ${done}: it gives no answer`);
