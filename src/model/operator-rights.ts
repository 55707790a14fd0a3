import type { NodeKind } from './plan.js';

/** What a user without all rights uses sentinelctl for, at a cluster that it did not start. */
export const PURPOSES = ['look', 'doctor', 'failover-test'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** What a user needs at one kind of server. */
export interface NeededRights {
  /** What is sent, with arguments of the right number: ACL DRYRUN counts them. */
  commands: readonly (readonly string[])[];
  /** Patterns of keys and of channels, as `~` and `&` take them. */
  keys: readonly string[];
  channels: readonly string[];
}

/** Every key that clients of a test write begins so. */
export const RUN_KEYS = 'sentinelctl:*';

const NAME = 'mymaster';
const sentinel = (...words: string[]): string[] => ['sentinel', ...words];

const LOOK = {
  redis: [
    ['ping'],
    ['info'],
    ['config', 'get', 'save'],
    ['client', 'list'],
    ['acl', 'whoami'],
    ['acl', 'list'],
    ['acl', 'dryrun', 'default', 'ping'],
  ],
  sentinel: [
    ['ping'],
    ['info'],
    ['acl', 'dryrun', 'default', 'ping'],
    sentinel('myid'),
    sentinel('masters'),
    sentinel('master', NAME),
    sentinel('replicas', NAME),
    sentinel('sentinels', NAME),
    sentinel('ckquorum', NAME),
    sentinel('get-master-addr-by-name', NAME),
  ],
};

/** Of SENTINEL CONFIG and SENTINEL DEBUG only what reads is sent; no rule of Redis tells it from what sets. */
export const ALSO_SETS: readonly string[] = ['sentinel|config', 'sentinel|debug'];

const DOCTOR = {
  redis: [
    ...LOOK.redis,
    ['role'],
    ['time'],
    ['latency', 'latest'],
    ['slowlog', 'get'],
    ['acl', 'getuser', 'default'],
    ['acl', 'log'],
    ['subscribe', '__sentinel__:hello'],
  ],
  sentinel: [
    ...LOOK.sentinel,
    ['client', 'list'],
    ['acl', 'whoami'],
    ['acl', 'getuser', 'default'],
    sentinel('pending-scripts'),
    sentinel('config', 'get', '*'),
    sentinel('debug'),
  ],
};

const KEY = RUN_KEYS.replace('*', 'x');

/** What a test sends: it reads roles, steers who is promoted, brings the old master back, and its clients write. */
const FAILOVER_TEST = {
  redis: [
    ...LOOK.redis,
    ['role'],
    ['config', 'set', 'replica-priority', '100'],
    ['config', 'rewrite'],
    ['replicaof', 'no', 'one'],
    ['client', 'kill', 'type', 'normal'],
    ['setbit', KEY, '0', '1'],
    ['getbit', KEY, '0'],
    ['get', KEY],
    ['wait', '1', '1'],
    ['scan', '0'],
    ['unlink', KEY],
  ],
  sentinel: [...LOOK.sentinel, ['subscribe', '+switch-master'], ['psubscribe', '*']],
};

/** What each purpose needs at each kind of server; a user of it can also be asked whether it has that (ACL DRYRUN). */
export const NEEDED: Readonly<Record<Purpose, Readonly<Record<NodeKind, NeededRights>>>> = {
  look: {
    redis: { commands: LOOK.redis, keys: [], channels: [] },
    sentinel: { commands: LOOK.sentinel, keys: [], channels: [] },
  },
  doctor: {
    redis: { commands: DOCTOR.redis, keys: [], channels: ['__sentinel__:hello'] },
    sentinel: { commands: DOCTOR.sentinel, keys: [], channels: [] },
  },
  'failover-test': {
    redis: { commands: FAILOVER_TEST.redis, keys: [RUN_KEYS], channels: [] },
    sentinel: { commands: FAILOVER_TEST.sentinel, keys: [], channels: ['*'] },
  },
};

/** Commands whose subcommands have rights of their own. */
const CONTAINERS = new Set(['acl', 'client', 'config', 'latency', 'script', 'sentinel', 'slowlog']);

/** By which name a rule has a command: `config|get`. */
export const ruleName = ([command = '', sub = '']: readonly string[]): string =>
  CONTAINERS.has(command) && sub !== '' ? `${command}|${sub}` : command;

/** The rules of a user for one purpose, in the words of ACL SETUSER. */
export const rulesFor = ({ commands, keys, channels }: NeededRights): string[] => [
  'resetchannels',
  ...keys.map((pattern) => `~${pattern}`),
  ...channels.map((pattern) => `&${pattern}`),
  ...new Set(commands.map((words) => `+${ruleName(words)}`)),
];
