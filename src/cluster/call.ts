import { messageOf, OperatorError, refused, usageError } from '../errors.js';
import { type Address, formatAddress, sameAddress } from '../model/address.js';
import { majorityMaster, noMasterWords } from '../model/agreement.js';
import type { Called, CalledServer } from '../model/called.js';
import { type CommandFacts, type CommandKind, kindOf } from '../model/command-facts.js';
import type { NodeKind } from '../model/plan.js';
import { isLocked, type Snapshot } from '../model/snapshot.js';
import { listed } from '../model/words.js';
import { type Asking, askingAs } from '../wire/access.js';
import { type Connection, openConnection, WireError } from '../wire/client.js';
import { commandFacts } from '../wire/command-facts.js';

/** A server that a command is sent to. */
export interface CallTarget {
  id: string;
  kind: NodeKind;
  announce: Address;
  endpoint: Address;
  role: CalledServer['role'];
}

/** Every server of one master's group, the data nodes first. */
export function serversIn(snapshot: Snapshot, masterName: string): CallTarget[] {
  const nodes = snapshot.groups.find((group) => group.masterName === masterName)?.nodes ?? [];
  return [
    ...nodes.map(({ id, announce, endpoint, answer }): CallTarget => {
      return { id, kind: 'redis', announce, endpoint, role: answer?.role ?? 'unknown' };
    }),
    ...snapshot.sentinels.map(({ id, announce, endpoint }): CallTarget => {
      return { id, kind: 'sentinel', announce, endpoint, role: 'sentinel' };
    }),
  ];
}

/** The words of `--on` that select servers by what they are. */
const GROUPS_OF_SERVERS = ['all', 'master', 'replicas', 'sentinels'] as const;

/**
 * The servers that words mean, each once, in the order of `servers`. Throws `node-unknown` (64), and `no-agreement` (3)
 * where the sentinels name no master.
 */
export function targetsNamed(
  servers: readonly CallTarget[],
  words: readonly string[],
  { snapshot, masterName }: { snapshot: Snapshot; masterName: string },
): CallTarget[] {
  const isMeant = words.map((word): ((server: CallTarget) => boolean) => {
    if (word === 'all') return () => true;
    if (word === 'sentinels') return ({ kind }) => kind === 'sentinel';
    if (word === 'master' || word === 'replicas') {
      const master = majorityMaster(snapshot, masterName);
      if (master === null) throw refused('no-agreement', noMasterWords(snapshot, masterName));
      const isMaster = ({ announce }: CallTarget): boolean => sameAddress(announce, master);
      return word === 'master' ? isMaster : (server) => server.kind === 'redis' && !isMaster(server);
    }
    if (!servers.some(({ id }) => id === word))
      throw usageError('node-unknown', `no server is called "${word.slice(0, 60)}"`, {
        hint: `--on ${servers[0]?.id ?? 'all'} # one of: ${listed([...servers.map(({ id }) => id), ...GROUPS_OF_SERVERS], 'or')}`,
      });
    return ({ id }) => id === word;
  });
  const meant = servers.filter((server) => isMeant.some((is) => is(server)));
  if (meant.length > 0) return meant;
  throw usageError('node-unknown', `--on ${words.join(',')} selects no server`, {
    hint: 'sentinelctl call --help # --on takes master, replicas, sentinels, all or ids',
  });
}

/** What a server says of a command: `unknown` where it does not know it, null where it does not say, `silent` where it does not answer. */
type Said = CommandFacts | 'unknown' | 'silent' | null;

/** What a command does at these servers, and which of them do not know it. Changes nothing. */
export async function examineCall(
  targets: readonly CallTarget[],
  words: readonly string[],
  asking: Asking,
): Promise<{ kind: CommandKind; unknownAt: ReadonlySet<string> }> {
  const said = await Promise.all(targets.map((target) => saidOf(target, words, asking)));
  const unknownAt = new Set(targets.flatMap(({ id }, i) => (said[i] === 'unknown' ? [id] : [])));
  const facts = said.filter((one) => one !== 'unknown' && one !== 'silent');
  // A command that no server knows is answered with an error; of servers that are all silent nothing is known.
  const isUnknown = facts.length === 0 && said.every((one) => one === 'unknown');
  if (isUnknown) return { kind: { kind: 'looks' }, unknownAt };
  return { kind: kindOf(words, facts.length === 0 ? [null] : facts), unknownAt };
}

const saidOf = (target: CallTarget, words: readonly string[], asking: Asking): Promise<Said> =>
  onConnection(target, asking, async (connection) => {
    const facts = await commandFacts(connection, words);
    return facts === undefined ? 'unknown' : facts;
  }).catch((error: unknown) => {
    // It is asked again, and shown as silent, when the command is sent.
    if (error instanceof WireError) return 'silent' as const;
    throw error;
  });

/** Sends a command to each of these servers at once. Rejects only when aborted. */
export const callEach = (
  targets: readonly CallTarget[],
  words: readonly string[],
  asking: Asking,
): Promise<Called[]> =>
  Promise.all(
    targets.map(async (target): Promise<Called> => {
      const { id, announce, role } = target;
      const server = { id, host: announce.host, port: announce.port, role };
      try {
        const raw = await onConnection(target, asking, (connection) => connection.call(...words));
        return { ...server, raw, error: null, answered: true, isLocked: false };
      } catch (error) {
        asking.signal?.throwIfAborted();
        if (!(error instanceof OperatorError)) throw error;
        const silence = error instanceof WireError ? error.silence : null;
        // What a server that shuts down says.
        if (/^shutdown$/i.test(words[0] ?? '') && silence?.kind === 'closed')
          return { ...server, raw: silence.message, error: null, answered: true, isLocked: false };
        const answered = error instanceof WireError && error.reply !== undefined;
        return {
          ...server,
          raw: null,
          error: silence?.message ?? messageOf(error),
          answered,
          isLocked: isLocked(silence),
        };
      }
    }),
  );

async function onConnection<T>(
  { endpoint, kind }: CallTarget,
  asking: Asking,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await openConnection(endpoint, askingAs(asking, kind));
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}

/** `sends SET a 1 to redis-1 (127.0.0.1:6379), the master`. */
export function callWords(command: string, targets: readonly CallTarget[], why: string): string {
  const named = targets.map(({ id, announce, role }) => {
    const address = formatAddress(announce);
    return `${id}${id === address ? '' : ` (${address})`}${role === 'master' ? ', the master' : ''}`;
  });
  return `sends ${command} to ${listed(named)}; ${why}, and sentinelctl does not roll it back`;
}
