import { defineCommand, type Input } from '../src/cli/command.js';
import { choice, duration, integer, keyValue, portOrAuto } from '../src/config/parsers.js';
import { readSecret } from '../src/config/secret.js';
import { usageError } from '../src/errors.js';
import { formatAddress } from '../src/model/address.js';
import type { DriverName } from '../src/model/plan.js';
import { majorityOf } from '../src/model/sentinel-timing.js';
import { type ClusterSpec, DEFAULT_SPEC, PERSISTENCE, specFaults } from '../src/model/spec.js';
import { upText } from '../src/report/text/up.js';
import { runtimeOf } from './shared/runtime.js';

/** Options that are driver settings, not part of what the cluster is. */
const SETTINGS = ['image', 'publish', 'network', 'redisServer', 'loopback'] as const;

export default defineCommand({
  name: 'up',
  summary: 'bring a cluster up and prove that it converged',
  description:
    'One master, replicas and sentinels, as containers or as plain processes. Ends when every sentinel sees every\n' +
    'replica and every other sentinel, not before. On a cluster that runs it changes nothing; one that is half-up\n' +
    'is finished.',
  examples: [
    'sentinelctl up',
    'sentinelctl up --driver process --port auto --sentinel-port auto',
    'sentinelctl up --cluster staging --replicas 4 --sentinels 5 --quorum 3 --down-after 2s --port auto --sentinel-port auto',
    'sentinelctl up --cluster apart --loopback own --port auto --sentinel-port auto',
    'sentinelctl up --cluster boxed --driver docker --image host --port auto --sentinel-port auto',
  ],
  options: [
    {
      flags: '--driver <name>',
      summary: 'where the nodes live',
      choices: ['docker', 'process'],
      parse: choice('--driver', ['docker', 'process']),
      defaultText: 'docker where an engine answers, else process',
    },
    {
      flags: '--replicas <n>',
      summary: 'replicas, 0 to 9',
      parse: integer('--replicas', { min: 0, max: 9 }, DEFAULT_SPEC.replicas),
      defaultText: '2',
    },
    {
      flags: '--sentinels <n>',
      summary: 'sentinels, 1 to 9',
      parse: integer('--sentinels', { min: 1, max: 9 }, DEFAULT_SPEC.sentinels),
      defaultText: '3',
    },
    {
      flags: '--quorum <n>',
      summary: 'how many sentinels must call the master down',
      parse: integer('--quorum', { min: 1, max: 9 }, DEFAULT_SPEC.quorum),
      defaultText: 'a majority: 2 of 3',
    },
    {
      flags: '--down-after <duration>',
      summary: 'silence after which a sentinel calls a node down',
      parse: duration('--down-after', { minMs: 1, maxMs: 3_600_000 }),
      defaultText: '5s',
    },
    {
      flags: '--failover-timeout <duration>',
      summary: 'Sentinel’s failover-timeout',
      parse: duration('--failover-timeout', { minMs: 1, maxMs: 86_400_000 }, '60s'),
      defaultText: '60s',
    },
    {
      flags: '--parallel-syncs <n>',
      summary: 'replicas that are repointed at the same time',
      parse: integer('--parallel-syncs', { min: 1, max: 9 }),
      defaultText: '1',
    },
    {
      flags: '--port <port>',
      summary: 'the first data node’s port, or auto',
      parse: portOrAuto('--port'),
      defaultText: '6379',
    },
    {
      flags: '--sentinel-port <port>',
      summary: 'the first sentinel’s port, or auto',
      parse: portOrAuto('--sentinel-port', 26379),
      defaultText: '26379, or auto with --port auto',
    },
    {
      flags: '--persistence <which>',
      summary: 'who writes to disk: procedure (replicas only), all, none',
      choices: PERSISTENCE,
      parse: choice('--persistence', PERSISTENCE),
      defaultText: 'procedure',
    },
    {
      flags: '--redis-conf <directive=value>',
      summary: 'a directive for every data node; repeatable',
      parse: keyValue('--redis-conf', 'maxmemory=100mb'),
    },
    {
      flags: '--redis-server <path>',
      summary: 'the server binary for processes and for --image host',
      complete: 'file',
      // A project's file must not choose what is executed; SENTINELCTL_REDIS_SERVER is read by the drivers.
      flagOnly: true,
    },
    {
      flags: '--loopback <which>',
      summary: 'processes: own gives each node a loopback address of its own, so that it can be cut off',
      choices: ['shared', 'own'],
      parse: choice('--loopback', ['shared', 'own']),
      defaultText: 'shared: all on 127.0.0.1',
    },
    {
      flags: '--image <image>',
      summary: 'Docker: the image, or host for one made of this machine’s own redis-server',
    },
    {
      flags: '--publish <address>',
      summary: 'Docker: the address that ports are published on',
      defaultText: '127.0.0.1',
    },
    {
      flags: '--network <mode>',
      summary: 'Docker: a network of its own, or the host’s',
      choices: ['bridge', 'host'],
      parse: choice('--network', ['bridge', 'host']),
      defaultText: 'bridge',
    },
  ],
  async run(context, { options }) {
    const { cluster, masterName, passwordFile, sentinelAddrs, sentinelAddrsFrom } = context.globals;
    if (sentinelAddrs !== null && sentinelAddrsFrom === 'flag') {
      throw usageError(
        'not-for-up',
        'up makes a cluster here: --sentinel-addrs names one that runs elsewhere',
        {
          hint: `sentinelctl status --sentinel-addrs ${sentinelAddrs.map(formatAddress).join(',')}`,
        },
      );
    }
    const given = { ...specGiven(options), ...(masterName === null ? {} : { masterName }) };
    const spec: ClusterSpec = withDefaults({ ...given, cluster });
    const fault = specFaults(spec)[0];
    if (fault !== undefined)
      throw usageError('bad-spec', `${fault.option}: ${fault.message}`, { hint: fault.hint });
    const password = passwordFile === null ? undefined : await readSecret(passwordFile);
    const givenSettings = Object.fromEntries(
      SETTINGS.flatMap((key) => (typeof options[key] === 'string' ? [[key, options[key]]] : [])),
    );
    const { up } = await import('../src/cluster/up/up.js');
    return up(runtimeOf(context), {
      spec,
      given,
      driver: driverOf(options),
      givenSettings,
      password,
    });
  },
  render: (result, view) => upText(result, view),
});

const SPEC_OPTIONS = [
  'replicas',
  'sentinels',
  'quorum',
  'parallelSyncs',
  'port',
  'sentinelPort',
  'persistence',
  'redisConf',
] as const satisfies (keyof ClusterSpec)[];

/** Only processes have loopback addresses: who wants them of their own wants processes. */
function driverOf(options: Input['options']): DriverName | null {
  const driver = (options.driver as DriverName | undefined) ?? null;
  if (options.loopback !== 'own') return driver;
  if (driver !== 'docker') return 'process';
  throw usageError('bad-spec', '--loopback own is for processes; containers have addresses of their own', {
    hint: 'leave it out, or use --driver process',
  });
}

/** What was asked for explicitly, in the model's names. */
function specGiven(options: Input['options']): Partial<ClusterSpec> {
  const given: Record<string, unknown> = {};
  for (const key of SPEC_OPTIONS) if (options[key] !== undefined) given[key] = options[key];
  if (options.downAfter !== undefined) given.downAfterMs = options.downAfter;
  if (options.failoverTimeout !== undefined) given.failoverTimeoutMs = options.failoverTimeout;
  return given as Partial<ClusterSpec>;
}

/** The procedure's values, the quorum a majority of the sentinels that were asked for. */
function withDefaults(given: Partial<ClusterSpec>): ClusterSpec {
  const sentinels = given.sentinels ?? DEFAULT_SPEC.sentinels;
  return {
    ...DEFAULT_SPEC,
    quorum: majorityOf(sentinels),
    sentinelPort: given.port === 'auto' ? 'auto' : DEFAULT_SPEC.sentinelPort,
    ...given,
  };
}
