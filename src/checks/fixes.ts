import type { Address } from '../model/address.js';
import type { Fields, Gathered, GatheredNode, GatheredSentinel, GatheredServer } from '../model/gathered.js';
import { cli, cliSecret, ctl } from '../model/hints.js';
import { dutySecret, dutyUser, ifSet, knownSecret, usesPassword } from '../model/secrets.js';
import type { SentinelSettings } from '../model/sentinel-settings.js';
import type { NodeState } from '../model/snapshot.js';
import { SENTINEL_COMMANDS } from '../model/users.js';
import type { MonitoredAt } from './evidence.js';
import { num } from './group.js';

/** A data node as `doctor` or as `status` has it. */
type Node = Pick<GatheredNode, 'endpoint' | 'info'> | Pick<NodeState, 'endpoint' | 'answer'>;

/** Whether a node was started without a configuration file, so that CONFIG REWRITE is refused (config.c, configRewriteCommand). */
function hasNoFile(node: Node): boolean {
  if ('answer' in node) return node.answer?.configFile === '';
  return node.info.ok && node.info.value.config_file === '';
}

/** What keeps settings over a restart after CONFIG SET. */
export const keepConfig = (node: Node): string[] =>
  hasNoFile(node)
    ? ['# it has no configuration file: add it where the server is started, or it is lost at the next start']
    : [cli(node, 'CONFIG REWRITE')];

/** The commands that set a directive at run time and keep it over a restart. `value` in quotes where it has blanks, or is empty. */
export function setConfig(node: Node, name: string, value: string | number): string[] {
  const word = /\s|^$/.test(String(value)) ? `"${value}"` : value;
  return [cli(node, `CONFIG SET ${name} ${word}`), ...keepConfig(node)];
}

/** The command that ends the links of a master's replicas: each connects again with what it announces then. */
export const reconnectReplicas = (master: Pick<Node, 'endpoint'>): string =>
  cli(master, 'CLIENT KILL TYPE replica');

/** The commands that give data nodes a secret of the cluster, and where the shell has it from. */
export function setSecret(nodes: readonly GatheredNode[], name: 'masterauth' | 'requirepass'): string[] {
  const user = dutyUser('replication');
  if (user === null)
    return [
      ...knownSecret('REDISCLI_AUTH', 'the password of the data nodes', 'redis'),
      ...nodes.flatMap((node) => [cliSecret(node, `CONFIG SET ${name}`), ...keepConfig(node)]),
    ];
  return [
    ...dutySecret('REPLICATION_PASSWORD', `the password of the user ${user}`, 'replication'),
    ...nodes.flatMap((node) =>
      name === 'masterauth'
        ? [
            cliSecret(node, `CONFIG SET masteruser ${user} masterauth`, 'REPLICATION_PASSWORD'),
            ...keepConfig(node),
          ]
        : [
            cliSecret(node, `ACL SETUSER ${user} on resetpass`, 'REPLICATION_PASSWORD', '>'),
            ...savedUser(node),
          ],
    ),
  ];
}

/** The commands that give the sentinels' user of a data node more rights, and keep that: in the ACL file where there is one. */
export function setUser(node: GatheredNode, rules: readonly string[]): string[] {
  const user = node.sentinelsUser ?? "<the sentinels' user>";
  const words = rules.map((rule) => (/[|&*]/.test(rule) ? `'${rule}'` : rule));
  return [cli(node, `ACL SETUSER ${user} ${words.join(' ')}`), ...savedUser(node)];
}

/** What keeps the users of a data node over a restart. */
export function savedUser(node: Pick<GatheredNode, 'endpoint' | 'info' | 'config'> | NodeState): string[] {
  const settings = 'answer' in node ? node.answer?.settings : node.config.ok ? node.config.value : undefined;
  const inFile = Boolean(settings?.aclfile);
  return inFile ? [cli(node, 'ACL SAVE')] : keepConfig(node);
}

export const RIGHTS = SENTINEL_COMMANDS.map((command) => `'+${command}'`).join(' ');

/** The commands that set one of a master's settings at these sentinels; it is kept in their files. */
export const sentinelSet = (
  views: readonly MonitoredAt[],
  masterName: string,
  setting: string,
  value: string | number,
): string[] => views.map(({ sentinel }) => cli(sentinel, `SENTINEL SET ${masterName} ${setting} ${value}`));

/** Everything that makes a sentinel monitor a master as another view of it does. */
export const monitorLike = (
  sentinel: GatheredSentinel,
  masterName: string,
  address: Address,
  { fields }: MonitoredAt['master'],
): string[] => monitorAs(sentinel, masterName, address, settingsIn(fields));

/** The same with known settings. SENTINEL MONITOR takes no password. */
export const monitorAs = (
  sentinel: { endpoint: Address },
  name: string,
  place: Place,
  settings: SentinelSettings,
): string[] => [
  ...monitorWith(sentinel, name, place, settings),
  ...(usesPassword('redis') ? [...masterPassword(), setAuthPass(sentinel, name)] : []),
];

/** A master's settings as a sentinel has them; 0 where one is not known. */
export const settingsIn = (fields: Fields): SentinelSettings => ({
  quorum: num(fields, 'quorum') ?? 2,
  downAfterMs: num(fields, 'down-after-milliseconds') ?? 0,
  failoverTimeoutMs: num(fields, 'failover-timeout') ?? 0,
  parallelSyncs: num(fields, 'parallel-syncs') ?? 0,
});

/** An address, or what only a person can find out: variables of the shell that have the host, and the port where it is a name. */
export type Place = Address | { variable: string; port: number | string };

/** The commands that make a sentinel monitor a master at this address, with these settings; 0 where one is not known. */
function monitorWith(
  sentinel: { endpoint: Address },
  name: string,
  place: Place,
  { quorum, downAfterMs, failoverTimeoutMs, parallelSyncs }: SentinelSettings,
): string[] {
  const settings = [
    ['down-after-milliseconds', downAfterMs],
    ['failover-timeout', failoverTimeoutMs],
    ['parallel-syncs', parallelSyncs],
  ] as const;
  const known = settings.filter(([, value]) => value > 0).map(([setting, value]) => `${setting} ${value}`);
  const host = 'host' in place ? place.host : `"$${place.variable}"`;
  const port = typeof place.port === 'number' ? place.port : `"$${place.port}"`;
  return [
    guarded(place, cli(sentinel, `SENTINEL MONITOR ${name} ${host} ${port} ${quorum}`)),
    ...(known.length > 0 ? [cli(sentinel, `SENTINEL SET ${name} ${known.join(' ')}`)] : []),
  ];
}

/** SENTINEL REMOVE forgets the settings, and SENTINEL MONITOR does not take them; null: whether it has a password is not known. `as`: its new name. */
export function monitorInstead(
  sentinel: { endpoint: Address },
  name: string,
  place: Place,
  settings: SentinelSettings,
  hasPassword: boolean | null,
  as = name,
): string[] {
  return [
    // Forgotten and not monitored again, the master would have one sentinel less.
    guarded(place, cli(sentinel, `SENTINEL REMOVE ${name}`)),
    ...monitorWith(sentinel, as, place, settings),
    ...(hasPassword === null && !usesPassword('redis')
      ? [`# where the master wants a password: ${setAuthPass(sentinel, as)}`]
      : []),
    ...((hasPassword ?? usesPassword('redis')) ? [...masterPassword(), setAuthPass(sentinel, as)] : []),
  ];
}

/** A command that names a place, which does nothing where a variable of it is not set. */
export function guarded(place: Place, line: string): string {
  if (!('variable' in place)) return line;
  return ifSet(place.variable, typeof place.port === 'string' ? ifSet(place.port, line) : line);
}

/** Where the master's password comes from for `setAuthPass`. */
export const masterPassword = (): string[] =>
  dutyUser('sentinel') === null
    ? knownSecret('MASTER_PASSWORD', 'the password of the master', 'redis')
    : dutySecret('MASTER_PASSWORD', 'the password of the sentinels’ user', 'sentinel');

/** The command that gives a sentinel the password of a master. */
export function setAuthPass(sentinel: { endpoint: Address }, name: string): string {
  const user = dutyUser('sentinel');
  const words = user === null ? 'auth-pass' : `auth-user ${user} auth-pass`;
  return cliSecret(sentinel, `SENTINEL SET ${name} ${words}`, 'MASTER_PASSWORD');
}

/** A node's container, for a command: of an attached cluster, from the place of its file (`web-1:/data/redis.conf`). */
export function containerOf(gathered: Gathered, server: Pick<GatheredServer, 'id' | 'conf'>): string {
  if (gathered.own) return `sentinelctl-${gathered.cluster}-${server.id}`;
  const place = server.conf.ok ? /^([\w.-]+):\//.exec(server.conf.value.file) : null;
  return place?.[1] ?? 'CONTAINER';
}

/** The network that the containers share. */
export const networkOf = (gathered: Gathered): string =>
  gathered.own ? `sentinelctl-${gathered.cluster}` : 'NETWORK';

/** One change of a file, as a shell command. */
export type Edit = (file: string) => string;

/** Deletes the lines that match a basic regular expression, which has no quotes in it. Without a suffix -i is not for a Mac. */
export const withoutLines =
  (pattern: string): Edit =>
  (file) =>
    `sed -i.old '/${pattern}/d' ${file}`;

/** Adds a line without quotes in it; Redis takes the last one of a kind. */
export const withLine =
  (line: string): Edit =>
  (file) =>
    `echo '${line}' >> ${file}`;

/** Where a server has its configuration, for showing: `redis-1:/data/redis.conf` in a container. */
export function fileOf(server: GatheredServer): string {
  if (server.conf.ok) return server.conf.value.file;
  return (server.info.ok && server.info.value.config_file) || `<${server.id}'s configuration file>`;
}

/** The same without its container. */
export const pathOf = (server: GatheredServer): string => fileOf(server).replace(/^[^/]*:(?=\/)/, '');

/** A comment over lines that belong into a file. */
export const inFile = (server: GatheredServer): string => `# in ${fileOf(server)}:`;

/**
 * The commands for a fault that only a sentinel's file can fix: stop it, because it writes its file at any moment, change the file, start it. A
 * stopped container runs nothing, and an image may have no shell: its file is copied out and in again.
 */
export function changeFile(gathered: Gathered, sentinel: GatheredSentinel, edits: readonly Edit[]): string[] {
  const inContainer = sentinel.life.ok && sentinel.life.value.kind === 'container';
  const name = containerOf(gathered, sentinel);
  const path = inContainer ? pathOf(sentinel) : fileOf(sentinel);
  const [stop, start] = gathered.own
    ? [ctl(gathered, `stop ${sentinel.id}`), ctl(gathered, `start ${sentinel.id}`)]
    : inContainer
      ? [`docker stop ${name}`, `docker start ${name}`]
      : [cli(sentinel, 'SHUTDOWN'), `redis-server ${path} --sentinel`];
  const change = inContainer ? [inCopy(name, path, edits)] : edits.map((edit) => edit(path));
  return [...(sentinel.silence === null ? [stop] : []), ...change, start];
}

/** `docker cp` makes root the owner and keeps the mode, and a sentinel exits where it may not write its file. */
function inCopy(container: string, path: string, edits: readonly Edit[]): string {
  const file = path.replace(/^.*\//, '');
  return [
    '(cd "$(mktemp -d)"',
    `docker cp ${container}:${path} ${file}`,
    ...edits.map((edit) => edit(file)),
    `chmod 666 ${file}`,
    `docker cp ${file} ${container}:${path}`,
    `rm ${file}*)`,
  ].join(' && ');
}
