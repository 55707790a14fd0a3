import { writtenText } from '../shell/expand.js';
import { type Networking, networkingOf } from './networks.js';
import { type PublishedPort, portsOf } from './ports.js';
import { at, entriesOf, itemsOf, pairsOf, type Tree, textOf } from './tree.js';
import { shellWords } from './words.js';

/** A service of a compose file, or a container of a pod, as far as it matters to Redis. */
export interface Service extends Networking {
  name: string;
  line: number;
  image: string | null;
  /** Built from a directory: the content of the image is unknown. */
  built: boolean;
  /** Its image is that from which its own one is built, by a Dockerfile that was read. */
  isMade?: true;
  /** Where it is built; null where it is not. */
  build: { context: string; dockerfile: string; inline: string | null } | null;
  entrypoint: Words | null;
  command: Words | null;
  environment: ReadonlyMap<string, { value: string | null; line: number }>;
  /** `env_file`, in order. */
  envFiles: { path: string; line: number; required: boolean }[];
  restart: { policy: string; line: number } | null;
  stopGrace: { ms: number | null; text: string; line: number } | null;
  mounts: Mount[];
  networkMode: string | null;
  ports: PublishedPort[];
  copies: number;
  /** In a swarm: how many nodes have one is not known (`mode: global`), or each node has one at most. */
  perNode?: 'all' | 'one';
  /** In a swarm, `placement.constraints`: what its node has, as `node.labels.zone` and `a`. */
  onlyOn?: readonly (readonly [string, string])[];
  /** Other names that Docker's DNS knows it by, or those to which others link it. */
  otherNames: string[];
  /** `working_dir`. */
  directory: string | null;
  /** `profiles`: it starts only with one of them; `isOff`: COMPOSE_PROFILES has none. */
  profiles?: { names: string[]; line: number; isOff?: boolean };
  /** Where `read_only: true` stands, or readOnlyRootFilesystem of a pod: only its mounts can be written. */
  readOnlyRoot?: number;
  /** `tmpfs`: directories in memory. */
  tmpfs?: string[];
  /** The limit of its memory. */
  memory?: { bytes: number; text: string; line: number };
  extends: boolean;
  /** Of Kubernetes: the container of a pod, and `StatefulSet NAME`. Absent in a compose file. */
  pod?: {
    workload: string;
    container: string;
    name: string | null;
    firstPod: string | null;
    /** `terminationGracePeriodSeconds`. */
    graceS: number;
    /** Its preStop hook, and those of the other containers of the pod; absent where it has none. */
    preStop?: HookSays & { line: number; beside: HookSays[] };
  };
}

/** What the text of a preStop hook says, without being followed. */
export interface HookSays {
  /** The first argument of each CLIENT PAUSE, as it is written. */
  pauses: string[];
  /** Whether it asks for a failover, or ends its pause; null where that is not known. */
  isKept: boolean | null;
}

export interface Words {
  words: string[];
  line: number;
}

export interface Mount {
  kind: 'bind' | 'volume' | 'config' | 'secret';
  /** A path for a bind, else the name of the volume, the config or the secret; null for a volume without one. */
  source: string | null;
  target: string;
  readOnly: boolean;
  line: number;
  /** A volume that several machines may share: of a file server, of another driver, or made outside this file. */
  isFar?: true;
}

/** The services of a compose file (compose-spec, 05-services). */
export function servicesOf(compose: Tree): Service[] {
  const networks = at(compose, 'networks');
  const aliases = entriesOf(at(compose, 'services')).flatMap(([, service]) =>
    itemsOf(at(service, 'links')).map((link) => (textOf(link) ?? '').split(':')),
  );
  return entriesOf(at(compose, 'services')).map(([name, tree]) => {
    const service = serviceOf(name, tree, networks);
    const linked = aliases.flatMap(([to, alias]) => (to === name && alias !== undefined ? [alias] : []));
    return {
      ...service,
      otherNames: [...new Set([...service.otherNames, ...linked])],
      mounts: service.mounts.map((mount) => boundVolume(mount, at(compose, 'volumes'))),
    };
  });
}

/**
 * A volume with `driver_opts: {type: none, o: bind, device: PATH}` is a directory of the host (mount(8), --bind), and
 * one of NFS or CIFS a directory of a server, whatever its name here.
 */
function boundVolume(mount: Mount, volumes: Tree): Mount {
  const volume = at(volumes, mount.source ?? '');
  const options = at(volume, 'driver_opts');
  const device = textOf(at(options, 'device'));
  const how = textOf(at(options, 'o')) ?? '';
  if (mount.kind !== 'volume') return mount;
  const isFar =
    (textOf(at(volume, 'driver')) ?? 'local') !== 'local' || at(volume, 'external').kind !== 'nothing';
  if (device === null) return isFar ? { ...mount, isFar } : mount;
  if (/(^|,)r?bind(,|$)/.test(how)) return { ...mount, kind: 'bind', source: writtenText(device) };
  const [, server = ''] = /(?:^|,)addr=([^,]*)/.exec(how) ?? [];
  return /^(nfs4?|cifs|smb3)$/.test(textOf(at(options, 'type')) ?? '')
    ? { ...mount, source: writtenText(`${server}${device}`), isFar: true }
    : mount;
}

function serviceOf(name: string, tree: Tree, networks: Tree): Service {
  const named = textOf(at(tree, 'image'));
  const image = named === null ? null : writtenText(named);
  return {
    name,
    line: tree.line,
    image,
    built: at(tree, 'build').kind !== 'nothing',
    build: buildOf(at(tree, 'build')),
    entrypoint: commandLine(at(tree, 'entrypoint')),
    command: commandLine(at(tree, 'command')),
    environment: pairsOf(at(tree, 'environment')),
    envFiles: itemsOf(at(tree, 'env_file')).flatMap(envFileOf),
    restart: restartOf(tree),
    stopGrace: graceOf(at(tree, 'stop_grace_period')),
    mounts: [
      ...itemsOf(at(tree, 'volumes')).flatMap(mountOf),
      ...itemsOf(at(tree, 'configs')).flatMap((item) => fileMountOf(item, 'config')),
      ...itemsOf(at(tree, 'secrets')).flatMap((item) => fileMountOf(item, 'secret')),
    ],
    ...networkingOf(tree, networks),
    networkMode: textOf(at(tree, 'network_mode')),
    ports: itemsOf(at(tree, 'ports')).flatMap(portsOf),
    copies: Number(textOf(at(tree, 'deploy', 'replicas')) ?? textOf(at(tree, 'scale')) ?? 1),
    ...perNodeOf(at(tree, 'deploy')),
    ...onlyOnOf(at(tree, 'deploy', 'placement', 'constraints')),
    otherNames: [textOf(at(tree, 'container_name')), textOf(at(tree, 'hostname'))].filter((n) => n !== null),
    directory: textOf(at(tree, 'working_dir')),
    ...profilesOf(at(tree, 'profiles')),
    ...readOnlyRootOf(at(tree, 'read_only')),
    ...tmpfsOf(tree),
    ...memoryOf(at(tree, 'mem_limit'), at(tree, 'deploy', 'resources', 'limits', 'memory')),
    extends: at(tree, 'extends').kind !== 'nothing',
  };
}

function profilesOf(tree: Tree): Pick<Service, 'profiles'> {
  const names = itemsOf(tree).flatMap((name) => textOf(name) ?? []);
  return names.length === 0 ? {} : { profiles: { names, line: tree.line } };
}

export const readOnlyRootOf = (tree: Tree): Pick<Service, 'readOnlyRoot'> =>
  textOf(tree) === 'true' ? { readOnlyRoot: tree.line } : {};

/** `tmpfs: PATH[:OPTIONS]`, and volumes of the type tmpfs. */
function tmpfsOf(tree: Tree): Pick<Service, 'tmpfs'> {
  const short = itemsOf(at(tree, 'tmpfs')).flatMap((item) => textOf(item)?.replace(/:.*$/, '') ?? []);
  const long = itemsOf(at(tree, 'volumes'))
    .filter((volume) => textOf(at(volume, 'type')) === 'tmpfs')
    .flatMap((volume) => textOf(at(volume, 'target')) ?? []);
  return short.length + long.length === 0 ? {} : { tmpfs: [...short, ...long] };
}

const POWERS: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3 };

/** `256m`, `1gb` (docker/go-units: powers of 1024), `256Mi` and `256M` of Kubernetes; the first one that is set. */
export function memoryOf(...trees: Tree[]): Pick<Service, 'memory'> {
  const set = trees.find((tree) => textOf(tree) !== null);
  const text = set === undefined ? '' : (textOf(set) ?? '');
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]?)i?b?$/i.exec(text) ?? [];
  return set === undefined || number === undefined || Number(number) === 0
    ? {}
    : { memory: { bytes: Number(number) * 1024 ** (POWERS[unit.toLowerCase()] ?? 0), text, line: set.line } };
}

/** A list is taken as it is; a text is split as a shell would, and no shell runs it. */
function commandLine(tree: Tree): Words | null {
  if (tree.kind === 'text') return { words: shellWords(tree.text), line: tree.line };
  if (tree.kind !== 'list') return null;
  return { words: tree.items.map((item) => textOf(item) ?? ''), line: tree.line };
}

function buildOf(tree: Tree): Service['build'] {
  if (tree.kind === 'nothing') return null;
  return {
    context: textOf(tree) ?? textOf(at(tree, 'context')) ?? '.',
    dockerfile: textOf(at(tree, 'dockerfile')) ?? 'Dockerfile',
    inline: textOf(at(tree, 'dockerfile_inline')),
  };
}

function envFileOf(tree: Tree): Service['envFiles'] {
  const path = tree.kind === 'map' ? textOf(at(tree, 'path')) : textOf(tree);
  const required = textOf(at(tree, 'required')) !== 'false';
  return path === null ? [] : [{ path, line: tree.line, required }];
}

function restartOf(tree: Tree): Service['restart'] {
  const short = at(tree, 'restart');
  if (short.kind === 'text') return { policy: short.text.replace(/:.*$/, ''), line: short.line };
  const policy = at(tree, 'deploy', 'restart_policy');
  if (policy.kind !== 'map') return null;
  const condition = textOf(at(policy, 'condition')) ?? 'any';
  return {
    policy: condition === 'none' ? 'no' : condition === 'any' ? 'always' : condition,
    line: policy.line,
  };
}

function perNodeOf(deploy: Tree): Pick<Service, 'perNode'> {
  if (textOf(at(deploy, 'mode')) === 'global') return { perNode: 'all' };
  return textOf(at(deploy, 'placement', 'max_replicas_per_node')) === '1' ? { perNode: 'one' } : {};
}

function onlyOnOf(constraints: Tree): Pick<Service, 'onlyOn'> {
  const onlyOn = itemsOf(constraints).flatMap((item) => {
    const [, what, value] = /^\s*([\w.-]+)\s*==\s*(\S+)\s*$/.exec(textOf(item) ?? '') ?? [];
    return what === undefined || value === undefined ? [] : [[what, value] as const];
  });
  return onlyOn.length === 0 ? {} : { onlyOn };
}

const UNIT_MS: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function graceOf(tree: Tree): Service['stopGrace'] {
  if (tree.kind !== 'text') return null;
  const parts = [...tree.text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)/g)];
  const whole = parts.map((p) => p[0]).join('') === tree.text && parts.length > 0;
  const ms = whole
    ? parts.reduce((sum, [, n, unit]) => sum + Number(n) * (UNIT_MS[unit ?? ''] ?? 0), 0)
    : null;
  return { ms, text: tree.text, line: tree.line };
}

/** `SOURCE:TARGET[:MODE]`, `TARGET`, or the long form. */
function mountOf(tree: Tree): Mount[] {
  if (tree.kind === 'map') {
    const type = textOf(at(tree, 'type'));
    const target = textOf(at(tree, 'target'));
    if (target === null || (type !== 'bind' && type !== 'volume')) return [];
    const source = textOf(at(tree, 'source'));
    return [
      { kind: type, source, target, readOnly: textOf(at(tree, 'read_only')) === 'true', line: tree.line },
    ];
  }
  const parts = writtenText(textOf(tree) ?? '').split(':');
  const [source = '', target, mode = ''] = parts;
  if (source === '') return [];
  const { line } = tree;
  if (target === undefined) return [{ kind: 'volume', source: null, target: source, readOnly: false, line }];
  return [
    {
      kind: /^[./~]/.test(source) ? 'bind' : 'volume',
      source,
      target,
      readOnly: mode.split(',').includes('ro'),
      line,
    },
  ];
}

/** A config or a secret is a file of its own in the container, which is read-only. */
function fileMountOf(tree: Tree, kind: 'config' | 'secret'): Mount[] {
  const source = textOf(tree) ?? textOf(at(tree, 'source'));
  if (source === null) return [];
  const given = textOf(at(tree, 'target'));
  const home = kind === 'secret' ? '/run/secrets/' : '/';
  const target = given === null ? `${home}${source}` : given.startsWith('/') ? given : `${home}${given}`;
  return [{ kind, source, target, readOnly: true, line: tree.line }];
}
