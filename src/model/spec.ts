import { formatDurationMs } from './duration.js';
import { majorityOf } from './sentinel-timing.js';

/** Which data nodes write to disk: as the procedure has it (replicas only), all of them, or none. */
export const PERSISTENCE = ['procedure', 'all', 'none'] as const;
export type Persistence = (typeof PERSISTENCE)[number];

/** What a cluster is asked to be, independent of where its nodes live. */
export interface ClusterSpec {
  cluster: string;
  /** The name that the sentinels monitor the master under. */
  masterName: string;
  replicas: number;
  sentinels: number;
  quorum: number;
  downAfterMs: number;
  failoverTimeoutMs: number;
  parallelSyncs: number;
  /** The first data node's port, the others follow on; `auto`: free ones below the ephemeral range. */
  port: number | 'auto';
  /** The first sentinel's port, the others follow on. */
  sentinelPort: number | 'auto';
  persistence: Persistence;
  /** Extra directives for every data node's redis.conf, in order. */
  redisConf: [directive: string, value: string][];
  /** Every server speaks TLS only, with certificates of an authority of this cluster. */
  tls?: boolean;
  /** Users with the rights that each needs, instead of the default user. */
  acl?: boolean;
}

/** The procedure's values: they are the defaults. */
export const DEFAULT_SPEC: ClusterSpec = {
  cluster: 'default',
  masterName: 'mymaster',
  replicas: 2,
  sentinels: 3,
  quorum: 2,
  downAfterMs: 5000,
  failoverTimeoutMs: 60_000,
  parallelSyncs: 1,
  port: 6379,
  sentinelPort: 26379,
  persistence: 'procedure',
  redisConf: [],
};

/** What was asked for, the rest by default; the quorum is a majority of the sentinels. */
export function completeSpec(given: Partial<ClusterSpec>): ClusterSpec {
  return {
    ...DEFAULT_SPEC,
    quorum: majorityOf(given.sentinels ?? DEFAULT_SPEC.sentinels),
    sentinelPort: given.port === 'auto' ? 'auto' : DEFAULT_SPEC.sentinelPort,
    ...given,
  };
}

/** Cluster names become directory, container and network names, so they are kept to what all of these take. */
export const CLUSTER_NAME = /^[a-z0-9][a-z0-9_-]{0,39}$/;
/** What Sentinel itself takes as a master name (sentinel.c, sentinelInstanceMapCommand: alphanumerics and `.-_`). */
export const MASTER_NAME = /^[A-Za-z0-9._-]{1,100}$/;

/** One thing wrong with a request, in words for the person who typed it. */
export interface SpecFault {
  option: string;
  message: string;
  hint?: string;
}

/** Everything that is wrong with a spec, before anything is started. Pure. */
export function specFaults(spec: ClusterSpec): SpecFault[] {
  const faults: SpecFault[] = [];
  if (!CLUSTER_NAME.test(spec.cluster)) {
    faults.push({
      option: '--cluster',
      message: `"${abbreviate(spec.cluster)}" is not a valid cluster name: 1 to 40 of a-z, 0-9, - and _, starting with a letter or digit`,
    });
  }
  if (!MASTER_NAME.test(spec.masterName)) {
    faults.push({
      option: '--master-name',
      message: `"${abbreviate(spec.masterName)}" is not a valid master name: Sentinel accepts letters, digits, ".", "-" and "_"`,
    });
  }
  if (spec.quorum > spec.sentinels) {
    faults.push({
      option: '--quorum',
      message: `quorum ${spec.quorum} can never be reached by ${spec.sentinels} sentinel${spec.sentinels === 1 ? '' : 's'}: no failover would ever start`,
      hint: `--quorum ${majorityOf(spec.sentinels)} # a majority of ${spec.sentinels}`,
    });
  }
  for (const [directive] of spec.redisConf) {
    if (OWNED_DIRECTIVES.has(directive.toLowerCase())) {
      faults.push({
        option: '--redis-conf',
        message: `${directive} is set by sentinelctl and cannot be overridden`,
        hint: OWNED_HINT[directive.toLowerCase()] ?? 'leave it out',
      });
    }
  }
  return faults;
}

/** Directives that decide where a node lives and which master it follows: an override would break what is proved at `up`. */
const OWNED_DIRECTIVES = new Set([
  'port',
  'bind',
  'bind-source-addr',
  'dir',
  'pidfile',
  'logfile',
  'daemonize',
  'supervised',
  'replicaof',
  'slaveof',
  'requirepass',
  'masterauth',
  'masteruser',
  'user',
  'aclfile',
  'tls-port',
  'tls-replication',
  'tls-cert-file',
  'tls-key-file',
  'tls-ca-cert-file',
  'tls-auth-clients',
  'replica-announce-ip',
  'replica-announce-port',
  'set-proc-title',
  'protected-mode',
  'include',
]);
const OWNED_HINT: Record<string, string> = {
  port: 'leave it out; --port sets it',
  requirepass: 'leave it out; --password-file sets it',
  masterauth: 'leave it out; --password-file sets it',
  masteruser: 'leave it out; --acl sets it',
  user: 'leave it out; --acl makes users',
  aclfile: 'leave it out; --acl makes users',
  'tls-port': 'leave it out; --tls sets it',
};

/**
 * Whether a password survives Sentinel's own configuration: sentinel.c (rewriteConfigSentinelOption) writes auth-pass
 * back as it is, without quotes, so that one with a blank or a quote keeps the sentinel from ever starting again.
 */
export const isPasswordUsable = (password: string): boolean => /^[^\s"'\p{Cc}]+$/u.test(password);

/** A difference between a running cluster and what is asked for now. */
export interface SpecDifference {
  option: string;
  running: string;
  asked: string;
}

/** Which of the values that were asked for explicitly differ from the cluster's own. */
export function specDifferences(running: ClusterSpec, asked: Partial<ClusterSpec>): SpecDifference[] {
  return (Object.keys(asked) as (keyof ClusterSpec)[])
    .filter((key) => asked[key] !== undefined)
    .map((key) => ({
      option: optionOf(key),
      running: typed(key, running[key]),
      asked: typed(key, asked[key]),
    }))
    .filter((difference) => difference.running !== difference.asked);
}

/** A value as it is typed on a command line: `5s`, `maxmemory=100mb`. */
function typed(key: keyof ClusterSpec, value: ClusterSpec[keyof ClusterSpec] | undefined): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? '(none)' : value.map((directive) => directive.join('=')).join(' ');
  }
  if (key === 'tls' || key === 'acl') return value === true ? 'on' : 'off';
  return key.endsWith('Ms') ? formatDurationMs(Number(value)) : String(value);
}

function optionOf(key: keyof ClusterSpec): string {
  return `--${key.replace(/Ms$/, '').replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
}

/** Cuts a name that is far too long, so that the error about it stays one line. */
export function abbreviate(text: string, max = 60): string {
  return text.length <= max ? text : `${text.slice(0, max)}…`;
}
