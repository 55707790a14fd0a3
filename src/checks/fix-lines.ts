/** What a line of a fix does when it is typed; what is printed beside it is decided by that. */
export type Effect =
  | 'starts all'
  | 'starts a node'
  | 'starts a sentinel'
  /**
   * Ends what it belongs to whatever else is wrong: a failover that is awaited, or a frozen master that is resumed. A
   * replica that was down before would be started with older data, and promoted.
   */
  | 'awaits'
  | 'refused beside a run'
  /** Beside an active fault it may undo the fault's own change, or hide it. */
  | 'changes a server'
  /** Forgets the other side of a cut network, or names it. */
  | 'forgets'
  /** Gives a failover that is held back a candidate, a vote or a lower bar. */
  | 'lets a failover begin';

/** By the command of sentinelctl. */
const OURS: Readonly<Record<string, readonly Effect[]>> = {
  up: ['starts all', 'refused beside a run', 'lets a failover begin'],
  start: ['starts a node', 'refused beside a run', 'lets a failover begin'],
  restart: ['refused beside a run', 'lets a failover begin'],
  resume: ['awaits', 'refused beside a run', 'lets a failover begin'],
};

/** By the command that redis-cli sends. */
const SENT: Readonly<Record<string, readonly Effect[]>> = {
  'ACL SETUSER': ['changes a server'],
  'CLIENT KILL': ['changes a server'],
  'CONFIG REWRITE': ['changes a server'],
  'CONFIG SET': ['changes a server'],
  REPLICAOF: ['changes a server', 'forgets'],
  'SENTINEL CONFIG SET': ['changes a server'],
  'SENTINEL FAILOVER': ['changes a server', 'lets a failover begin'],
  'SENTINEL MONITOR': ['changes a server', 'forgets'],
  'SENTINEL REMOVE': ['changes a server', 'forgets'],
  'SENTINEL RESET': ['changes a server', 'forgets', 'lets a failover begin'],
  'SENTINEL SET': ['changes a server'],
  SHUTDOWN: ['changes a server'],
};

/** By the values that are sent. */
const VALUES: readonly (readonly [sent: RegExp, effect: Effect])[] = [
  [/CONFIG SET (replica|slave)-priority [1-9]/, 'lets a failover begin'],
  [/SENTINEL SET \S+ .*(quorum|down-after-milliseconds)/, 'lets a failover begin'],
  // NO ONE makes a master.
  [/REPLICAOF \S+ \d/, 'lets a failover begin'],
];

/** A line that a shell takes, and not a comment that names a command. */
const SENDS = /^(test -n .* )?redis-cli /;

export const does = (line: string, effect: Effect): boolean => effectsOf(line).includes(effect);

function effectsOf(line: string): readonly Effect[] {
  const [program, verb = '', ...words] = line.split(' ');
  if (program === 'sentinelctl') {
    if (verb === 'status' && words.includes('--watch')) return ['awaits'];
    const effects = Object.hasOwn(OURS, verb) ? (OURS[verb] ?? []) : [];
    return verb === 'start' && words[0]?.startsWith('sentinel-')
      ? [...effects, 'starts a sentinel']
      : effects;
  }
  const sent = Object.entries(SENT).flatMap(([command, effects]) =>
    `${line} `.includes(`${command} `) ? effects : [],
  );
  const all = [...sent, ...VALUES.flatMap(([wanted, effect]) => (wanted.test(line) ? effect : []))];
  return SENDS.test(line) ? all : all.filter((effect) => effect !== 'changes a server');
}
