import { type Address, formatAddress } from './address.js';
import { PRODUCTION, wayFacts } from './attached.js';
import { driverFacts } from './drivers.js';
import { nearest } from './nearest.js';
import { ifSet, shellWord } from './secrets.js';
import type { NodeState, SentinelState, Silence } from './snapshot.js';
import type { Expectation } from './status.js';

type Server = Pick<NodeState | SentinelState, 'id' | 'endpoint'>;

/** The next command to type: sentinelctl for an own cluster, redis-cli for an attached one. No passwords. */
export interface Hints {
  /** A sentinelctl command with what is needed to reach the same cluster. */
  ctl(words: string): string;
  /** The command that was typed, with one more option. */
  again(option: string): string;
  /** The command that was typed, at these addresses of sentinels. */
  at(addresses: string): string;
  /** The command that was typed, without the options of TLS. */
  plain(): string;
  cli(server: { endpoint: Address }, words: string): string;
  /**
   * For a server that does not answer; `restart`: a frozen one may not go on as what it was; `master`: whose replica it is
   * then, null where that is not known.
   */
  revive(server: Server, silence: Silence | null, restart?: boolean, master?: Address | null): string;
  logs(server: Server, otherwise: string): string;
  /** `own` with sentinelctl where we may act on the node, else `attached` by redis-cli at the node itself. */
  act(server: Server, own: string, attached: string): string;
}

let isDefaultImplied = true;
/** Options of passwords, users and TLS that were typed, with their values: a command for the same cluster needs them too. */
let given: readonly Given[] = [];

/** An option as it was typed. */
export interface Given {
  name: string;
  /** The words of it, quoted; the name alone where it takes no value. */
  words: string;
}

/** What commands need besides the address: options of sentinelctl, and the words of redis-cli. */
export interface Dialled {
  ctl: readonly Given[];
  cli: string;
}

/** Servers are reached without TLS. */
export const PLAIN: Dialled = { ctl: [], cli: '' };

let dialled = PLAIN;

export function setGiven(options: readonly Given[]): void {
  given = options;
}

const TLS_OPTIONS: readonly string[] = ['--tls', '--ca', '--cert', '--key', '--server-name', '--insecure'];

/** The options of TLS that were typed: `--insecure`. */
export const typedTls = (): string[] =>
  given.flatMap(({ name }) => (TLS_OPTIONS.includes(name) ? [name] : []));

/** An option as it was typed, with its value; undefined where it was not. */
export const givenWords = (option: string): string | undefined =>
  given.find(({ name }) => name === option)?.words;

/** The options that were typed, but those that a command has already. */
const givenBeside = (words: string, without: readonly string[] = []): string => beside(given, words, without);

function beside(options: readonly Given[], words: string, without: readonly string[] = []): string {
  const has = [...words.split(' '), ...without];
  return options
    .filter(({ name }) => !has.includes(name))
    .map((option) => ` ${option.words}`)
    .join('');
}

/** By id: the configuration files of servers that sentinelctl did not start, on their machines, as they said once. */
let confs: ReadonlyMap<string, string> = new Map();

export function setConfs(known: ReadonlyMap<string, string>): void {
  confs = known;
}

/**
 * How a server that ended is started where it lives. One that may have been the master would return as a second one, so
 * it is started as a replica.
 */
function startThere(server: Server, mayBeMaster: boolean, master: Address | null): string {
  const at = `on the machine of ${formatAddress(server.endpoint)}`;
  const conf = confs.get(server.id);
  const asReplica = `--replicaof ${master === null ? 'HOST PORT' : `${master.host} ${master.port}`}`;
  if (conf === undefined)
    return mayBeMaster
      ? `start the server again ${at} as a replica of the master, since as it was it would be a second one: redis-server ITS_FILE ${asReplica} (the path of its file is not known here)`
      : `start the server again ${at}, with its own configuration file (its path is not known here)`;
  // Where a service manager or a container engine starts it, what is typed by hand is a second process.
  const line = `redis-server ${shellWord(conf)}`;
  const byHand = server.id.startsWith('sentinel-') ? `${line} --sentinel` : line;
  const end = '(in the foreground unless its file has daemonize yes)';
  return mayBeMaster
    ? `start the server again ${at} as a replica of the master: where systemctl or docker starts it, with ${asReplica.slice(2)} in its file; by hand: ${line} ${asReplica} ${end}`
    : `start the server again ${at} as it is started there (systemctl, docker); by hand: ${byHand} ${end}`;
}

/** The words by which this command line reaches servers: those that `sentinelctl` takes, and those of redis-cli. */
export function setDialled({ ctl: ours, cli: theirs }: Dialled): void {
  dialled = { ctl: ours, cli: theirs === '' ? '' : `${theirs} ` };
}

/** Whether a command line without `--cluster` means `default` here: not where the environment or `use` names another. */
export function setImplied(isImplied: boolean): void {
  isDefaultImplied = isImplied;
}

let isNamed = true;

/** Whether this command line, its environment or a file names a cluster, or `use` or the only one decides. */
export function setNamed(named: boolean): void {
  isNamed = named;
}

/** Whether `default` is meant only because nothing names a cluster. */
export const isUnnamed = (): boolean => !isNamed;

let isAsked = true;

/** Whether a command is typed where it can ask: off a terminal a hint has the answer that it needs. */
export function setAsked(asked: boolean): void {
  isAsked = asked;
}

const LOOKS = 'status';
let typed = LOOKS;

/** The command that is running with its arguments, where typing it again with one more option does no harm; else null. */
export function setTyped(words: readonly string[] | null): void {
  typed = words === null ? LOOKS : words.map(shellWord).join(' ');
}

/** The command that is running, for `other`: in the place of `cluster` where that is one of its arguments. */
export function typedFor(cluster: string, other: string): string {
  const words = typed.split(' ');
  return words.includes(cluster)
    ? `sentinelctl ${words.map((word) => (word === cluster ? other : word)).join(' ')}`
    : command(typed, other);
}

/** What to type where no cluster has this name: the same command for the nearest one; one that is not near is not meant. */
export function typedForNearest(cluster: string, known: readonly string[]): string {
  const meant = nearest(cluster, known);
  return meant === undefined ? 'sentinelctl list' : typedFor(cluster, meant);
}

/** A sentinelctl command for one of our clusters: the default one is named only where it must be. */
export const command = (words: string, cluster: string): string =>
  cluster === 'default' && isDefaultImplied
    ? `sentinelctl ${words}`
    : `sentinelctl ${words} --cluster ${cluster}`;

/** A sentinelctl command for this cluster; an attached one goes by the addresses of its sentinels. */
export function ctl({ own, cluster }: Pick<Expectation, 'own' | 'cluster'>, words: string): string {
  if (own) return command(words, cluster);
  if (cluster === '') return `sentinelctl ${words}`;
  // A name never has a colon, an address always.
  if (!cluster.includes(':')) return `${command(words, cluster)}${givenBeside(words)}`;
  const reached = `${at(words, cluster)}${beside(dialled.ctl, words)}`;
  return `${reached}${givenBeside(reached)}`;
}

const at = (words: string, addresses: string): string => `sentinelctl ${words} --sentinel-addrs ${addresses}`;

/** `redis-cli -h 127.0.0.1 -p 26379 …` for a server as this machine reaches it. No password in it. */
export const cli = (server: { endpoint: Address; speaksTls?: boolean }, words: string): string =>
  `redis-cli -h ${server.endpoint.host} -p ${server.endpoint.port} ${server.speaksTls === false ? '' : dialled.cli}${words}`;

/**
 * A command whose last argument is a secret in a variable of the shell: it goes through standard input, so that no list
 * of processes shows it. `mark` stands before it: `>` for a user's password (acl.c, ACLSetUser).
 */
export const cliSecret = (
  server: { endpoint: Address },
  words: string,
  variable = 'REDISCLI_AUTH',
  mark = '',
): string => ifSet(variable, `printf '${mark}%s' "$${variable}" | ${cli(server, `-x ${words}`)}`);

/** What to do with one of our clusters that can only be created again: the command that removes it is not for pasting. */
export const recreate = (cluster: string): string =>
  `remove "${cluster}" and create it again (what that removes: sentinelctl down --help)`;

/**
 * What makes a harmless command act on an attached cluster where nothing can be asked. One that is labelled production
 * wants its master named too, and the refusal says which.
 */
const confirmation = ({ acts, cluster, label }: Expectation): string =>
  acts === undefined || isAsked || label === PRODUCTION ? '' : ` --confirm ${cluster}`;

export function hintsFor(expectation: Expectation): Hints {
  const { own, acts, nodes, unseen = [] } = expectation;
  const inContainers = acts !== undefined && driverFacts(wayFacts(acts).driver).container !== null;
  // One that is not known by a name has its address for an id.
  const ours = (server: Server): boolean =>
    own
      ? (nodes?.some((n) => n.id === server.id) ?? true)
      : acts !== undefined && !server.id.includes(':') && !unseen.includes(server.id);
  return {
    ctl: (words) => ctl(expectation, words),
    again: (option) => ctl(expectation, `${typed} ${option}`),
    at: (addresses) => ctl({ own: false, cluster: addresses }, typed),
    plain() {
      const { cluster } = expectation;
      const line = cluster.includes(':') ? at(typed, cluster) : command(typed, cluster);
      return `${line}${givenBeside(typed, TLS_OPTIONS)}`;
    },
    cli,
    revive: (server, silence, restart = false, master = null) => {
      // A server that accepts and does not answer is paused rather than down.
      const isFrozen = silence?.kind === 'timeout';
      if (ours(server)) {
        // The address of a container that has ended accepts nothing and refuses nothing.
        const verb = !isFrozen || inContainers ? 'start' : restart ? 'restart' : 'resume';
        const answer = verb === 'restart' ? '' : confirmation(expectation);
        return ctl(expectation, `${verb} ${server.id}${answer}`);
      }
      if (silence?.unreached === true)
        return `start the machine of ${formatAddress(server.endpoint)} if it is off, else open the network to it (firewall, security group, route)`;
      const at = `on the machine of ${formatAddress(server.endpoint)}`;
      if (!isFrozen) return startThere(server, restart, master);
      return restart
        ? `end the frozen process ${at} and start it as a replica${master === null ? '' : ` of ${formatAddress(master)}`}`
        : `resume the frozen process ${at}: kill -CONT PID, or docker unpause CONTAINER`;
    },
    logs: (server, otherwise) =>
      ours(server) ? ctl(expectation, `logs ${server.id} --tail 50`) : cli(server, otherwise),
    act: (server, own, attached) => (ours(server) ? ctl(expectation, own) : cli(server, attached)),
  };
}
