import type { Address } from './address.js';
import type { ClusterPlan, NodePlan } from './plan.js';
import { TLS_FILES } from './tls-files.js';
import { type ClusterSecrets, USER_RIGHTS, USERS, type UserPasswords } from './users.js';

/** What a node's configuration says about the place it runs in; absolute paths, as the server sees them. */
export interface ConfPlace {
  dir: string;
  bind: string;
  /** The address that the server's own connections come from; absent: as its system, or its `bind`, has it. */
  source?: string;
  logfile: string | null;
  pidfile: string | null;
}

/**
 * One argument as Redis's configuration reader takes it: bare where that is safe, else in double quotes with
 * backslash escapes (sds.c, sdssplitargs).
 * @internal Tested alone with arguments that no setting has.
 */
export function quoteArgument(value: string): string {
  if (/^[A-Za-z0-9_./:@%+,=-]+$/.test(value)) return value;
  let quoted = '';
  for (const byte of Buffer.from(value, 'utf8')) {
    const char = String.fromCharCode(byte);
    if (char === '"' || char === '\\') quoted += `\\${char}`;
    else if (byte < 0x20 || byte > 0x7e) quoted += `\\x${byte.toString(16).padStart(2, '0')}`;
    else quoted += char;
  }
  return `"${quoted}"`;
}

type Directive = [name: string, ...values: (string | number)[]];
const lines = (directives: Directive[]): string =>
  `${directives.map(([name, ...values]) => [name, ...values.map((v) => quoteArgument(String(v)))].join(' ')).join('\n')}\n`;

/** What both kinds of server need: where they are, and a command line that stays recognizable. */
function common(node: NodePlan, place: ConfPlace, { password, users, ca }: ClusterSecrets): Directive[] {
  return [
    ...(ca === null ? ([['port', node.announce.port]] satisfies Directive[]) : tlsOnly(node, place)),
    ['bind', place.bind],
    ...(place.source === undefined ? [] : [['bind-source-addr', place.source] satisfies Directive]),
    // Reached from other containers, and published on loopback only; on loopback the protection adds nothing.
    ['protected-mode', 'no'],
    ['dir', place.dir],
    ['daemonize', 'no'],
    ['loglevel', 'notice'],
    ['logfile', place.logfile ?? ''],
    ...(place.pidfile === null ? [] : [['pidfile', place.pidfile] satisfies Directive]),
    // The title would otherwise hide the configuration's path, by which a process is recognized.
    ['set-proc-title', 'no'],
    ...(password === null ? [] : ([['requirepass', password]] satisfies Directive[])),
    ...(users === null ? [] : userLines(node, users)),
  ];
}

/**
 * TLS alone, also to other servers. A client needs no certificate of its own: who it is, users and passwords say, and
 * clients that can present one are rare.
 */
function tlsOnly({ announce }: NodePlan, { dir }: ConfPlace): Directive[] {
  return [
    ['port', 0],
    ['tls-port', announce.port],
    ['tls-cert-file', `${dir}/${TLS_FILES.cert}`],
    ['tls-key-file', `${dir}/${TLS_FILES.key}`],
    ['tls-ca-cert-file', `${dir}/${TLS_FILES.ca}`],
    ['tls-auth-clients', 'no'],
    ['tls-replication', 'yes'],
  ];
}

/** The users of one kind of server; the default user is off, so that nothing is answered without a name. */
function userLines({ kind }: NodePlan, users: UserPasswords): Directive[] {
  const lines = USERS.flatMap((user): Directive[] => {
    const rules = USER_RIGHTS[user][kind];
    return rules === null ? [] : [['user', user, 'on', `>${users[user]}`, ...rules]];
  });
  return [['user', 'default', 'off'], ...lines];
}

/**
 * A data node's redis.conf. No `replicaof`: at `up` that is said at run time, which connects at once, where a line
 * in the file waits for the next one-second cron.
 */
export function redisConf(
  plan: ClusterPlan,
  node: NodePlan,
  place: ConfPlace,
  secrets: ClusterSecrets,
): string {
  const { password, users } = secrets;
  return (
    '# Written by sentinelctl. Redis rewrites this file itself when roles change.\n' +
    lines([
      ...common(node, place, secrets),
      ['replica-announce-ip', node.announce.host],
      ['replica-announce-port', node.announce.port],
      // The default delay of 5 s collects replicas for one transfer; a handful of replicas has no use for it.
      ['repl-diskless-sync', 'yes'],
      ['repl-diskless-sync-delay', 0],
      ...(node.persistent
        ? ([
            ['save', 3600, 1, 300, 100, 60, 10000],
            ['appendonly', 'yes'],
          ] satisfies Directive[])
        : ([
            ['save', ''],
            ['appendonly', 'no'],
          ] satisfies Directive[])),
      ...(password === null ? [] : ([['masterauth', password]] satisfies Directive[])),
      ...(users === null
        ? []
        : ([
            ['masteruser', 'replication'],
            ['masterauth', users.replication],
          ] satisfies Directive[])),
      ...plan.spec.redisConf.map(
        ([name, value]): Directive => [name, ...(value === '' ? [''] : value.split(' '))],
      ),
    ])
  );
}

/**
 * A sentinel's configuration. `master` is the one to monitor. Peers and replicas are left out on purpose: a peer
 * that is named before it listens costs a one-second retry; they are announced once all listen.
 */
export function sentinelConf(
  plan: ClusterPlan,
  node: NodePlan,
  place: ConfPlace,
  secrets: ClusterSecrets,
  master: Address,
): string {
  const { password, users } = secrets;
  const { masterName, quorum, downAfterMs, failoverTimeoutMs, parallelSyncs } = plan.spec;
  return (
    '# Written by sentinelctl. Sentinel rewrites this file itself: it keeps what it learns here.\n' +
    lines([
      ...common(node, place, secrets),
      ...(node.sentinelId === undefined
        ? []
        : ([['sentinel', 'myid', node.sentinelId]] satisfies Directive[])),
      ['sentinel', 'announce-ip', node.announce.host],
      ['sentinel', 'announce-port', node.announce.port],
      ['sentinel', 'monitor', masterName, master.host, master.port, quorum],
      ['sentinel', 'down-after-milliseconds', masterName, downAfterMs],
      ['sentinel', 'failover-timeout', masterName, failoverTimeoutMs],
      ['sentinel', 'parallel-syncs', masterName, parallelSyncs],
      ...(password === null
        ? []
        : ([
            ['sentinel', 'auth-pass', masterName, password],
            ['sentinel', 'sentinel-pass', password],
          ] satisfies Directive[])),
      ...(users === null
        ? []
        : ([
            ['sentinel', 'auth-user', masterName, 'sentinel'],
            ['sentinel', 'auth-pass', masterName, users.sentinel],
            ['sentinel', 'sentinel-user', 'sentinel'],
            ['sentinel', 'sentinel-pass', users.sentinel],
          ] satisfies Directive[])),
    ])
  );
}

/**
 * A data node's configuration with its master replaced: `master` null makes it one itself.
 * Drops every `replicaof` and `slaveof` line.
 */
export function withReplicaOf(conf: string, master: Address | null): string {
  const kept = conf.split('\n').filter((line) => !/^\s*(replicaof|slaveof)\s/i.test(line));
  while (kept.at(-1) === '') kept.pop();
  return `${[...kept, ...(master === null ? [] : [`replicaof ${master.host} ${master.port}`])].join('\n')}\n`;
}

/**
 * Whether a data node that is started again has every change: its file makes it write an append-only file and load that,
 * and it writes one as it runs (`logsWrites`, by INFO). Of two answers that differ one was set at run time: what it loads is
 * old then, or not its append-only file. Where one is not known, the other one decides.
 */
export const keepsChanges = (conf: string | undefined, logsWrites?: boolean): boolean =>
  conf === undefined ? logsWrites === true : logsChangesIn(conf) && logsWrites !== false;

/** Whether a data node's configuration writes every change to disk: AOF on. A save point may be long ago. */
function logsChangesIn(conf: string): boolean {
  return [...conf.matchAll(/^\s*appendonly\s+(\S+)/gim)].at(-1)?.[1] === 'yes';
}

/** Whether a data node's configuration writes to disk: AOF on, or any save point. */
export function persistsIn(conf: string): boolean {
  const saves = [...conf.matchAll(/^\s*save\s+(.+)$/gim)].map((m) => m[1]?.trim());
  return logsChangesIn(conf) || (saves.length > 0 && saves.at(-1) !== '""');
}

/** An empty one (`requirepass ""`) is not a secret: it says that there is none. */
const SECRET_DIRECTIVES =
  /^(\s*(?:requirepass|masterauth|tls-key-file-pass|tls-client-key-file-pass|sentinel\s+(?:auth-pass\s+\S+|sentinel-pass))\s+)(?!""\s*$).*$/gim;

/** The same configuration, fit to be shown: every secret replaced, ACL password hashes included. */
export function redactConf(conf: string): string {
  return conf
    .replace(SECRET_DIRECTIVES, '$1(redacted)')
    .replace(/^(\s*(?:user|sentinel\s+user)\s.*)$/gim, (line) =>
      line.replace(/(^|\s)"?[<>#!]\S+/g, '$1(redacted)'),
    );
}

/** A log line, fit to be shown: a server that dislikes a line of its configuration cites it (config.c, `>>> '…'`). */
export function redactLogLine(line: string): string {
  const cited = /^(.*>>> ')(.*)(')$/.exec(line);
  return cited === null ? line : `${cited[1]}${redactConf(cited[2] ?? '')}${cited[3]}`;
}

/** Whether a server that starts from this file knows a user; null where other files may say so. */
export const knowsUser = (conf: string, user: string): boolean | null =>
  /^\s*(aclfile|include)\s+\S/im.test(conf)
    ? null
    : [...conf.matchAll(/^\s*user\s+"?([^\s"]+)/gim)].some(([, name]) => name === user);
