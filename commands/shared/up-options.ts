import { type OptionDefs, type OptionsOf, option } from '../../src/cli/option.js';
import { keyValue } from '../../src/config/parsers.js';
import { usageError } from '../../src/errors.js';
import {
  DEFAULT_SETTINGS,
  DRIVER_NAMES,
  type DriverName,
  driverFacts,
  firstOf,
  PREFERRED_DRIVERS,
} from '../../src/model/drivers.js';
import { formatDurationMs } from '../../src/model/duration.js';
import { type ClusterSpec, DEFAULT_SPEC, PERSISTENCE } from '../../src/model/spec.js';

/** What the cluster is, by the names of ClusterSpec. What was not given is compared with no existing cluster. */
export const SPEC_OPTIONS = {
  replicas: option.integer('--replicas <n>', {
    summary: 'number of replicas, 0 to 9',
    otherwise: String(DEFAULT_SPEC.replicas),
    min: 0,
    max: 9,
    example: DEFAULT_SPEC.replicas,
  }),
  sentinels: option.integer('--sentinels <n>', {
    summary: 'number of sentinels, 1 to 9',
    otherwise: String(DEFAULT_SPEC.sentinels),
    min: 1,
    max: 9,
    example: DEFAULT_SPEC.sentinels,
  }),
  quorum: option.integer('--quorum <n>', {
    summary: 'number of sentinels that must agree that the master is down',
    otherwise: 'a majority: 2 of 3',
    min: 1,
    max: 9,
    example: DEFAULT_SPEC.quorum,
  }),
  downAfterMs: option.duration('--down-after <duration>', {
    summary: 'time without an answer after which a sentinel marks a node as down',
    otherwise: formatDurationMs(DEFAULT_SPEC.downAfterMs),
    minMs: 1,
    maxMs: 3_600_000,
  }),
  failoverTimeoutMs: option.duration('--failover-timeout <duration>', {
    summary: 'Sentinel’s failover-timeout',
    otherwise: formatDurationMs(DEFAULT_SPEC.failoverTimeoutMs),
    minMs: 1,
    maxMs: 86_400_000,
    example: '60s',
  }),
  parallelSyncs: option.integer('--parallel-syncs <n>', {
    summary: 'number of replicas that resync with a new master at the same time',
    otherwise: String(DEFAULT_SPEC.parallelSyncs),
    min: 1,
    max: 9,
  }),
  port: option.portOrAuto('--port <port>', {
    summary: 'port of the first data node, or auto',
    otherwise: String(DEFAULT_SPEC.port),
    example: 6379,
  }),
  sentinelPort: option.portOrAuto('--sentinel-port <port>', {
    summary: 'port of the first sentinel, or auto',
    otherwise: `${DEFAULT_SPEC.sentinelPort}, or auto with --port auto`,
    example: 26379,
  }),
  persistence: option.choice('--persistence <which>', PERSISTENCE, {
    summary: 'which data nodes write to disk; procedure: the replicas, but not the first master',
    otherwise: DEFAULT_SPEC.persistence,
  }),
  redisConf: option.values('--redis-conf <directive=value>', {
    summary: 'a directive for every data node; repeatable',
    parse: keyValue('--redis-conf', 'maxmemory=100mb'),
  }),
};

/** The image of a new cluster's containers. */
export const IMAGE = option.text('--image <image>', {
  summary: 'Docker: the image, or host for one built from this machine’s redis-server',
});

/** How the servers of a new cluster are protected; `--tls`, which every command has, is the third of them. */
export const SECURITY_OPTIONS = {
  acl: option.flag('--acl', {
    summary: 'a user for each purpose, with no more rights than it needs; the default user is off',
  }),
  secure: option.flag('--secure', { summary: '--tls and --acl' }),
};

/** Where the nodes live, by the names of the drivers' settings. */
export const SETTING_OPTIONS = {
  redisServer: option.file('--redis-server <path>', {
    summary: 'the server binary for processes and for --image host',
    // A project's file must not choose what is executed; SENTINELCTL_REDIS_SERVER is read by the drivers.
    flagOnly: true,
  }),
  loopback: option.choice('--loopback <which>', ['shared', 'own'], {
    summary: 'processes: own gives each node its own loopback address, so that its links can be cut',
    otherwise: `${DEFAULT_SETTINGS.loopback}: all on 127.0.0.1`,
  }),
  image: IMAGE,
  publish: option.text('--publish <address>', {
    summary: 'Docker: the address on which ports are published',
    otherwise: DEFAULT_SETTINGS.publish,
  }),
  network: option.choice('--network <mode>', ['bridge', 'host'], {
    summary: 'Docker: a network for this cluster, or the host’s',
    otherwise: DEFAULT_SETTINGS.network,
  }),
};

export const UP_OPTIONS = {
  driver: option.choice('--driver <name>', DRIVER_NAMES, {
    summary: 'where the nodes live',
    otherwise: firstOf(PREFERRED_DRIVERS),
  }),
  ...SPEC_OPTIONS,
  ...SECURITY_OPTIONS,
  ...SETTING_OPTIONS,
};

/** Those of `wanted` that were given. */
export function givenOf<O extends OptionDefs>(
  wanted: O,
  options: OptionsOf<O>,
): { [K in keyof O]?: NonNullable<OptionsOf<O>[K]> } {
  const isGiven = (value: unknown): boolean =>
    value !== undefined && !(Array.isArray(value) && value.length === 0);
  const given = Object.keys(wanted).filter((key) => isGiven(options[key]));
  return Object.fromEntries(given.map((key) => [key, options[key]])) as ReturnType<typeof givenOf<O>>;
}

/**
 * What was asked for of TLS and users. `--tls` only where it was typed: in the environment and in files it is meant for
 * attached clusters.
 */
export function securityOf(
  { acl, secure }: OptionsOf<typeof SECURITY_OPTIONS>,
  accessOptions: readonly string[],
): Pick<Partial<ClusterSpec>, 'tls' | 'acl'> {
  return {
    ...((secure === true || accessOptions.includes('--tls')) && { tls: true }),
    ...((secure === true || acl === true) && { acl: true }),
  };
}

/** Only processes have loopback addresses, so `--loopback own` alone means processes. */
export function driverOf({ driver, loopback }: OptionsOf<typeof UP_OPTIONS>): DriverName | null {
  if (loopback !== 'own' || (driver !== undefined && driverFacts(driver).ownLoopback)) return driver ?? null;
  if (driver === undefined) return DRIVER_NAMES.find((name) => driverFacts(name).ownLoopback) ?? null;
  throw usageError(
    'bad-spec',
    '--loopback own is for processes; each container already has its own address',
    {
      hint: '--driver process # or leave it out',
    },
  );
}
