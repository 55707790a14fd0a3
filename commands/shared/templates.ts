import type { Context } from '../../src/cli/context.js';
import { type OptionsOf, option } from '../../src/cli/option.js';
import { badValue } from '../../src/config/parsers.js';
import type { CheckedCommand } from '../../src/drivers/attached-host.js';
import { usageError } from '../../src/errors.js';
import type { AttachedCluster } from '../../src/model/attached.js';
import {
  type CommandsOf,
  PLACEHOLDERS,
  PRESET_DEFAULTS,
  PRESETS,
  type PresetSettings,
  presetCommands,
  TEMPLATE_ACTIONS,
  type TemplateAction,
  unknownPlaceholder,
} from '../../src/model/templates.js';

const template = (action: TemplateAction, summary: string) =>
  option.text(`--${action}-command <command>`, { summary, flagOnly: true });

/** What a ready-made command is filled with. */
const ofTool = (name: string, setting: keyof PresetSettings, summary: string) =>
  option.text(`${name} <name>`, { summary, otherwise: PRESET_DEFAULTS[setting], flagOnly: true });

/** The options of `attach` that say by which commands its servers are acted on. */
export const COMMAND_OPTIONS = {
  via: option.choice('--via <tool>', PRESETS, {
    summary:
      'its servers are acted on by ready-made commands of this tool; the options below replace single ones',
    flagOnly: true,
  }),
  killCommand: template(
    'kill',
    "the command that kills a server, without a shell: 'ssh {host} systemctl kill -s KILL redis@{port}'; also {node}, {role}, {runId}, {pid}, {conf}",
  ),
  stopCommand: template('stop', 'the command that shuts a server down'),
  startCommand: template('start', 'the command that starts a server as it was'),
  startReplicaCommand: template(
    'start-replica',
    'the command that starts a data node as a replica of {masterHost} {masterPort}',
  ),
  pauseCommand: template('pause', 'the command that freezes a server, such as kill -STOP'),
  resumeCommand: template('resume', 'the command that resumes it'),
  logsCommand: template('logs', 'the command that prints the last {lines} lines of its log'),
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
  const preset =
    via === undefined
      ? before
      : presetCommands(via, {
          namespace: namespace ?? PRESET_DEFAULTS.namespace,
          unit: unit ?? PRESET_DEFAULTS.unit,
          sentinelUnit: sentinelUnit ?? PRESET_DEFAULTS.sentinelUnit,
        });
  const typed = Object.fromEntries(
    TEMPLATE_ACTIONS.flatMap((action) => {
      const text = textOf(options, action);
      return text === undefined ? [] : [[action, templateWords(`--${action}-command`, text)]];
    }),
  );
  if (preset === undefined && Object.keys(typed).length === 0) return undefined;
  return { redis: { ...preset?.redis, ...typed }, sentinel: { ...preset?.sentinel, ...typed } };
}

const textOf = (options: Options, action: TemplateAction): string | undefined =>
  ({
    start: options.startCommand,
    'start-replica': options.startReplicaCommand,
    stop: options.stopCommand,
    kill: options.killCommand,
    pause: options.pauseCommand,
    resume: options.resumeCommand,
    logs: options.logsCommand,
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

/** Every command of every server filled in; those that only look are run. */
export async function checkedCommands(context: Context, record: AttachedCluster): Promise<CheckedCommand[]> {
  const [{ attachedHostOf }, { runtimeOf }, { lookDeadlineMs }] = await Promise.all([
    import('../../src/cluster/attached-live.js'),
    import('./runtime.js'),
    import('./deadline.js'),
  ]);
  const runtime = runtimeOf(context);
  const { attached } = runtime;
  if (attached === undefined) return [];
  const { clock, signal } = context;
  const access = await attached.access(record);
  const asking = { clock, signal, access, deadlineMs: lookDeadlineMs(context) };
  return attachedHostOf({ ...runtime, attached }, record, asking, async (host) =>
    host.check === undefined ? [] : host.check(),
  );
}
