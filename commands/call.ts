import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import type { Context } from '../src/cli/context.js';
import { option } from '../src/cli/option.js';
import type { CallTarget } from '../src/cluster/call.js';
import { surveyOf, type Target } from '../src/cluster/target.js';
import { refused, usageError } from '../src/errors.js';
import { type Called, callExitCode, callResult, notMeant } from '../src/model/called.js';
import { type CommandKind, secretIn } from '../src/model/command-facts.js';
import { forgettingIn } from '../src/model/forgetting.js';
import { ctl } from '../src/model/hints.js';
import type { Snapshot } from '../src/model/snapshot.js';
import { masterNameOf } from '../src/model/which-master.js';
import { listed } from '../src/model/words.js';
import { type CallShown, callText } from '../src/report/text/call.js';
import { CALL_ROWS } from '../src/report/tsv.js';
import { callable } from './shared/completions.js';
import { confirmFor } from './shared/confirm.js';
import { lookDeadlineMs } from './shared/deadline.js';
import { ownCluster } from './shared/runtime.js';
import { targetOf } from './shared/target.js';

/** How long a command that acts may take, in milliseconds: FLUSHALL of many keys takes seconds. */
const ACT_DEADLINE_MS = 10_000;

export default defineCommand({
  description:
    'Shows the answers side by side, with the differences marked. Without --on it goes to every server that knows the\n' +
    'command. Whether it only looks, each server says itself (COMMAND INFO). A command that acts needs --on and asks\n' +
    'first; on an attached cluster the name is typed, or given with --confirm, and it is written into the audit log.\n' +
    'Commands that wait or never end (MONITOR, SUBSCRIBE, BLPOP) are refused. Secrets are not shown. Put --\n' +
    'before words that begin with -.',
  examples: [
    'sentinelctl call INFO replication --on master,replicas',
    'sentinelctl call CONFIG GET maxmemory',
    'sentinelctl call SENTINEL MYID --output tsv',
    'sentinelctl call CONFIG SET slowlog-max-len 256 --on replicas --yes',
  ],
  arguments: [
    argument.words('COMMAND', {
      summary: 'the command and its arguments, as redis-cli takes them',
      complete: callable,
      ask: 'Which command?',
      form: 'sentinelctl call INFO',
    }),
  ],
  options: {
    on: option.list('--on <ids>', {
      summary: 'which servers: master, replicas, sentinels, all, or ids such as redis-1, separated by commas',
      of: (text) => text,
      most: 100,
      complete: 'server',
      otherwise: 'every server that knows the command',
    }),
    differing: option.flag('--differing', { summary: 'show only the names whose values differ' }),
  },
  async run(context, { args: [words], options: { on, differing } }): Promise<CallShown> {
    requireNoSecret(words);
    const target = await targetOf(context);
    const deadlineMs = lookDeadlineMs(context);
    const { clock, signal } = context;
    const snapshot = await surveyOf(target, { clock, signal, deadlineMs });
    const { callEach, callWords, examineCall, serversIn, targetsNamed } = await import(
      '../src/cluster/call.js'
    );
    const masterName = masterIn(target, snapshot);
    const servers = serversIn(snapshot, masterName);
    const named = targetsNamed(servers, on ?? ['all'], { snapshot, masterName });
    const asking = { clock, signal, deadlineMs, access: target.access };
    const { kind, unknownAt } = await examineCall(named, words, asking);
    requireEnd(words, kind);
    const targets = on === undefined ? knowing(named, unknownAt, words) : named;
    const result = (called: readonly Called[]): CallShown => ({
      ...callResult(target.name, words, kind.kind === 'acts', called),
      differing,
      locked: called.flatMap(({ id, isLocked }) => (isLocked ? [id] : [])),
    });
    if (kind.kind !== 'acts') {
      const called = await callEach(targets, words, asking);
      return result(on === undefined ? withoutOthers(context, called) : called);
    }
    if (on === undefined) throw withoutServers(words, kind.why);
    const { command } = result([]);
    const own = await ownCluster(context, `call ${command}`);
    const forgets = forgettingIn(words);
    const { attached } = own.state;
    if (forgets !== undefined && attached !== undefined)
      await own.runtime.attached?.requireAlone(attached, forgets);
    await confirmFor(context, own, () => callWords(command, targets, kind.why));
    return result(await act(context, own, targets, words));
  },
  render: callText,
  toJson: ({ differing: _, locked: __, ...result }) => result,
  rows: CALL_ROWS,
  exitCode: (result) => callExitCode(result, result.locked),
});

/** Under the cluster's lock, at the servers that were confirmed. */
async function act(
  { globals }: Context,
  { runtime, state, action }: Awaited<ReturnType<typeof ownCluster>>,
  targets: readonly CallTarget[],
  words: readonly string[],
): ReturnType<typeof import('../src/cluster/call.js').callEach> {
  const { withCluster } = await import('../src/cluster/open.js');
  const { callEach } = await import('../src/cluster/call.js');
  const deadlineMs = globals.timeoutMs ?? ACT_DEADLINE_MS;
  return withCluster(runtime, state, { lock: action }, ({ plan, asking }) => {
    const stranger = targets.find(({ id }) => !plan.nodes.some((node) => node.id === id));
    if (stranger !== undefined)
      throw refused('not-here', `${stranger.id} is not touched: it is not a known server of the cluster`, {
        why: 'only the sentinels name it',
      });
    return callEach(targets, words, { ...asking, deadlineMs });
  });
}

/** The master whose group is meant. Throws what masterNameOf throws where that is not known. */
function masterIn(target: Target, snapshot: Snapshot): string {
  if (target.kind === 'own') return target.state.plan.spec.masterName;
  const names = snapshot.groups.map((group) => group.masterName);
  const wanted = target.masterName ?? (names.length === 1 ? (names[0] ?? null) : null);
  // Also where no sentinel answers: a data node that is known answers for itself.
  if (wanted !== null && names.includes(wanted)) return wanted;
  return masterNameOf(snapshot, target.masterName, (line) => ctl({ own: false, cluster: target.name }, line));
}

/** Throws `secret-typed` (64) for a password among the words: every user of the machine sees them. */
function requireNoSecret(words: readonly string[]): void {
  const before = secretIn(words);
  if (before === null) return;
  throw usageError('secret-typed', `a password is never typed on a command line: it follows ${before}`, {
    why: 'every user of this machine sees the arguments of a process, and the shell keeps them',
    hint: `redis-cli -h HOST -p PORT -x ${words.slice(0, words.indexOf(before) + 1 || 2).join(' ')} # reads it from standard input`,
  });
}

/** Throws `never-ends` (3) for a command that does not end with one answer, or that means nothing on its own. */
function requireEnd(words: readonly string[], kind: CommandKind): void {
  if (kind.kind !== 'endless' && kind.kind !== 'connection') return;
  const name = (words[0] ?? '').toUpperCase();
  throw refused('not-callable', `${name} is refused: ${kind.why}`, {
    why:
      kind.kind === 'endless'
        ? 'call sends one command and shows one answer of each server'
        : 'call opens a connection for each command',
    hint:
      kind.kind === 'endless'
        ? `redis-cli -h HOST -p PORT ${name} # at one server`
        : 'sentinelctl call --help # users and passwords are options',
  });
}

/** Those that know the command. Throws `no-such-command` (64) where none does. */
function knowing(
  targets: readonly CallTarget[],
  unknownAt: ReadonlySet<string>,
  words: readonly string[],
): CallTarget[] {
  const found = targets.filter(({ id }) => !unknownAt.has(id));
  if (found.length > 0 || targets.length === 0) return found;
  throw usageError('no-such-command', `no server knows the command ${(words[0] ?? '').slice(0, 60)}`, {
    hint: 'sentinelctl call COMMAND LIST # lists the commands of each server',
  });
}

/** The answers of those that the command is for, with a note of the others. */
function withoutOthers(context: Context, called: readonly Called[]): Called[] {
  const others = notMeant(called);
  if (others.length > 0)
    context.progress({
      type: 'note',
      level: 'info',
      text: `left out, because the command is unknown there or denied to this user: ${listed(others.map(({ id }) => id))}; --on ${others.map(({ id }) => id).join(',')} asks ${others.length === 1 ? 'it' : 'them'}`,
    });
  return called.filter((one) => !others.includes(one));
}

const withoutServers = (words: readonly string[], why: string) =>
  usageError('on-needed', `${(words[0] ?? '').toUpperCase()} acts, and --on names no server`, {
    why,
    hint: 'sentinelctl call --help # --on takes master, replicas, sentinels, all or ids',
  });
