import { isAbsolute } from 'node:path';
import { failed, refused } from '../../errors.js';
import { executableInPath, whyNotExecutable } from '../../host/executable.js';
import { runCommand } from '../../host/run-command.js';
import { shellWord } from '../../model/secrets.js';
import {
  commandsFor,
  fill,
  isHarmless,
  TEMPLATE_ACTIONS,
  type TemplateAction,
  type Templates,
  type TemplateValues,
} from '../../model/templates.js';
import type {
  AttachedHostContext,
  AttachedNode,
  CheckedCommand,
  Keeper,
  SaysOfItself,
} from '../attached-host.js';
import { systemdKeeper } from '../systemd.js';

/** How long one command may take, in milliseconds: `kubectl wait` waits for a minute. */
const COMMAND_DEADLINE_MS = 90_000;

/** Why an action is not possible, and what makes it possible. */
export const lackOf = (cluster: string, action: TemplateAction): { reason: string; hint: string } => ({
  reason: `${cluster} was attached without --${action}-command`,
  hint: `sentinelctl attach ${cluster} --${action}-command 'COMMAND {host} {port}' # or --via systemd, ssh or kubectl`,
});

/** What is known of a server's process: what it says, or said when it last answered. */
type Known = Pick<SaysOfItself, 'runId' | 'pid'> | undefined;

/** The commands that the operator gave for the servers of a cluster: filled in, and run without a shell. */
export class OperatorCommands {
  readonly #context: Pick<AttachedHostContext, 'cluster' | 'commands' | 'env'>;

  constructor(context: Pick<AttachedHostContext, 'cluster' | 'commands' | 'env'>) {
    this.#context = context;
  }

  has(node: Pick<AttachedNode, 'id' | 'kind'>, action: TemplateAction): boolean {
    return this.#of(node)[action] !== undefined;
  }

  /** Throws `not-possible-here` (3) where the node has no such command. */
  require(node: AttachedNode, action: TemplateAction): readonly string[] {
    const template = this.#of(node)[action];
    if (template !== undefined) return template;
    const { reason, hint } = lackOf(this.#context.cluster, action);
    throw refused('not-possible-here', `${node.id} has no ${action} command`, { why: reason, hint });
  }

  /** What it prints. Throws `not-possible-here` (3) where it lacks a value, `command-failed` (1) where it fails. */
  async run(
    node: AttachedNode,
    action: TemplateAction,
    known: Known,
    more: Partial<TemplateValues> = {},
    signal?: AbortSignal,
  ): Promise<string> {
    const filled = fill(this.require(node, action), { ...valuesOf(node, known), ...more });
    if (!filled.ok)
      throw refused('not-possible-here', `the ${action} command for ${node.id} cannot be filled in`, {
        why: filled.why,
      });
    const { cluster, env } = this.#context;
    const ran = await runCommand(filled.words, { deadlineMs: COMMAND_DEADLINE_MS, signal, env });
    if (ran.ok) return ran.stdout;
    throw failed('command-failed', `the ${action} command for ${node.id} failed: ${ran.why}`, {
      why: filled.words.map(shellWord).join(' '),
      hint: `sentinelctl attach ${cluster} --check # shows every command`,
    });
  }

  /** As it is shown, with as many of its values as are known without asking. */
  shown(node: AttachedNode, action: TemplateAction, more: Partial<TemplateValues> = {}): string {
    const template = this.require(node, action);
    const filled = fill(template, { ...valuesOf(node), ...more });
    return (filled.ok ? filled.words : template).map(shellWord).join(' ');
  }

  /** Each command of a node filled in; those that only look are run. */
  check(node: AttachedNode, known: Known, more: Partial<TemplateValues>): Promise<CheckedCommand[]> {
    const values = {
      ...valuesOf(node, known),
      ...more,
      ...{ lines: '1', masterHost: 'MASTER', masterPort: 'PORT' },
    };
    const actions = TEMPLATE_ACTIONS.filter((action) => this.has(node, action));
    return Promise.all(actions.map((action) => this.#checked(node, action, values)));
  }

  /** What the commands of a node tell of who manages it. */
  async keepers(node: AttachedNode, known: Known): Promise<Keeper[]> {
    const { start = [], kill = [] } = this.#of(node);
    if ([start[0], kill[0]].includes('kubectl'))
      return [
        {
          who: 'Kubernetes',
          does: 'makes a new pod in place of one that ends (preStop hooks are not seen from here)',
        },
      ];
    const at = start.indexOf('systemctl');
    const filled = fill(start, valuesOf(node, known));
    const unit = filled.ok ? filled.words.at(-1) : undefined;
    if (at === -1 || !filled.ok || unit === undefined) return [];
    return systemdKeeper(filled.words.slice(0, at + 1), unit, this.#context.env);
  }

  async #checked(
    node: AttachedNode,
    action: TemplateAction,
    values: TemplateValues,
  ): Promise<CheckedCommand> {
    const filled = fill(this.require(node, action), values);
    const base = { node: node.id, action };
    if (!filled.ok) return { ...base, words: null, ran: false, why: filled.why };
    const { words } = filled;
    const { env } = this.#context;
    if (!isHarmless(action)) {
      const [program = ''] = words;
      const isFound =
        (isAbsolute(program) && (await whyNotExecutable(program)) === undefined) ||
        (await executableInPath(env, program)) !== undefined;
      return { ...base, words, ran: false, why: isFound ? null : `program ${program} not found` };
    }
    const ran = await runCommand(words, { deadlineMs: COMMAND_DEADLINE_MS, env });
    return { ...base, words, ran: true, why: ran.ok ? null : ran.why };
  }

  #of(node: Pick<AttachedNode, 'id' | 'kind'>): Templates {
    return commandsFor(this.#context.commands, node);
  }
}

/** Whether a server is announced by a host name. */
export const isName = (host: string): boolean => !/^[\d.]+$|:/.test(host);

/** What a template of a node is filled with. */
function valuesOf({ id, kind, announce, conf }: AttachedNode, known?: Known): TemplateValues {
  return {
    host: announce.host,
    port: String(announce.port),
    node: id,
    role: kind,
    ...(known !== undefined && { runId: known.runId, pid: String(known.pid) }),
    ...(conf !== null && { conf }),
    ...(isName(announce.host) && { pod: announce.host.split('.')[0] }),
  };
}
