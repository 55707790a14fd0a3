import { ALSO_SETS, NEEDED, rulesFor } from './operator-rights.js';
import type { NodeKind } from './plan.js';

/** The users of a cluster that `up --acl` makes, and what each may do at the data nodes and at the sentinels. */

export const USERS = ['replication', 'sentinel', 'app', 'observer', 'operator'] as const;
export type UserName = (typeof USERS)[number];

/** The user that sentinelctl logs in as. */
export const OPERATOR: UserName = 'operator';
/** The user that an application logs in as. */
export const APP: UserName = 'app';

/**
 * What a data node must allow the sentinels' user (Redis documentation, Sentinel: ACL), by the names of
 * `ACL SETUSER`: `config|rewrite`.
 */
export const SENTINEL_COMMANDS = [
  'multi',
  'slaveof',
  'ping',
  'exec',
  'subscribe',
  'config|rewrite',
  'role',
  'publish',
  'info',
  'client|setname',
  'client|kill',
  'script|kill',
];

/** Where Sentinels find each other (sentinel.c, SENTINEL_HELLO_CHANNEL). */
export const HELLO_CHANNEL = '__sentinel__:hello';

export interface UserRights {
  /** What it is for, and what it may do, in words. */
  purpose: string;
  /** Its rules at the data nodes; null: it does not exist there. */
  redis: readonly string[] | null;
  /** Its rules at the sentinels, which have few commands: an unknown one keeps a sentinel from starting. */
  sentinel: readonly string[] | null;
}

const allow = (commands: readonly string[]): string[] => commands.map((command) => `+${command}`);

/** What `doctor` asks, without what could also set. */
const readsAt = (kind: NodeKind): string[] =>
  rulesFor(NEEDED.doctor[kind]).filter((rule) => !ALSO_SETS.includes(rule.slice(1)));

/** Which user may do what. Later rules of a list win over earlier ones (acl.c, ACLSetSelector). */
export const USER_RIGHTS: Readonly<Record<UserName, UserRights>> = {
  replication: {
    purpose: 'replicas log in to their master as this user: they may copy its data, and nothing else',
    redis: ['resetchannels', ...allow(['psync', 'replconf', 'ping'])],
    sentinel: null,
  },
  sentinel: {
    purpose:
      'sentinels log in as this user: they may watch, promote and repoint data nodes, and ask each other; they read and write no key',
    redis: ['resetchannels', `&${HELLO_CHANNEL}`, ...allow(SENTINEL_COMMANDS)],
    sentinel: [
      'resetchannels',
      `&${HELLO_CHANNEL}`,
      ...allow(['ping', 'publish', 'client|setname', 'sentinel|is-master-down-by-addr']),
    ],
  },
  app: {
    purpose:
      'the application: every key and every command, but those that administer the server or stop it for others (KEYS, FLUSHALL, CONFIG, DEBUG); at the sentinels it may ask where the master is, and hear of a failover',
    redis: ['~*', '&*', '+@all', '-@admin', '-@dangerous', '+info', '+role'],
    sentinel: [
      'resetchannels',
      '&*',
      ...allow([
        'ping',
        'info',
        'role',
        'subscribe',
        'psubscribe',
        'unsubscribe',
        'punsubscribe',
        'client|setname',
        ...['get-master-addr-by-name', 'master', 'masters', 'replicas', 'slaves', 'sentinels'].map(
          (command) => `sentinel|${command}`,
        ),
      ]),
    ],
  },
  observer: {
    purpose: 'an operator who looks: it may read states and settings; it reads no key, and changes nothing',
    redis: readsAt('redis'),
    sentinel: readsAt('sentinel'),
  },
  operator: {
    purpose: 'an operator who acts, and sentinelctl itself: everything',
    redis: ['~*', '&*', '+@all'],
    sentinel: ['&*', '+@all'],
  },
};

/** The passwords of the users. */
export type UserPasswords = Readonly<Record<UserName, string>>;

/** What opens the servers of a cluster that sentinelctl made. Secrets: never printed, never in a state file. */
export interface ClusterSecrets {
  /** Of the default user of every server; null: it needs none, or, with users, it is off. */
  password: string | null;
  /** null: there is only the default user. */
  users: UserPasswords | null;
  /** What the servers' certificates are verified against, in PEM form; null: no TLS. */
  ca: string | null;
}

export const NO_SECRETS: ClusterSecrets = { password: null, users: null, ca: null };

/** The password that an application is given; null: none. */
export const appPassword = ({ password, users }: ClusterSecrets): string | null =>
  users === null ? password : users[APP];

/** What the users may do, as a text for a person who gets the passwords. `passwordFile`: where each password is. */
export function usersText(cluster: string, passwordFile: (user: UserName) => string): string {
  const rules = (where: string, list: readonly string[] | null): string[] =>
    list === null ? [] : [`  ${where.padEnd(13)}${list.join(' ')}`];
  const parts = USERS.flatMap((user) => {
    const { purpose, redis, sentinel } = USER_RIGHTS[user];
    return [
      '',
      `${user}: ${purpose}`,
      `  ${'password'.padEnd(13)}${passwordFile(user)}`,
      ...rules('data nodes', redis),
      ...rules('sentinels', sentinel),
    ];
  });
  return `${[`Users of cluster "${cluster}". The default user is off: without a user name nothing is answered.`, ...parts].join('\n')}\n`;
}
