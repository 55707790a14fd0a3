import { HELLO_CHANNEL } from './hello.js';
import type { NodeKind } from './plan.js';

/** What a user without all rights uses sentinelctl for, at a cluster that it did not start; `FOR` says which commands. */
export const PURPOSES = [
  'look',
  'doctor',
  'fix',
  'act',
  'inject',
  'failover-test',
  'quorum-test',
  'sweep',
  'chaos',
  'switchover',
] as const;
export type Purpose = (typeof PURPOSES)[number];

/** The commands that a purpose is for, in words. */
export const FOR: Readonly<Record<Purpose, string>> = {
  look: 'status and the other commands that look',
  doctor: 'doctor',
  fix: 'doctor --fix',
  act: 'kill, stop, start, restart, pause and resume',
  inject: 'inject and heal',
  'failover-test': 'failover-test',
  'quorum-test': 'quorum-test',
  sweep: 'sweep',
  chaos: 'chaos run',
  switchover: 'switchover',
};

/** With arguments of the right number: ACL DRYRUN counts them. */
export type Commands = readonly (readonly string[])[];

/** What a user needs at one kind of server. */
export interface NeededRights {
  commands: Commands;
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
    ['subscribe', HELLO_CHANNEL],
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

/** What is sent to each kind of server. */
export type Sent = Readonly<Record<NodeKind, Commands>>;

const KEY = RUN_KEYS.replace('*', 'x');
/** Where `pause-writes` is looked at: nothing subscribes to it. */
export const PROBE_CHANNEL = '__sentinelctl__:probe';

/** What acts on one node and keeps no journal: it asks where the node is, and which master it must follow. */
const ACT: Sent = {
  redis: [['ping'], ['info']],
  sentinel: [
    ['ping'],
    ['info'],
    sentinel('myid'),
    sentinel('masters'),
    ...['master', 'replicas', 'sentinels', 'ckquorum'].map((sub) => sentinel(sub, NAME)),
  ],
};

/** What rolls back whatever a journal has: a second master is made a replica, and keys of clients are removed. */
const ROLL_BACK: Sent = {
  redis: [
    ['role'],
    ['replicaof', 'no', 'one'],
    ['client', 'kill', 'type', 'normal'],
    ['config', 'rewrite'],
    ['scan', '0'],
    ['unlink', KEY],
    ['wait', '1', '1'],
  ],
  sentinel: [],
};

/** What a run follows events by. */
const FOLLOW: Sent = {
  redis: [],
  sentinel: [
    ['subscribe', '+switch-master'],
    ['psubscribe', '*'],
  ],
};

/** What clients of a run send, as the user that they log in as. */
export const CLIENTS: Sent = {
  redis: [
    ['setbit', KEY, '0', '1'],
    ['getbit', KEY, '0'],
    ['wait', '1', '1'],
  ],
  sentinel: [],
};

/** What reads back what clients wrote. */
const READ_BACK: Sent = { redis: [['get', KEY]], sentinel: [] };

const SET_CONFIG = [
  ['config', 'get', 'save'],
  ['config', 'set', 'replica-priority', '100'],
  ['config', 'rewrite'],
];

/** What an act of a fault, or a repair, sends besides `ROLL_BACK`, by its kind. */
export const ACT_RIGHTS = {
  end: {},
  pause: {},
  block: {},
  slow: {},
  config: { redis: SET_CONFIG },
  'sentinel-set': {
    sentinel: [sentinel('master', NAME), sentinel('set', NAME, 'quorum', '2')],
  },
  'sentinel-debug': { sentinel: [sentinel('debug', 'info-period', '10000')] },
  reset: { sentinel: [sentinel('reset', NAME)] },
  'client-pause': {
    redis: [
      ['client', 'pause', '1'],
      ['client', 'unpause'],
      ['publish', PROBE_CHANNEL, ''],
    ],
  },
  follow: { redis: [['replicaof', 'no', 'one']] },
  busy: {
    redis: [
      ['eval', 'return 1', '0'],
      ['script', 'kill'],
    ],
  },
  simulate: { sentinel: [sentinel('simulate-failure', 'help')] },
  'fail-saves': { redis: [...SET_CONFIG, ['bgsave']] },
  switchover: {
    redis: [['multi'], ['exec'], ['client', 'pause', '1', 'write'], ['client', 'unpause']],
    sentinel: [['publish', HELLO_CHANNEL, 'hello']],
  },
} satisfies Record<string, Partial<Sent>>;

/** What a step of a scenario sends that is not an act. */
export const STEP_RIGHTS = {
  failover: { sentinel: [sentinel('failover', NAME)] },
  reset: { sentinel: [sentinel('reset', NAME)] },
  write: {
    redis: [
      ['set', KEY, '1'],
      ['exists', KEY],
    ],
  },
  /** Clients write meanwhile. */
  clients: READ_BACK,
} satisfies Record<string, Partial<Sent>>;

/** All of these together. */
export const together = (...parts: readonly Partial<Sent>[]): Sent => ({
  redis: parts.flatMap(({ redis = [] }) => redis),
  sentinel: parts.flatMap(({ sentinel: at = [] }) => at),
});

const JOURNALLED = together(LOOK, ROLL_BACK);
const CONDUCTED = together(JOURNALLED, FOLLOW);
const TRIAL = together(CONDUCTED, READ_BACK, ACT_RIGHTS.config);
const SWEPT = together(TRIAL, ACT_RIGHTS['sentinel-set']);
const MOVED = together(CONDUCTED, ACT_RIGHTS.switchover);
const REPAIRS = together(ACT_RIGHTS.config, ACT_RIGHTS['sentinel-set'], ACT_RIGHTS.reset);
const EVERY_ACT = together(...Object.values(ACT_RIGHTS));

/**
 * What a purpose always sends. What depends on the fault, the repair or the scenario is in `ACT_RIGHTS` and
 * `STEP_RIGHTS`, and is asked about besides.
 */
export const ALWAYS_SENT: Readonly<Record<Purpose, Sent>> = {
  look: LOOK,
  doctor: DOCTOR,
  fix: { redis: [], sentinel: [] },
  act: ACT,
  inject: JOURNALLED,
  'failover-test': TRIAL,
  'quorum-test': CONDUCTED,
  sweep: SWEPT,
  chaos: CONDUCTED,
  switchover: MOVED,
};

/** What `restart` sends besides: it keeps a journal. */
export const RESTART_RIGHTS: Sent = ROLL_BACK;

/** Everything that a user of a purpose sends, a look before it included. */
const SENT: Readonly<Record<Purpose, Sent>> = {
  look: LOOK,
  doctor: DOCTOR,
  fix: together(DOCTOR, REPAIRS),
  act: together(LOOK, ACT, RESTART_RIGHTS),
  inject: together(JOURNALLED, EVERY_ACT),
  'failover-test': together(TRIAL, CLIENTS),
  'quorum-test': CONDUCTED,
  sweep: together(SWEPT, CLIENTS),
  chaos: together(CONDUCTED, CLIENTS, EVERY_ACT, ...Object.values(STEP_RIGHTS)),
  switchover: MOVED,
};

/** Which pattern of channels a command needs; null: none. */
const channelOf = ([command, channel = '']: readonly string[]): string | null =>
  command === 'psubscribe' ? channel : command === 'subscribe' || command === 'publish' ? channel : null;

/** Patterns that stand for what is sent: one that matches everything covers the others. */
function patternsOf(commands: Commands): Pick<NeededRights, 'keys' | 'channels'> {
  const channels = [...new Set(commands.flatMap((words) => channelOf(words) ?? []))];
  return {
    keys: commands.some((words) => words.includes(KEY)) ? [RUN_KEYS] : [],
    channels: channels.includes('*') ? ['*'] : channels,
  };
}

const neededFor = (commands: Commands): NeededRights => ({ commands, ...patternsOf(commands) });

/** What each purpose needs at each kind of server; a user of it can also be asked whether it has that (ACL DRYRUN). */
export const NEEDED = Object.fromEntries(
  PURPOSES.map((purpose) => [
    purpose,
    { redis: neededFor(SENT[purpose].redis), sentinel: neededFor(SENT[purpose].sentinel) },
  ]),
) as Readonly<Record<Purpose, Readonly<Record<NodeKind, NeededRights>>>>;

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
