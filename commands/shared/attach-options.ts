import type { Context } from '../../src/cli/context.js';
import { type OptionsOf, option } from '../../src/cli/option.js';
import type { AttachRequest } from '../../src/cluster/attach.js';
import { badValue } from '../../src/config/parsers.js';
import { usageError } from '../../src/errors.js';
import { parseAddressRule } from '../../src/model/address-map.js';
import {
  ACTING_WAYS,
  type AccessSources,
  type AttachedCluster,
  type SecretSource,
} from '../../src/model/attached.js';
import { PURPOSES } from '../../src/model/operator-rights.js';
import { sourcesOf } from './access.js';
import { COMMAND_OPTIONS, chosenCommands, commandWords } from './templates.js';

/** The options of `attach`; an attached cluster in the project's file has the same ones. */
export const ATTACH_OPTIONS = {
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
  printYaml: option.flag('--print-yaml', {
    summary:
      'only print the lines for sentinelctl.yaml that stand for it, for a team to commit; no password is in them',
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
  mapPublished: option.flag('--map-published', {
    summary:
      'where a server is announced by an address that this machine does not reach, and its container publishes the port, record that one; implies --docker',
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

export type AttachOptions = OptionsOf<typeof ATTACH_OPTIONS>;

function ruleOf(text: string) {
  const rule = parseAddressRule(text);
  if (rule !== undefined) return rule;
  throw badValue('--map', text, 'ANNOUNCED=REACHABLE', '10.0.0.5:6379=127.0.0.1:16379');
}

/** How its servers are acted on: as typed, else as it was written down. Throws usageError `contradiction`. */
export function wayTyped(
  options: AttachOptions,
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

/** Where the passwords are: one source per kind of server. */
export function chosenSources(
  context: Context,
  options: AttachOptions,
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
