import { type OptionsOf, option } from '../../src/cli/option.js';
import { badValue } from '../../src/config/parsers.js';
import { usageError } from '../../src/errors.js';
import type { NodeKind } from '../../src/model/plan.js';
import {
  type CommandsOf,
  PLACEHOLDERS,
  PRESET_DEFAULTS,
  PRESETS,
  type PresetSettings,
  presetCommands,
  TEMPLATE_ACTIONS,
  type TemplateAction,
  type Templates,
  unknownPlaceholder,
} from '../../src/model/templates.js';

/** A command as it was typed, and the servers that it is for: null for all, else those of a kind or one by its id. */
interface TypedCommand {
  of: string | null;
  words: string[];
}

/** `redis-2=COMMAND`, `sentinel=COMMAND`, or a command for every server. */
const FOR_SOME = /^((?:redis|sentinel)(?:-\d+)?)=(.*)$/s;

const template = (action: TemplateAction, summary: string) =>
  option.values(`--${action}-command <command>`, {
    summary,
    flagOnly: true,
    parse: (text): TypedCommand => {
      const [, of = null, command = text] = FOR_SOME.exec(text) ?? [];
      return { of, words: templateWords(`--${action}-command`, command) };
    },
  });

/** What a ready-made command is filled with. */
const ofTool = (name: string, setting: keyof PresetSettings, summary: string) =>
  option.text(`${name} <name>`, { summary, otherwise: PRESET_DEFAULTS[setting], flagOnly: true });

/** The options of `attach` that say by which commands its servers are acted on. */
export const COMMAND_OPTIONS = {
  via: option.choice('--via <tool>', PRESETS, {
    summary: 'act on its servers by ready-made commands of this tool; each option below replaces one of them',
    flagOnly: true,
  }),
  killCommand: template(
    'kill',
    "the command that kills a server, without a shell: 'ssh {host} systemctl kill -s KILL redis@{port}'; also {node}, {role}, {runId}, {pid}, {conf}; redis-2='…' is for one server, sentinel='…' for those of a kind; repeatable",
  ),
  stopCommand: template('stop', 'the command that shuts a server down'),
  startCommand: template('start', 'the command that starts a server with its own configuration'),
  startReplicaCommand: template(
    'start-replica',
    'the command that starts a data node as a replica of {masterHost} {masterPort}',
  ),
  pauseCommand: template('pause', 'the command that freezes a server, such as kill -STOP'),
  resumeCommand: template('resume', 'the command that resumes a frozen server'),
  logsCommand: template('logs', 'the command that prints the last {lines} lines of its log'),
  podCommand: template('pod', 'the command that prints the name of the pod that has the address {host}'),
  namespace: ofTool('--namespace', 'namespace', 'with --via kubectl: the namespace of the pods'),
  unit: ofTool('--unit', 'unit', 'with --via systemd: the unit of a data node'),
  sentinelUnit: ofTool('--sentinel-unit', 'sentinelUnit', 'with --via systemd: the unit of a sentinel'),
  check: option.flag('--check', {
    summary: 'show the command of each server filled in, and run those that only look (logs)',
    flagOnly: true,
  }),
};

type Options = OptionsOf<typeof COMMAND_OPTIONS>;

/** The commands that are typed, beside those that were written down; undefined where there are none. Throws usageError. */
export function chosenCommands(options: Options, before: CommandsOf | undefined): CommandsOf | undefined {
  const { via, namespace, unit, sentinelUnit } = options;
  requireTool(options);
  const preset: CommandsOf | undefined =
    via === undefined
      ? before
      : presetCommands(via, {
          namespace: namespace ?? PRESET_DEFAULTS.namespace,
          unit: unit ?? PRESET_DEFAULTS.unit,
          sentinelUnit: sentinelUnit ?? PRESET_DEFAULTS.sentinelUnit,
        });
  const typed = TEMPLATE_ACTIONS.flatMap((action) =>
    typedFor(options, action).map((one) => ({ action, ...one })),
  );
  requireOnce(typed);
  if (preset === undefined && typed.length === 0) return undefined;
  const typedOf = (of: string | null): Templates =>
    Object.fromEntries(typed.filter((one) => one.of === of).map(({ action, words }) => [action, words]));
  const ofKind = (kind: NodeKind): Templates => ({ ...preset?.[kind], ...typedOf(null), ...typedOf(kind) });
  const ids = [...Object.keys(preset?.nodes ?? {}), ...typed.flatMap(({ of }) => of ?? [])];
  const nodes = [...new Set(ids)]
    .filter((id) => !isKind(id))
    .map((id) => [id, { ...preset?.nodes?.[id], ...typedOf(id) }] as const);
  return {
    redis: ofKind('redis'),
    sentinel: ofKind('sentinel'),
    ...(nodes.length > 0 && { nodes: Object.fromEntries(nodes) }),
  };
}

const isKind = (of: string): of is NodeKind => of === 'redis' || of === 'sentinel';

function requireOnce(typed: readonly (TypedCommand & { action: TemplateAction })[]): void {
  const twice = typed.find((one, i) =>
    typed.slice(0, i).some(({ action, of }) => action === one.action && of === one.of),
  );
  if (twice === undefined) return;
  const servers =
    twice.of === null ? 'every server' : isKind(twice.of) ? `each ${twice.of} server` : twice.of;
  throw usageError('contradiction', `--${twice.action}-command is given twice for ${servers}`, {
    hint: `--${twice.action}-command redis-1='COMMAND' # or sentinel='COMMAND', for some servers only`,
  });
}

const typedFor = (options: Options, action: TemplateAction): readonly TypedCommand[] =>
  ({
    start: options.startCommand,
    'start-replica': options.startReplicaCommand,
    stop: options.stopCommand,
    kill: options.killCommand,
    pause: options.pauseCommand,
    resume: options.resumeCommand,
    logs: options.logsCommand,
    pod: options.podCommand,
  })[action];

/** An option that changes nothing is a mistake. */
function requireTool({ via, namespace, unit, sentinelUnit }: Options): void {
  const wrong =
    namespace !== undefined && via !== 'kubectl'
      ? (['--namespace', 'kubectl'] as const)
      : via !== 'systemd' && (unit !== undefined || sentinelUnit !== undefined)
        ? ([unit === undefined ? '--sentinel-unit' : '--unit', 'systemd'] as const)
        : undefined;
  if (wrong === undefined) return;
  throw usageError('contradiction', `${wrong[0]} is only for --via ${wrong[1]}`, {
    hint: `--via ${wrong[1]} # or leave ${wrong[0]} out`,
  });
}

/** The words of a command that runs without a shell; quotes hold a word together. Throws usageError. */
export function commandWords(name: string, text: string, example: string): string[] {
  // A quote that is left over would go to the program as a part of its argument.
  const bare = text.replace(/"[^"]*"(?=\s|$)|'[^']*'(?=\s|$)/g, '');
  if (/["']/.test(bare))
    throw badValue(name, text, 'a command: each quote stands around a whole word and is closed', example);
  const words = [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
  if (words.length === 0) throw badValue(name, text, 'one command: it runs without a shell', example);
  return words;
}

function templateWords(name: string, text: string): string[] {
  const example = "'ssh {host} systemctl stop redis@{port}'";
  const words = commandWords(name, text, example);
  const unknown = unknownPlaceholder(words);
  if (unknown !== undefined)
    throw badValue(name, unknown, `one of ${PLACEHOLDERS.map((known) => `{${known}}`).join(', ')}`, example);
  if (words[0]?.includes('{') === true)
    throw badValue(name, text, 'a command: its first word is a program, not a value of a server', example);
  return words;
}
