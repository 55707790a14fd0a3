import type { NodeKind } from './plan.js';

/** What a command can do to a server that sentinelctl did not start, by the name of its option. */
export const TEMPLATE_ACTIONS = [
  'start',
  'start-replica',
  'stop',
  'kill',
  'pause',
  'resume',
  'logs',
  'pod',
] as const;
export type TemplateAction = (typeof TEMPLATE_ACTIONS)[number];

/** The words of a command for each action; it runs without a shell. */
export type Templates = Partial<Record<TemplateAction, readonly string[]>>;

/** The commands of an attached cluster: per kind of server, and those of single servers by their ids, which come first. */
export type CommandsOf = Record<NodeKind, Templates> & { nodes?: Readonly<Record<string, Templates>> };

/** The commands of one server. */
export const commandsFor = (
  commands: CommandsOf | undefined,
  { id, kind }: { id: string; kind: NodeKind },
): Templates => ({ ...commands?.[kind], ...commands?.nodes?.[id] });

/** What stands for `{host}` and the like in a template; absent: not known. */
export interface TemplateValues {
  host: string;
  port: string;
  /** The id here: `redis-1`. */
  node: string;
  /** `redis` or `sentinel`. */
  role: string;
  runId?: string;
  /** On its own machine. */
  pid?: string;
  /** The path of its configuration file on its machine. */
  conf?: string;
  /** How many lines of a log. */
  lines?: string;
  /** The master that a server is started as a replica of. */
  masterHost?: string;
  masterPort?: string;
  /** The first label of a host name, or what the command `pod` prints for an address: what Kubernetes calls a pod. */
  pod?: string;
}

export const PLACEHOLDERS = [
  ...['host', 'port', 'node', 'role', 'runId', 'pid', 'conf', 'lines', 'masterHost', 'masterPort', 'pod'],
] as readonly (keyof TemplateValues)[];

const PLACEHOLDER = /\{(\w+)\}/g;

/**
 * Values come from servers, and ssh hands them to a shell on the other side: one that could be more than a word, or an
 * option, is not filled in.
 */
const PLAIN = /^[A-Za-z0-9_/:[][\w@%+=:,./[\]-]*$/;

/** A template with its values, or what is missing. Pure. */
export type Filled = { ok: true; words: string[] } | { ok: false; why: string };

export function fill(template: readonly string[], values: TemplateValues): Filled {
  const missing: string[] = [];
  const words = template.map((word) =>
    word.replace(PLACEHOLDER, (whole, name: string) => {
      const value = Object.hasOwn(values, name) ? values[name as keyof TemplateValues] : undefined;
      if (value !== undefined && PLAIN.test(value)) return value;
      missing.push(
        value === undefined
          ? `${whole} is not known`
          : `${whole} is ${JSON.stringify(value)}, which is not a plain word`,
      );
      return whole;
    }),
  );
  const [why] = missing;
  return why === undefined ? { ok: true, words } : { ok: false, why };
}

/** The first unknown placeholder of a template; undefined where all are known. */
export const unknownPlaceholder = (template: readonly string[]): string | undefined =>
  template
    .flatMap((word) => [...word.matchAll(PLACEHOLDER)])
    .find(([, name]) => !(PLACEHOLDERS as readonly string[]).includes(name ?? ''))?.[0];

/** Ready-made commands: what manages the servers. */
export const PRESETS = ['systemd', 'ssh', 'kubectl'] as const;
export type Preset = (typeof PRESETS)[number];

export interface PresetSettings {
  /** Kubernetes: the namespace of the pods. */
  namespace: string;
  /** systemd: the unit of a data node and of a sentinel, with placeholders. */
  unit: string;
  sentinelUnit: string;
}

export const PRESET_DEFAULTS: PresetSettings = {
  namespace: 'default',
  unit: 'redis@{port}',
  sentinelUnit: 'redis-sentinel@{port}',
};

/** No question can be answered: it fails where a password would be asked for. */
const SSH = ['ssh', '-o', 'BatchMode=yes', '{host}'];
const FOLLOWS = "sed -i -E '/^[[:space:]]*(replicaof|slaveof)[[:space:]]/Id' {conf}";

/** The commands of a preset for both kinds of server. Pure. */
export function presetCommands(preset: Preset, settings: PresetSettings): Record<NodeKind, Templates> {
  switch (preset) {
    case 'systemd':
      return {
        redis: unitCommands(settings.unit, true),
        sentinel: unitCommands(settings.sentinelUnit, false),
      };
    case 'ssh':
      return { redis: processCommands(false), sentinel: processCommands(true) };
    case 'kubectl': {
      const commands = podCommands(settings.namespace);
      return { redis: commands, sentinel: commands };
    }
  }
}

function unitCommands(unit: string, isData: boolean): Templates {
  const unitDoes = (...words: string[]): string[] => [...SSH, 'systemctl', ...words, unit];
  return {
    start: unitDoes('start'),
    // It must not return as the master that it was: the line is in its file before it starts.
    ...(isData && {
      'start-replica': [
        ...SSH,
        `${FOLLOWS} && echo replicaof {masterHost} {masterPort} >> {conf} && systemctl start ${unit}`,
      ],
    }),
    stop: unitDoes('stop'),
    kill: unitDoes('kill', '-s', 'KILL'),
    pause: unitDoes('kill', '-s', 'STOP'),
    resume: unitDoes('kill', '-s', 'CONT'),
    logs: [...SSH, 'journalctl', '--no-pager', '-o', 'cat', '-n', '{lines}', '-u', unit],
  };
}

function processCommands(isSentinel: boolean): Templates {
  const kill = (signal: string): string[] => [...SSH, 'kill', `-${signal}`, '{pid}'];
  const server = [...SSH, 'redis-server', '{conf}'];
  return {
    start: isSentinel ? [...server, '--sentinel', '--daemonize', 'yes'] : [...server, '--daemonize', 'yes'],
    ...(!isSentinel && {
      'start-replica': [...server, '--daemonize', 'yes', '--replicaof', '{masterHost}', '{masterPort}'],
    }),
    stop: kill('TERM'),
    kill: kill('KILL'),
    pause: kill('STOP'),
    resume: kill('CONT'),
  };
}

function podCommands(namespace: string): Templates {
  const kubectl = (...words: string[]): string[] => ['kubectl', '--namespace', namespace, ...words];
  // Kubernetes makes the pod again by itself: it is only waited for.
  const start = kubectl('wait', '--for=condition=Ready', '--timeout=60s', 'pod/{pod}');
  return {
    start,
    'start-replica': start,
    stop: kubectl('delete', 'pod', '{pod}', '--wait=false'),
    kill: kubectl('delete', 'pod', '{pod}', '--grace-period=0', '--force', '--wait=false'),
    logs: kubectl('logs', '{pod}', '--tail={lines}'),
    pod: kubectl('get', 'pods', '--field-selector', 'status.podIP={host}', '-o', 'name'),
  };
}

/** Whether a command may be run only to see that it works. */
export const isHarmless = (action: TemplateAction): boolean => action === 'logs' || action === 'pod';

/** Whether a command is about a pod, which must be found where a server is announced by its address. */
export const namesPod = (template: readonly string[]): boolean =>
  template.some((word) => word.includes('{pod}'));
