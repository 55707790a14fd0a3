import { dirname, isAbsolute } from 'node:path';
import { systemClock } from '../../clock.js';
import { failed, type OperatorError, refused } from '../../errors.js';
import { executableInPath, whyNotExecutable } from '../../host/executable.js';
import { makePrivateDirectory, readIfThere, writeAtomically } from '../../host/files.js';
import { runCommand } from '../../host/run-command.js';
import { shellWord } from '../../model/secrets.js';
import {
  fill,
  isHarmless,
  TEMPLATE_ACTIONS,
  type TemplateAction,
  type Templates,
  type TemplateValues,
} from '../../model/templates.js';
import { until } from '../../until.js';
import {
  type AttachedHostContext,
  type AttachedNode,
  type CheckedCommand,
  noDump,
  notOurs,
  type OpenAttachedHost,
  processRecordOf,
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

/** How long one command may take, in milliseconds: `kubectl wait` waits for a minute. */
const COMMAND_DEADLINE_MS = 90_000;
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
  const { redis = {}, sentinel = {} } = context.commands ?? {};
  const lacking = (action: TemplateAction): boolean =>
    redis[action] === undefined && sentinel[action] === undefined;
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
    close: () => {},
  };
};

const lackOf = (cluster: string, action: TemplateAction): { reason: string; hint: string } => ({
  reason: `${cluster} was attached without --${action}-command`,
  hint: `sentinelctl attach ${cluster} --${action}-command 'COMMAND {host} {port}' # or --via systemd, ssh or kubectl`,
});

/** What was seen of a server when it last answered. */
interface Remembered {
  version: 1;
  runId: string;
  pid: number;
  /** Whether it was paused by a command, and not resumed yet. */
  isPaused: boolean;
}

class CommandedServers {
  readonly #context: AttachedHostContext;

  constructor(context: AttachedHostContext) {
    this.#context = context;
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
    if (known?.runId !== said.runId || known.isPaused) await this.#remember(id, said, false);
    return { state: 'running', detail: `it answers; pid ${said.pid} on its machine` };
  };

  start = async (id: string, edit?: ConfEdit, abort?: AbortSignal): Promise<void> => {
    const node = this.#nodeOf(id);
    const said = await node.ask();
    if (said !== null && said !== 'silent') {
      if (!(await node.belongs())) throw notOurs(node);
      return;
    }
    const master = edit === undefined ? undefined : followedIn(edit(''));
    if (edit !== undefined && master === undefined) throw this.#notAsReplica(id);
    const action = master === undefined ? 'start' : 'start-replica';
    await this.#run(node, action, abort, { ...master });
    const isUp = await this.#seen(async () => isAnswer(await node.ask()), EFFECT_MS, abort);
    if (!isUp)
      throw failed('start-failed', `${id} was started by its command, and does not answer at its address`, {
        why: `the command ended with 0: ${this.#shown(node, action, { ...master })}`,
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
      why: `the command ended with 0: ${this.#shown(node, 'pause')}`,
    });
  };

  resume = async (id: string, abort?: AbortSignal): Promise<void> => {
    const node = this.#nodeOf(id);
    const known = await this.#remembered(id);
    if (isAnswer(await node.ask())) return;
    await this.#run(node, 'resume', abort);
    if (!(await this.#seen(async () => isAnswer(await node.ask()), EFFECT_MS, abort)))
      throw failed('act-failed', `${id} was resumed by its command, and does not answer`, {
        why: `the command ended with 0: ${this.#shown(node, 'resume')}`,
      });
    if (known !== undefined) await this.#remember(id, known, false);
  };

  logs = (id: string, options: LogOptions = {}): AsyncIterable<LogLine> => this.#log(id, options);

  requireAble = async (id: string, ability: Ability): Promise<void> => {
    const node = this.#nodeOf(id);
    const action = NEEDS[ability];
    if (action !== undefined) this.#template(node, action);
    // A data node comes back as a replica of the master of that moment.
    if (ability === 'start' && node.kind === 'redis' && this.#of(node)['start-replica'] === undefined)
      throw this.#notAsReplica(id);
  };

  routable = async (): Promise<boolean> => true;

  links: NodeHost['links'] = async () => ({
    ok: false,
    reason: 'the links between servers that sentinelctl did not start are not cut',
    hint: 'sentinelctl faults # shows which faults need no links',
  });

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
    const { nodes } = this.#context;
    const checked = await Promise.all(
      nodes.map(async (node): Promise<CheckedCommand[]> => {
        const said = await node.ask().catch(() => null);
        const values = {
          ...valuesOf(node, isAnswer(said) ? said : await this.#remembered(node.id)),
          ...{ lines: '1', masterHost: 'MASTER', masterPort: 'PORT' },
        };
        const actions = TEMPLATE_ACTIONS.filter((action) => this.#of(node)[action] !== undefined);
        return Promise.all(actions.map((action) => this.#checked(node, action, values)));
      }),
    );
    return checked.flat();
  };

  async #checked(
    node: AttachedNode,
    action: TemplateAction,
    values: TemplateValues,
  ): Promise<CheckedCommand> {
    const filled = fill(this.#template(node, action), values);
    const base = { node: node.id, action };
    if (!filled.ok) return { ...base, words: null, ran: false, why: filled.why };
    const { words } = filled;
    const { env } = this.#context;
    if (!isHarmless(action)) {
      const [program = ''] = words;
      const isThere =
        (isAbsolute(program) && (await whyNotExecutable(program)) === undefined) ||
        (await executableInPath(env, program)) !== undefined;
      return { ...base, words, ran: false, why: isThere ? null : `there is no program ${program}` };
    }
    const ran = await runCommand(words, { deadlineMs: COMMAND_DEADLINE_MS, env });
    return { ...base, words, ran: true, why: ran.ok ? null : ran.why };
  }

  /** Ends a server, and waits until it does not answer. */
  async #end(id: string, action: 'stop' | 'kill', deadlineMs: number, abort?: AbortSignal): Promise<void> {
    const node = await this.#member(id);
    const said = await node.ask();
    if (said === null) return;
    await this.#run(node, action, abort);
    const was = isAnswer(said) ? said.runId : (await this.#remembered(id))?.runId;
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
        why: `the command ended with 0: ${this.#shown(node, action)}`,
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

  /** What a command prints. Throws `not-possible-here` (3) where it lacks a value, `command-failed` (1) where it fails. */
  async #output(
    node: AttachedNode,
    action: TemplateAction,
    more: Partial<TemplateValues>,
    said: SaysOfItself | 'silent' | null,
    signal?: AbortSignal | undefined,
  ): Promise<string> {
    const known = isAnswer(said) ? said : await this.#remembered(node.id);
    const filled = fill(this.#template(node, action), { ...valuesOf(node, known), ...more });
    if (!filled.ok)
      throw refused('not-possible-here', `the ${action} command for ${node.id} cannot be filled in`, {
        why: filled.why,
      });
    const { env } = this.#context;
    const ran = await runCommand(filled.words, { deadlineMs: COMMAND_DEADLINE_MS, signal, env });
    if (ran.ok) return ran.stdout;
    throw failed('command-failed', `the ${action} command for ${node.id} failed: ${ran.why}`, {
      why: filled.words.map(shellWord).join(' '),
      hint: `sentinelctl attach ${this.#context.cluster} --check # shows every command`,
    });
  }

  #shown(node: AttachedNode, action: TemplateAction, more: Partial<TemplateValues> = {}): string {
    const filled = fill(this.#template(node, action), { ...valuesOf(node), ...more });
    return (filled.ok ? filled.words : this.#template(node, action)).map(shellWord).join(' ');
  }

  #of({ kind }: AttachedNode): Templates {
    return this.#context.commands?.[kind] ?? {};
  }

  #template(node: AttachedNode, action: TemplateAction): readonly string[] {
    const template = this.#of(node)[action];
    if (template !== undefined) return template;
    const { reason, hint } = lackOf(this.#context.cluster, action);
    throw refused('not-possible-here', `${node.id} has no ${action} command`, { why: reason, hint });
  }

  #notAsReplica(id: string): OperatorError {
    const { reason } = lackOf(this.#context.cluster, 'start-replica');
    return refused('not-possible-here', `${id} cannot be started as a replica by sentinelctl`, {
      why: reason,
      hint: '--as-crashed # starts it as it was; failover-test: --rejoin as-crashed',
    });
  }

  #nodeOf(id: string): AttachedNode {
    const node = this.#context.nodes.find((one) => one.id === id);
    if (node === undefined) throw refused('no-such-node', `${this.#context.cluster} has no node ${id}`);
    return node;
  }

  async #remembered(id: string): Promise<Remembered | undefined> {
    const text = await readIfThere(processRecordOf(this.#context.dir, id));
    const record = text === undefined ? undefined : (JSON.parse(text) as Partial<Remembered>);
    return record?.version === 1 && typeof record.isPaused === 'boolean' ? (record as Remembered) : undefined;
  }

  async #remember(
    id: string,
    { runId, pid }: Pick<SaysOfItself, 'runId' | 'pid'>,
    isPaused: boolean,
  ): Promise<void> {
    const record: Remembered = { version: 1, runId, pid, isPaused };
    const path = processRecordOf(this.#context.dir, id);
    await makePrivateDirectory(dirname(path));
    await writeAtomically(path, `${JSON.stringify(record)}\n`, 0o600);
  }
}

const isAnswer = (said: SaysOfItself | 'silent' | null): said is SaysOfItself =>
  said !== null && said !== 'silent';

/** What a template of a node is filled with; `known`: what it says, or said when it last answered. */
export function valuesOf(
  { id, kind, announce, conf }: AttachedNode,
  known?: Pick<SaysOfItself, 'runId' | 'pid'> | undefined,
): TemplateValues {
  const isName = !/^[\d.]+$|:/.test(announce.host);
  return {
    host: announce.host,
    port: String(announce.port),
    node: id,
    role: kind,
    ...(known !== undefined && { runId: known.runId, pid: String(known.pid) }),
    ...(conf !== null && { conf }),
    ...(isName && { pod: announce.host.split('.')[0] }),
  };
}

/** The master in the line that a start as a replica adds to a configuration. */
function followedIn(conf: string): { masterHost: string; masterPort: string } | undefined {
  const [, masterHost, masterPort] = /^replicaof (\S+) (\d+)$/m.exec(conf) ?? [];
  return masterHost === undefined || masterPort === undefined ? undefined : { masterHost, masterPort };
}

const notRunning = (id: string, done: string): OperatorError =>
  refused('node-not-running', `${id} cannot be ${done}: it gives no answer`);
