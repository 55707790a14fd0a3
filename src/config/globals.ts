import { usageError } from '../errors.js';
import { type Address, parseAddressList } from '../model/address.js';
import type { TlsSource } from '../model/attached.js';
import { CLUSTER_NAME, DEFAULT_SPEC, MASTER_NAME } from '../model/spec.js';
import type { FileCluster } from './files.js';
import { shown } from './parsers.js';
import type { Env } from './paths.js';
import { describeOrigin, type Origin, type Setting } from './settings.js';

export const OUTPUTS = ['table', 'json', 'yaml', 'tsv', 'name'] as const;
export const DEFAULT_OUTPUT = 'table';
export type Output = (typeof OUTPUTS)[number];

/** Which cluster is meant. */
interface Selection {
  cluster: string;
  /** True when the cluster was named by flag, environment or file, not taken by default. */
  clusterGiven: boolean;
  /** What decided: where it was named, `sentinelctl use`, that it is the only one, or nothing. */
  clusterFrom: 'flag' | 'environment' | 'file' | 'use' | 'only' | 'default';
  /** From `--sentinel-addrs`, or REDIS_SENTINEL_ADDRS where no cluster was named. */
  sentinelAddrs: Address[] | null;
  sentinelAddrsFrom: 'flag' | 'environment' | 'file' | null;
  masterName: string | null;
}

/** The options that every command takes, before or after its name, resolved: flags > environment > files. */
export interface Globals extends Selection {
  passwordFile: string | null;
  /** The user of the data nodes, and of the sentinels where that differs; null: the default user. */
  username: string | null;
  sentinelUsername: string | null;
  sentinelPasswordFile: string | null;
  /** The options of passwords, users and TLS that were typed: `--username`. Not those that the environment or a file sets. */
  accessOptions: readonly string[];
  /** How an attached cluster is reached by TLS; null: plain, or as it was attached. */
  tls: TlsSource | null;
  /** Bound for the whole command, in milliseconds; null: each command's own. */
  timeoutMs: number | null;
  output: Output;
  /** Of `--output tsv`, in this order; null: all. */
  columns: readonly string[] | null;
  yes: boolean;
  /** The name of an attached cluster that may be changed; null: it is asked for. */
  confirm: string | null;
  input: boolean;
  quiet: boolean;
  /** The attached clusters of the project's file. */
  fileClusters: readonly FileCluster[];
}

type Settings = ReadonlyMap<string, Setting>;

const ACCESS_OPTIONS: readonly (readonly [attribute: string, name: string])[] = [
  ['passwordFile', '--password-file'],
  ['username', '--username'],
  ['sentinelPasswordFile', '--sentinel-password-file'],
  ['sentinelUsername', '--sentinel-username'],
  ['tls', '--tls'],
  ['ca', '--ca'],
  ['cert', '--cert'],
  ['key', '--key'],
  ['serverName', '--server-name'],
  ['insecure', '--insecure'],
];

/** The options of every command, resolved. Throws usageError for values that cannot be combined. */
export function resolveGlobals(
  settings: Settings,
  env: Env,
  fileClusters: readonly FileCluster[] = [],
): Globals {
  const value = (attribute: string): unknown => settings.get(attribute)?.value;
  const timeout = value('timeout');
  const words = (attribute: string): string | null => {
    const given = value(attribute);
    return typeof given === 'string' ? given : null;
  };
  return {
    ...resolveSelection(settings, env),
    passwordFile: words('passwordFile'),
    username: words('username'),
    sentinelUsername: words('sentinelUsername'),
    sentinelPasswordFile: words('sentinelPasswordFile'),
    accessOptions: ACCESS_OPTIONS.filter(
      ([attribute]) => settings.get(attribute)?.origin.from === 'flag',
    ).map(([, name]) => name),
    tls: resolveTls(settings),
    timeoutMs: typeof timeout === 'number' ? timeout : null,
    output: resolveOutput(settings),
    columns: resolveColumns(settings),
    yes: value('yes') === true,
    confirm: words('confirm'),
    input: value('input') !== false,
    quiet: value('quiet') === true,
    fileClusters,
  };
}

/** Any of the options of TLS means TLS. Throws usageError for a certificate without its key, or the reverse. */
function resolveTls(settings: Settings): TlsSource | null {
  const [ca, cert, key, serverName] = ['ca', 'cert', 'key', 'serverName'].map(
    (attribute) => text(settings, attribute)?.text ?? null,
  );
  const insecure = settings.get('insecure')?.value === true;
  const tls = {
    ca: ca ?? null,
    cert: cert ?? null,
    key: key ?? null,
    serverName: serverName ?? null,
    insecure,
  };
  const isMeant =
    settings.get('tls')?.value === true || insecure || [ca, cert, key, serverName].some(Boolean);
  if (!isMeant) return null;
  if ((tls.cert === null) !== (tls.key === null)) {
    const [given, missing] = tls.cert === null ? ['--key', '--cert'] : ['--cert', '--key'];
    throw usageError('contradiction', `${given} needs ${missing}: a client's certificate goes with its key`, {
      hint: '--cert FILE --key FILE',
    });
  }
  if (insecure && tls.ca !== null)
    throw usageError('contradiction', '--insecure and --ca cannot be combined', {
      why: '--insecure accepts any certificate',
      hint: 'leave --insecure out',
    });
  return tls;
}

/** `--json` is `--output json` in short; of two origins the stronger one decides. */
function resolveOutput(settings: Settings): Output {
  const json = settings.get('json');
  const output = settings.get('output');
  const isColumns = resolveColumns(settings) !== null;
  const named = OUTPUTS.find((o) => o === output?.value) ?? (isColumns ? 'tsv' : DEFAULT_OUTPUT);
  if (json?.value !== true) return named;
  if (output === undefined || named === 'json') return 'json';
  const [ours, theirs] = [RANK[json.origin.from], RANK[output.origin.from]];
  if (ours === theirs) {
    throw usageError('contradiction', `--json and --output ${named} cannot be combined`, {
      hint: 'leave one of them out',
    });
  }
  return ours > theirs ? 'json' : named;
}

function resolveColumns(settings: Settings): string[] | null {
  const columns = settings.get('columns')?.value;
  return Array.isArray(columns) && columns.length > 0 ? columns.map(String) : null;
}

const RANK = { flag: 3, environment: 2, project: 1, user: 0 } as const;

/**
 * Which cluster is meant: a local one by name, or an attached one by its sentinels' addresses. The stronger origin
 * decides; two of the same strength cannot be combined (usageError). REDIS_SENTINEL_ADDRS and
 * REDIS_MASTER_NAME describe the application's cluster, so they are read only where no cluster was named.
 */
function resolveSelection(settings: Settings, env: Env): Selection {
  const cluster = text(settings, 'cluster');
  const addrs = text(settings, 'sentinelAddrs');
  if (cluster && addrs && RANK[cluster.origin.from] === RANK[addrs.origin.from]) {
    throw usageError('contradiction', '--cluster and --sentinel-addrs cannot be combined', {
      why: `both are set: ${setBy('--cluster', cluster.origin)}, and ${setBy('--sentinel-addrs', addrs.origin)}`,
      hint: 'leave one of them out; --cluster is for a cluster that was created or attached under a name',
    });
  }
  const named =
    cluster && (!addrs || RANK[cluster.origin.from] > RANK[addrs.origin.from]) ? cluster : undefined;
  const attached = named ? undefined : (addrs ?? applications(env, 'REDIS_SENTINEL_ADDRS'));
  const master = text(settings, 'masterName') ?? (named ? undefined : applications(env, 'REDIS_MASTER_NAME'));
  return {
    cluster: named ? clusterName(named) : DEFAULT_SPEC.cluster,
    clusterGiven: named !== undefined,
    clusterFrom: named ? shortOrigin(named.origin) : 'default',
    sentinelAddrs: attached ? addressList(attached) : null,
    sentinelAddrsFrom: attached ? shortOrigin(attached.origin) : null,
    masterName: master ? masterName(master) : null,
  };
}

interface Text {
  text: string;
  origin: Origin;
}

function text(settings: Settings, attribute: string): Text | undefined {
  const setting = settings.get(attribute);
  return setting === undefined ? undefined : { text: String(setting.value), origin: setting.origin };
}

function applications(env: Env, variable: string): Text | undefined {
  const value = env[variable];
  return value === undefined || value.trim() === ''
    ? undefined
    : { text: value, origin: { from: 'environment', variable } };
}

/** The environment with only as much of the application's variables as can be read. */
export function withReadableApp(env: Env): Env {
  const { REDIS_SENTINEL_ADDRS: addrs, REDIS_MASTER_NAME: master, ...rest } = env;
  const readable = addrs?.split(',').filter((part) => 'addresses' in parseAddressList(part));
  return {
    ...rest,
    ...(readable !== undefined && { REDIS_SENTINEL_ADDRS: readable.join(',') }),
    ...(master !== undefined && MASTER_NAME.test(master.trim()) && { REDIS_MASTER_NAME: master }),
  };
}

const shortOrigin = (origin: Origin): 'flag' | 'environment' | 'file' =>
  origin.from === 'project' || origin.from === 'user' ? 'file' : origin.from;

/** `--cluster on the command line`, `--cluster by SENTINELCTL_CLUSTER`. */
const setBy = (option: string, origin: Origin): string =>
  `${option} ${origin.from === 'flag' ? 'on' : 'by'} ${describeOrigin(origin)}`;

/** How to call the thing in an error: the option, or the variable or file that set it. */
const nameOf = (option: string, origin: Origin): string =>
  origin.from === 'flag'
    ? option
    : origin.from === 'environment'
      ? origin.variable
      : `${option} (${describeOrigin(origin)})`;

function clusterName(given: Text): string {
  if (CLUSTER_NAME.test(given.text)) return given.text;
  throw usageError(
    'bad-value',
    `${nameOf('--cluster', given.origin)}: ${shown(given.text)} is not a valid cluster name`,
    {
      why: '1 to 40 of a-z, 0-9, - and _, starting with a letter or digit',
      hint: '--cluster NAME',
    },
  );
}

function masterName(given: Text): string {
  if (MASTER_NAME.test(given.text)) return given.text;
  throw usageError(
    'bad-value',
    `${nameOf('--master-name', given.origin)}: ${shown(given.text)} is not a valid master name`,
    {
      why: 'Sentinel takes letters, digits, ".", "-" and "_", 100 at most',
      hint: `--master-name ${DEFAULT_SPEC.masterName}`,
    },
  );
}

function addressList(given: Text): Address[] {
  const parsed = parseAddressList(given.text);
  const name = nameOf('--sentinel-addrs', given.origin);
  const hint = '--sentinel-addrs HOST:PORT,HOST:PORT';
  if ('bad' in parsed) {
    throw usageError('bad-value', `${name}: ${shown(parsed.bad)} is not host:port`, {
      why: 'ports are 1 to 65535, IPv6 addresses are written in brackets, commas separate addresses',
      hint,
    });
  }
  if (parsed.addresses.length === 0) throw usageError('bad-value', `${name}: contains no address`, { hint });
  return parsed.addresses;
}
