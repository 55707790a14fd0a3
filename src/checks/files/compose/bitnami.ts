import { type Directive, directive, optionDirectives } from '../conf.js';
import type { Service } from './service.js';
import { shellWords } from './words.js';

/** A server that an image of Bitnami configures out of its variables. */
export interface BitnamiServer {
  kind: 'sentinel' | 'redis';
  directives: Directive[];
  /** Variables that the image requires and that are not set, or that it does not know. */
  wrong: WrongVariable[];
  /** Whether REPLICATION_MODE is set: it has a master, or replicas. */
  replicates: boolean;
  /** Where a configuration file may be mounted, which replaces the variables. */
  mounted: string;
}

export interface WrongVariable {
  name: string;
  /** The variable that is probably meant; null where one is missing. */
  meant: string | null;
  /** Whether the value that is set is the default of the one that is meant. */
  isDefault: boolean;
  line: number;
  /** Of an image that reads no variables: what follows, and the line of configuration that does it. */
  ignored?: { does: string; instead: string };
  /** Of one of Bitnami whose own start is replaced: by which line, and what follows. */
  bypassed?: { by: string; at: { file: string; line: number }; does: string };
}

/** Bitnami's images that make the configuration of a Redis, a Valkey or a Sentinel out of their variables; none of its others. */
export const isBitnami = (image: string | null): boolean =>
  /bitnami/i.test(image ?? '') && /(^|[/-])(redis|valkey)(-sentinel)?([:@]|$)/i.test(image ?? '');

/*
 * What the images make of their variables: bitnami/containers, redis-env.sh, libredis.sh, redis-sentinel-env.sh,
 * libredissentinel.sh (7.4), and the same for Valkey, whose names begin with VALKEY_ and say PRIMARY for MASTER. Each
 * variable may be given as NAME_FILE too.
 */
const SENTINEL_DEFAULTS: Readonly<Record<string, string>> = {
  MASTER_HOST: 'redis',
  MASTER_PORT_NUMBER: '6379',
  MASTER_SET: 'mymaster',
  MASTER_USER: '',
  MASTER_PASSWORD: '',
  SENTINEL_PORT_NUMBER: '26379',
  SENTINEL_QUORUM: '2',
  SENTINEL_DOWN_AFTER_MILLISECONDS: '60000',
  SENTINEL_FAILOVER_TIMEOUT: '180000',
  SENTINEL_MASTER_REBOOT_DOWN_AFTER_PERIOD: '0',
  SENTINEL_RESOLVE_HOSTNAMES: 'yes',
  SENTINEL_ANNOUNCE_HOSTNAMES: 'no',
  SENTINEL_PASSWORD: '',
  SENTINEL_ANNOUNCE_IP: '',
  SENTINEL_ANNOUNCE_PORT: '',
  SENTINEL_TLS_ENABLED: 'no',
  SENTINEL_TLS_PORT_NUMBER: '26379',
};
const NODE_DEFAULTS: Readonly<Record<string, string>> = {
  REPLICATION_MODE: '',
  MASTER_HOST: '',
  MASTER_PORT_NUMBER: '6379',
  MASTER_USER: '',
  MASTER_PASSWORD: '',
  PORT_NUMBER: '6379',
  PASSWORD: '',
  AOF_ENABLED: 'yes',
  RDB_POLICY: '',
  RDB_POLICY_DISABLED: 'no',
  REPLICA_IP: '',
  REPLICA_PORT: '',
  EXTRA_FLAGS: '',
  DISABLE_COMMANDS: '',
  ALLOW_REMOTE_CONNECTIONS: 'yes',
  ACLFILE: '',
  TLS_ENABLED: 'no',
  TLS_PORT_NUMBER: '6379',
};

/** What such an image runs with these variables, given as they are in the container. Pure. */
export function bitnamiServer(
  service: Service,
  env: ReadonlyMap<string, { value: string; line: number }>,
  file: string,
): BitnamiServer {
  const image = service.image ?? '';
  const isSentinel = /sentinel/i.test(image.replace(/^.*\//, ''));
  const prefix = /valkey/i.test(image) ? 'VALKEY_' : 'REDIS_';
  const known = isSentinel ? SENTINEL_DEFAULTS : NODE_DEFAULTS;
  const nameOf = (bare: string): string =>
    prefix + (prefix === 'VALKEY_' ? bare.replaceAll('MASTER', 'PRIMARY') : bare);
  const given = (bare: string): string => env.get(nameOf(bare))?.value ?? '';
  const value = (bare: string): string => {
    const set = given(bare);
    if (set !== '') return set;
    if (bare === 'MASTER_HOST' && isSentinel) return prefix === 'VALKEY_' ? 'valkey' : 'redis';
    if (bare === 'MASTER_SET' && prefix === 'VALKEY_') return 'myprimary';
    return known[bare] ?? '';
  };
  const lineOf = (bare: string): number => env.get(nameOf(bare))?.line ?? service.line;
  const line = (name: string, args: string[], bare: string): Directive =>
    directive(name, args, file, lineOf(bare));
  const maker = { value, line, file, lineOf };
  return {
    kind: isSentinel ? 'sentinel' : 'redis',
    directives: isSentinel
      ? sentinelDirectives(maker)
      : nodeDirectives(maker, isYes(env.get('ALLOW_EMPTY_PASSWORD')?.value)),
    wrong: [
      ...misspelt(env, known, nameOf),
      ...(isSentinel || value('PASSWORD') !== '' || isYes(env.get('ALLOW_EMPTY_PASSWORD')?.value)
        ? []
        : env.has(`${nameOf('PASSWORD')}_FILE`)
          ? []
          : [{ name: nameOf('PASSWORD'), meant: null, isDefault: false, line: service.line }]),
    ],
    replicates: !isSentinel && value('REPLICATION_MODE') !== '',
    mounted: isSentinel
      ? `/opt/bitnami/${prefix === 'VALKEY_' ? 'valkey' : 'redis'}-sentinel/mounted-etc/sentinel.conf`
      : `/opt/bitnami/${prefix === 'VALKEY_' ? 'valkey/mounted-etc/valkey' : 'redis/mounted-etc/redis'}.conf`,
  };
}

const isYes = (value: string | undefined): boolean => /^(1|yes|true)$/i.test(value ?? '');

interface Maker {
  value(bare: string): string;
  line(name: string, args: string[], bare: string): Directive;
  lineOf(bare: string): number;
  file: string;
}

function sentinelDirectives({ value, line }: Maker): Directive[] {
  const set = value('MASTER_SET');
  const port = value('SENTINEL_PORT_NUMBER');
  const optional = (bare: string, name: string, args: (text: string) => string[]): Directive[] =>
    value(bare) === '' ? [] : [line(name, args(value(bare)), bare)];
  return [
    ...optional('SENTINEL_PASSWORD', 'requirepass', (text) => [text]),
    line(
      'sentinel',
      ['monitor', set, value('MASTER_HOST'), value('MASTER_PORT_NUMBER'), value('SENTINEL_QUORUM')],
      'MASTER_HOST',
    ),
    line(
      'sentinel',
      ['down-after-milliseconds', set, value('SENTINEL_DOWN_AFTER_MILLISECONDS')],
      'SENTINEL_DOWN_AFTER_MILLISECONDS',
    ),
    line(
      'sentinel',
      ['failover-timeout', set, value('SENTINEL_FAILOVER_TIMEOUT')],
      'SENTINEL_FAILOVER_TIMEOUT',
    ),
    line('sentinel', ['parallel-syncs', set, '1'], 'MASTER_SET'),
    ...optional('MASTER_PASSWORD', 'sentinel', (text) => ['auth-pass', set, text]),
    ...optional('MASTER_USER', 'sentinel', (text) => ['auth-user', set, text]),
    ...optional('SENTINEL_ANNOUNCE_IP', 'sentinel', (text) => ['announce-ip', text]),
    ...optional('SENTINEL_ANNOUNCE_PORT', 'sentinel', (text) => ['announce-port', text]),
    line(
      'sentinel',
      ['resolve-hostnames', value('SENTINEL_RESOLVE_HOSTNAMES')],
      'SENTINEL_RESOLVE_HOSTNAMES',
    ),
    line(
      'sentinel',
      ['announce-hostnames', value('SENTINEL_ANNOUNCE_HOSTNAMES')],
      'SENTINEL_ANNOUNCE_HOSTNAMES',
    ),
    line(
      'port',
      [isYes(value('SENTINEL_TLS_ENABLED')) && port === value('SENTINEL_TLS_PORT_NUMBER') ? '0' : port],
      'SENTINEL_PORT_NUMBER',
    ),
    ...tls(
      isYes(value('SENTINEL_TLS_ENABLED')),
      value('SENTINEL_TLS_PORT_NUMBER'),
      line,
      'SENTINEL_TLS_ENABLED',
    ),
  ];
}

function nodeDirectives({ value, line, file, lineOf }: Maker, isOpen: boolean): Directive[] {
  const mode = value('REPLICATION_MODE');
  const isReplica = /^(slave|replica)$/.test(mode);
  const port = value('PORT_NUMBER');
  const hasTls = isYes(value('TLS_ENABLED'));
  const password = value('PASSWORD');
  // A replica of 7.4 takes its own password where its master's is not given.
  const masterPassword = mode === '' ? '' : value('MASTER_PASSWORD') || password;
  const rdb = value('RDB_POLICY').split(/\s+/).filter(Boolean);
  return [
    ...(isOpen ? [line('protected-mode', ['no'], 'PASSWORD')] : []),
    ...(isYes(value('ALLOW_REMOTE_CONNECTIONS'))
      ? [line('bind', ['0.0.0.0', '::'], 'ALLOW_REMOTE_CONNECTIONS')]
      : []),
    line('appendonly', [isYes(value('AOF_ENABLED')) ? 'yes' : 'no'], 'AOF_ENABLED'),
    ...(rdb.length > 0
      ? rdb.map((rule) => line('save', rule.split('#'), 'RDB_POLICY'))
      : isYes(value('RDB_POLICY_DISABLED'))
        ? [line('save', [''], 'RDB_POLICY_DISABLED')]
        : []),
    line('port', [hasTls && port === value('TLS_PORT_NUMBER') ? '0' : port], 'PORT_NUMBER'),
    ...tls(hasTls, value('TLS_PORT_NUMBER'), line, 'TLS_ENABLED', mode !== ''),
    ...(password === '' ? [] : [line('requirepass', [password], 'PASSWORD')]),
    ...(masterPassword === '' ? [] : [line('masterauth', [masterPassword], 'MASTER_PASSWORD')]),
    ...(value('MASTER_USER') === '' ? [] : [line('masteruser', [value('MASTER_USER')], 'MASTER_USER')]),
    ...(value('REPLICA_IP') === '' ? [] : [line('replica-announce-ip', [value('REPLICA_IP')], 'REPLICA_IP')]),
    // Without a port of its own a node announces that of its master (libredis.sh, redis_configure_replication).
    ...(mode === ''
      ? []
      : [
          line(
            'replica-announce-port',
            [value('REPLICA_PORT') || value('MASTER_PORT_NUMBER')],
            value('REPLICA_PORT') === '' ? 'MASTER_PORT_NUMBER' : 'REPLICA_PORT',
          ),
        ]),
    ...(isReplica
      ? [line('replicaof', [value('MASTER_HOST'), value('MASTER_PORT_NUMBER')], 'MASTER_HOST')]
      : []),
    ...value('DISABLE_COMMANDS')
      .split(',')
      .filter(Boolean)
      .map((command) => line('rename-command', [command.trim(), ''], 'DISABLE_COMMANDS')),
    ...(value('ACLFILE') === '' ? [] : [line('aclfile', [value('ACLFILE')], 'ACLFILE')]),
    ...optionDirectives(shellWords(value('EXTRA_FLAGS')), file, lineOf('EXTRA_FLAGS')),
  ];
}

const tls = (
  isOn: boolean,
  port: string,
  line: Maker['line'],
  bare: string,
  replicates = true,
): Directive[] =>
  isOn
    ? [line('tls-port', [port], bare), ...(replicates ? [line('tls-replication', ['yes'], bare)] : [])]
    : [];

/** Variables that almost have the name of one that the image knows. */
function misspelt(
  env: ReadonlyMap<string, { value: string; line: number }>,
  known: Readonly<Record<string, string>>,
  nameOf: (bare: string) => string,
): WrongVariable[] {
  const names = Object.keys(known).map((bare) => ({ bare, name: nameOf(bare) }));
  return [...env].flatMap(([name, { value, line }]) => {
    const isKnown = names.some((k) => name === k.name || name === `${k.name}_FILE`);
    if (isKnown) return [];
    const meant = names.find(
      (k) =>
        k.name === `${name}_NUMBER` || k.name === name.replace('SLAVE', 'REPLICA') || isSlip(name, k.name),
    );
    return meant === undefined || env.has(meant.name)
      ? []
      : [{ name, meant: meant.name, isDefault: known[meant.bare] === value, line }];
  });
}

/** Whether one letter of a name is another one than in the name that is meant: REPLICATION_NODE for REPLICATION_MODE. */
const isSlip = (name: string, meant: string): boolean =>
  name.length === meant.length && [...name].filter((char, i) => char !== meant.charAt(i)).length === 1;
