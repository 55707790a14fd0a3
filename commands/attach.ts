import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import type { Context } from '../src/cli/context.js';
import { type OptionsOf, option } from '../src/cli/option.js';
import type { AttachRequest } from '../src/cluster/attach.js';
import { badValue } from '../src/config/parsers.js';
import { EXIT, usageError, withAccount } from '../src/errors.js';
import type { Address } from '../src/model/address.js';
import { type AddressRule, formatAddressRule, parseAddressRule } from '../src/model/address-map.js';
import {
  ACTING_WAYS,
  type AccessSources,
  type AttachedCluster,
  type SecretSource,
  wayOf,
} from '../src/model/attached.js';
import type { Progress } from '../src/model/events.js';
import { NEEDED, PURPOSES, type Purpose, rulesFor } from '../src/model/operator-rights.js';
import { CLUSTER_NAME } from '../src/model/spec.js';
import { verdictDocument } from '../src/report/documents.js';
import { type AclResult, aclText } from '../src/report/text/acl.js';
import { type AttachResult, attachText } from '../src/report/text/attach.js';
import { lastingSources, openSources, sourcesOf, withSentinelsOpen } from './shared/access.js';
import { sentinelsOfProject } from './shared/compose-project.js';
import { lookDeadlineMs } from './shared/deadline.js';
import { runtimeOf } from './shared/runtime.js';
import { statusOf } from './shared/status-of.js';
import { storeOf, targetOf } from './shared/target.js';
import { COMMAND_OPTIONS, checkedCommands, chosenCommands, commandWords } from './shared/templates.js';

const OPTIONS = {
  passwordEnv: option.text('--password-env <name>', {
    summary: 'the password is in this variable of the shell that runs a command',
    flagOnly: true,
  }),
  passwordCommand: option.text('--password-command <command>', {
    summary: "the password is the first line of what this prints: 'op read op://vault/redis/password'",
    flagOnly: true,
  }),
  sentinelPasswordEnv: option.text('--sentinel-password-env <name>', {
    summary: 'the same for the sentinels, where their password differs',
    flagOnly: true,
  }),
  sentinelPasswordCommand: option.text('--sentinel-password-command <command>', {
    summary: 'the same for the sentinels',
    flagOnly: true,
  }),
  maps: option.values('--map <rule>', {
    summary:
      'where an announced address is reached from here: 10.0.0.5:6379=127.0.0.1:16379, 10.0.0.5=127.0.0.1:+10000 for every port of a host, or *=HOST; repeatable',
    parse: ruleOf,
  }),
  printAcl: option.flag('--print-acl', {
    summary: 'only print the rules of a user that may do what --for says, for an administrator to make it',
    flagOnly: true,
  }),
  for: option.choice('--for <purpose>', PURPOSES, {
    summary: 'with --print-acl: what the user is for',
    otherwise: PURPOSES[0],
    flagOnly: true,
  }),
  readonly: option.flag('--readonly', { summary: 'refuse every command that changes it', flagOnly: true }),
  local: option.flag('--local', {
    summary: 'its servers are processes of this machine: kill, stop, start, pause and tests work on them',
    flagOnly: true,
  }),
  docker: option.flag('--docker', {
    summary: 'the same where its servers are containers of the Docker Engine',
    flagOnly: true,
  }),
  composeProject: option.text('--compose-project <name>', {
    summary:
      'finds its sentinels and its addresses by the containers of this compose project; implies --docker',
    flagOnly: true,
  }),
  ...COMMAND_OPTIONS,
  label: option.text('--label <text>', {
    summary: 'shown in the first line of every look at it: production',
    flagOnly: true,
  }),
};

/** How it is typed: only the user knows the values. */
const FORM = 'sentinelctl attach NAME --sentinel-addrs HOST:PORT';

export default defineCommand({
  description:
    'Finds a cluster that sentinelctl did not start through any one of its sentinels: its other sentinels, its masters, and\n' +
    'their replicas. It is written down under NAME, which --cluster, use and list then take; nothing is changed there. A\n' +
    'password is never written down, only where it is: --password-file, --password-env or --password-command. Servers are\n' +
    'named redis-1, redis-2, … in the order of their addresses; a server that moves keeps its name. Run it again to take in\n' +
    'servers that were added; without --sentinel-addrs it takes what is written down, and what is typed now besides.',
  examples: [
    'sentinelctl attach staging --sentinel-addrs 127.0.0.1:26379',
    'sentinelctl attach shop --sentinel-addrs 127.0.0.1:26379 --readonly --label production',
    'sentinelctl attach shop --sentinel-addrs 127.0.0.1:26379 --via systemd --unit redis-server@{port}',
    'sentinelctl attach shop --sentinel-addrs 127.0.0.1:26379 --map 172.18.0.2:6379=127.0.0.1:16379',
    'sentinelctl attach shop --print-acl --for failover-test',
  ],
  arguments: [
    argument.required('NAME', {
      summary: 'what the cluster is called here from now on',
      form: FORM,
    }),
  ],
  options: OPTIONS,
  async run(context, { args: [name], options: typed }): Promise<AttachResult | AclResult> {
    if (!CLUSTER_NAME.test(name))
      throw badValue('NAME', name, 'a name: 1 to 40 of a-z, 0-9, - and _', 'staging', FORM);
    const { globals, clock, signal } = context;
    if (typed.printAcl) return aclFor(typed.for ?? PURPOSES[0], globals);
    if (typed.for !== undefined)
      throw usageError('contradiction', '--for goes with --print-acl', {
        hint: `sentinelctl attach ${name} --print-acl --for ${typed.for}`,
      });
    const store = storeOf(context);
    // Without addresses, what was attached is taken again with what is typed now besides.
    const isAgain = globals.sentinelAddrs === null && typed.composeProject === undefined;
    const before = isAgain ? await store.attached(name) : undefined;
    const project =
      typed.composeProject === undefined ? null : await sentinelsOfProject(context, typed.composeProject);
    const sentinelAddrs = globals.sentinelAddrs ?? project?.sentinels ?? before?.sentinelAddrs ?? null;
    // What is typed is more exact than what compose tells.
    const options =
      project === null ? typed : { ...typed, docker: true, maps: [...typed.maps, ...project.rules] };
    if (sentinelAddrs === null)
      throw usageError('no-sentinel-addrs', 'attach needs the address of at least one sentinel', {
        hint: `sentinelctl attach ${name} --sentinel-addrs HOST:26379 # or --compose-project PROJECT`,
      });
    const chosen = chosenSources(context, options, before?.access ?? null);
    for (const rule of withoutEffect(typed.maps, sentinelAddrs)) context.progress(unmapped(rule));
    const sources = lastingSources(await withSentinelsOpen(context, chosen, sentinelAddrs));
    const access = await openSources(context, sources);
    const { attach } = await import('../src/cluster/attach.js');
    const asking = { clock, signal, deadlineMs: lookDeadlineMs(context) };
    const attached = await attach(
      store,
      {
        cluster: name,
        sentinelAddrs,
        masterName: globals.masterName ?? before?.masterName ?? null,
        sources,
        access,
        readonly: options.readonly || before?.readonly === true,
        label: options.label ?? before?.label ?? null,
        ...wayTyped(options, before),
      },
      asking,
    );
    try {
      const notHere = wayOf(attached.record) !== 'network' ? await notSeenHere(context, attached.record) : [];
      const named = {
        ...context,
        globals: { ...globals, cluster: name, clusterGiven: true, sentinelAddrs: null },
      };
      const { verdict } = await statusOf(named, await targetOf(named), signal);
      const commands = options.check ? await checkedCommands(named, attached.record) : [];
      return { ...attached, notHere, verdict, commands };
    } catch (error) {
      throw withAccount(error, [`${name} is attached; only its state was not read to the end`]);
    }
  },
  render: (result, view) => ('record' in result ? attachText(result, view) : aclText(result)),
  exitCode: (result) =>
    'record' in result && result.commands.some(({ why }) => why !== null) ? EXIT.violated : EXIT.ok,
  toJson: (result) => {
    if (!('record' in result)) return result;
    const { record, again, masters, unreached, notHere, verdict, commands } = result;
    return {
      cluster: record.cluster,
      again,
      masters,
      servers: record.servers,
      unreached,
      way: wayOf(record),
      notHere,
      readonly: record.readonly,
      label: record.label,
      verdict: verdictDocument(verdict),
      ...(commands.length > 0 && { commands }),
    };
  },
  rows: {
    columns: ['id', 'kind', 'host', 'port', 'masters'],
    of: (result) =>
      ('record' in result ? result.record.servers : []).map(({ id, kind, announce, masterNames }) => ({
        id,
        kind,
        host: announce.host,
        port: announce.port,
        masters: masterNames.join(','),
      })),
  },
});

/** The user that is made for sentinelctl where none is named. */
const MADE_USER = 'sentinelctl';

/** The rules of a user for a purpose; nothing is asked. */
const aclFor = (purpose: Purpose, { username, sentinelUsername }: Context['globals']): AclResult => {
  const user = username ?? MADE_USER;
  const { redis, sentinel } = NEEDED[purpose];
  return {
    purpose,
    acl: {
      redis: { user, rules: rulesFor(redis) },
      sentinel: { user: sentinelUsername ?? user, rules: rulesFor(sentinel) },
    },
  };
};

/** How its servers are acted on: as typed, else as it was written down. Throws usageError `contradiction`. */
function wayTyped(
  options: OptionsOf<typeof OPTIONS>,
  before: AttachedCluster | undefined,
): Pick<AttachRequest, 'way' | 'commands'> {
  const typed = ACTING_WAYS.filter((way) => options[way]);
  const commands = chosenCommands(options, before?.way === 'commands' ? before.commands : undefined);
  const isNew = options.via !== undefined || JSON.stringify(commands) !== JSON.stringify(before?.commands);
  const ways = [...typed.map((way) => `--${way}`), ...(isNew && commands !== undefined ? ['commands'] : [])];
  if (ways.length > 1)
    throw usageError('contradiction', `${ways.join(' and ')} cannot be combined`, {
      why: 'the servers of a cluster are reached in one way',
      hint: 'leave one of them out',
    });
  const [way] = typed;
  if (way !== undefined) return { way, commands: undefined };
  return { way: commands === undefined ? before?.way : 'commands', commands };
}

/** The servers that cannot be acted on from here, and why; how the others are started is remembered. */
async function notSeenHere(context: Context, record: AttachedCluster) {
  const { seenHere } = await import('../src/cluster/attached-live.js');
  const runtime = runtimeOf(context);
  const { attached } = runtime;
  if (attached === undefined) return [];
  const { clock, signal } = context;
  const access = await attached.access(record);
  return seenHere({ ...runtime, attached }, record, {
    clock,
    signal,
    access,
    deadlineMs: lookDeadlineMs(context),
  });
}

function ruleOf(text: string) {
  const rule = parseAddressRule(text);
  if (rule !== undefined) return rule;
  throw badValue('--map', text, 'ANNOUNCED=REACHABLE', '10.0.0.5:6379=127.0.0.1:16379');
}

/** The rules that are for one typed address alone: such an address is dialled as it is (see recordedEndpoint). */
const withoutEffect = (rules: readonly AddressRule[], typed: readonly Address[]): AddressRule[] =>
  rules.filter(({ host, port }) => typed.some((address) => address.host === host && address.port === port));

const unmapped = (rule: AddressRule): Progress => ({
  type: 'note',
  level: 'warning',
  text: `--map ${formatAddressRule(rule)} has no effect: its address is in --sentinel-addrs, which are dialled as typed`,
});

/** Where the passwords are: one source per kind of server. */
function chosenSources(
  context: Context,
  options: OptionsOf<typeof OPTIONS>,
  recorded: AccessSources | null,
): AccessSources {
  const { passwordFile, sentinelPasswordFile } = context.globals;
  for (const file of [passwordFile, sentinelPasswordFile])
    if (file === '-')
      throw usageError('password-file', 'a password from standard input cannot be read again later', {
        hint: '--password-file FILE # or --password-env NAME, or --password-command COMMAND',
      });
  const password = only(['--password', passwordFile, options.passwordEnv, options.passwordCommand]);
  const own = only([
    '--sentinel-password',
    sentinelPasswordFile,
    options.sentinelPasswordEnv,
    options.sentinelPasswordCommand,
  ]);
  const typed = sourcesOf(context, recorded, { redis: password, sentinel: own });
  return {
    ...typed,
    addressMap: options.maps.length > 0 ? options.maps : typed.addressMap,
  };
}

function only([name, file, variable, command]: [
  string,
  string | null,
  string | undefined,
  string | undefined,
]): SecretSource | null {
  const given: SecretSource[] = [
    ...(file === null ? [] : [{ from: 'file' as const, path: file }]),
    ...(variable === undefined ? [] : [{ from: 'environment' as const, variable }]),
    ...(command === undefined
      ? []
      : [{ from: 'command' as const, words: passwordCommand(`${name}-command`, command) }]),
  ];
  if (given.length > 1)
    throw usageError('contradiction', `${name}-file, ${name}-env and ${name}-command cannot be combined`, {
      hint: 'leave all but one out',
    });
  return given[0] ?? null;
}

function passwordCommand(name: string, text: string): string[] {
  const example = "'op read op://vault/redis/password'";
  // What is typed for a shell would be arguments here.
  if (/[|;&<>`]|\$\(/.test(text)) throw badValue(name, text, 'one command: it runs without a shell', example);
  return commandWords(name, text, example);
}
