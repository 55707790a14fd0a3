import { memoryOf, readOnlyRootOf, type Service, type Words } from '../compose/service.js';
import { at, entriesOf, itemsOf, type Tree, textOf } from '../compose/tree.js';
import { type KubeObject, labelsOf } from './objects.js';
import { type Probe, probeOf } from './probe.js';
import { type Spread, spreadOf } from './spread.js';

/** What runs pods of one kind: a StatefulSet, a Deployment, a Pod. */
export interface Workload {
  kind: string;
  name: string;
  namespace: string | null;
  site: string | null;
  /** What stands before its name, and those of its pods, where another workload has its name. */
  prefix: string;
  file: string;
  line: number;
  replicas: number;
  /** The number of its first pod, where pods have numbers. */
  firstOrdinal: number;
  /** Where `podManagementPolicy: Parallel` stands; null where its pods start one after another. */
  parallel: number | null;
  labels: ReadonlyMap<string, string>;
  /** Whether its pods have the network of their node, where no NetworkPolicy is in effect. */
  hostNetwork: boolean;
  /** Where `enableServiceLinks: false` stands; null where each Service of the namespace is in variables. */
  withoutLinks: number | null;
  /** `serviceName`: what gives each pod a name in DNS. */
  governing: string | null;
  grace: { seconds: number; line: number };
  spread: Spread;
  /** Whether a change of its pods restarts one after the other by itself. */
  rolls: boolean;
  volumes: Volume[];
  inits: Container[];
  containers: Container[];
}

export interface Volume {
  name: string;
  /** `template`: each pod has its own claim; `empty`: it begins empty with each pod. */
  kind: 'empty' | 'claim' | 'template' | 'host' | 'config' | 'secret' | 'other';
  /** The name of the claim, the ConfigMap or the Secret; the path of a `hostPath`. */
  source: string | null;
  /** Of a ConfigMap: under which paths its keys are; all of them under their own names where empty. */
  items: { key: string; path: string }[];
  line: number;
}

export interface Container {
  name: string;
  line: number;
  image: string | null;
  command: Words | null;
  args: Words | null;
  env: EnvironmentLine[];
  /** ConfigMaps whose keys are variables. */
  envFrom: string[];
  /** Whether a Secret's keys are variables too: which ones is not known. */
  secretEnv: boolean;
  mounts: { volume: string; target: string; subPath: string | null; readOnly: boolean; line: number }[];
  directory: string | null;
  /** `readOnlyRootFilesystem` and the limit of its memory. */
  limits: Pick<Service, 'readOnlyRoot' | 'memory'>;
  /** The ports that it declares. */
  ports: { name: string | null; port: number }[];
  liveness: Probe | null;
  readiness: Probe | null;
  /** Holds back the others until it has passed once. */
  startup: Probe | null;
  preStop: Words | null;
}

interface EnvironmentLine {
  name: string;
  value: { text: string } | { field: string } | { secret: string } | { config: string; key: string };
  line: number;
}

const TEMPLATES: Readonly<Record<string, string[]>> = {
  StatefulSet: ['spec', 'template'],
  Deployment: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Pod: [],
};

/** Reads a workload; null for an object that runs no pods of its own. */
export function workloadOf(object: KubeObject): Workload | null {
  // Kinds of others, as a Rollout, have their pods in the same place.
  const isAlike = at(object.tree, 'spec', 'template', 'spec', 'containers').kind === 'list';
  const path = TEMPLATES[object.kind] ?? (isAlike ? ['spec', 'template'] : undefined);
  if (path === undefined) return null;
  const { kind, name, namespace, site, prefix, file, line, tree } = object;
  const template = at(tree, ...path);
  const spec = at(template, 'spec');
  const policy = at(tree, 'spec', 'podManagementPolicy');
  const grace = at(spec, 'terminationGracePeriodSeconds');
  const links = at(spec, 'enableServiceLinks');
  return {
    kind,
    name,
    namespace,
    site,
    prefix,
    file,
    line,
    replicas: kind === 'Pod' || kind === 'DaemonSet' ? 1 : Number(textOf(at(tree, 'spec', 'replicas')) ?? 1),
    firstOrdinal: Number(textOf(at(tree, 'spec', 'ordinals', 'start')) ?? 0),
    parallel: textOf(policy) === 'Parallel' ? policy.line : null,
    labels: labelsOf(at(template, 'metadata', 'labels')),
    hostNetwork: textOf(at(spec, 'hostNetwork')) === 'true',
    withoutLinks: textOf(links) === 'false' ? links.line : null,
    governing: textOf(at(tree, 'spec', 'serviceName')),
    // Kubernetes' default (Pod, spec.terminationGracePeriodSeconds).
    grace: { seconds: Number(textOf(grace) ?? 30), line: grace.kind === 'text' ? grace.line : line },
    spread: spreadOf(spec),
    rolls: textOf(at(tree, 'spec', 'updateStrategy', 'type')) !== 'OnDelete',
    volumes: [
      ...itemsOf(at(spec, 'volumes')).map(volumeOf),
      ...itemsOf(at(tree, 'spec', 'volumeClaimTemplates')).map((claim) => ({
        name: textOf(at(claim, 'metadata', 'name')) ?? '',
        kind: 'template' as const,
        source: null,
        items: [],
        line: claim.line,
      })),
    ],
    inits: itemsOf(at(spec, 'initContainers')).map(containerIn),
    containers: itemsOf(at(spec, 'containers')).map(containerIn),
  };
}

function volumeOf(tree: Tree): Volume {
  const name = textOf(at(tree, 'name')) ?? '';
  const { line } = tree;
  const made = (kind: Volume['kind'], source: Tree): Volume => ({
    name,
    kind,
    source: textOf(source),
    items: itemsOf(at(tree, 'configMap', 'items')).map((item) => ({
      key: textOf(at(item, 'key')) ?? '',
      path: textOf(at(item, 'path')) ?? '',
    })),
    line,
  });
  if (at(tree, 'configMap').kind === 'map') return made('config', at(tree, 'configMap', 'name'));
  if (at(tree, 'secret').kind === 'map') return made('secret', at(tree, 'secret', 'secretName'));
  if (at(tree, 'persistentVolumeClaim').kind === 'map')
    return made('claim', at(tree, 'persistentVolumeClaim', 'claimName'));
  if (at(tree, 'hostPath').kind === 'map') return made('host', at(tree, 'hostPath', 'path'));
  const isEmpty =
    tree.kind === 'map' &&
    (tree.entries.has('emptyDir') || tree.entries.has('ephemeral') || tree.entries.size === 1);
  return made(isEmpty ? 'empty' : 'other', { kind: 'nothing', line });
}

function containerIn(tree: Tree): Container {
  return {
    name: textOf(at(tree, 'name')) ?? '',
    line: at(tree, 'name').line,
    image: textOf(at(tree, 'image')),
    command: execWords(at(tree, 'command')),
    args: execWords(at(tree, 'args')),
    env: itemsOf(at(tree, 'env')).map(environmentLine),
    envFrom: itemsOf(at(tree, 'envFrom')).flatMap((from) => textOf(at(from, 'configMapRef', 'name')) ?? []),
    secretEnv: itemsOf(at(tree, 'envFrom')).some((from) => at(from, 'secretRef').kind !== 'nothing'),
    mounts: itemsOf(at(tree, 'volumeMounts')).map((mount) => ({
      volume: textOf(at(mount, 'name')) ?? '',
      target: textOf(at(mount, 'mountPath')) ?? '',
      subPath: textOf(at(mount, 'subPath')) ?? textOf(at(mount, 'subPathExpr')),
      readOnly: textOf(at(mount, 'readOnly')) === 'true',
      line: mount.line,
    })),
    directory: textOf(at(tree, 'workingDir')),
    limits: {
      ...readOnlyRootOf(at(tree, 'securityContext', 'readOnlyRootFilesystem')),
      ...memoryOf(at(tree, 'resources', 'limits', 'memory')),
    },
    ports: itemsOf(at(tree, 'ports')).map((port) => ({
      name: textOf(at(port, 'name')),
      port: Number(textOf(at(port, 'containerPort'))),
    })),
    liveness: probeOf(at(tree, 'livenessProbe')),
    readiness: probeOf(at(tree, 'readinessProbe')),
    startup: probeOf(at(tree, 'startupProbe')),
    preStop: execWords(at(tree, 'lifecycle', 'preStop', 'exec', 'command')),
  };
}

const execWords = (tree: Tree): Words | null =>
  tree.kind !== 'list' || tree.items.length === 0
    ? null
    : { words: tree.items.map((item) => textOf(item) ?? ''), line: lastTextLine(tree) };

/** A script is the last word of its command: its lines count from there. */
const lastTextLine = (tree: Extract<Tree, { kind: 'list' }>): number => tree.items.at(-1)?.line ?? tree.line;

function environmentLine(tree: Tree): EnvironmentLine {
  const name = textOf(at(tree, 'name')) ?? '';
  const from = at(tree, 'valueFrom');
  const { line } = tree;
  const secret = at(from, 'secretKeyRef');
  const config = at(from, 'configMapKeyRef');
  const [field] = entriesOf(from).filter(([kind]) => /FieldRef$|^fieldRef$/.test(kind));
  if (secret.kind === 'map')
    return { name, value: { secret: `${textOf(at(secret, 'name'))}/${textOf(at(secret, 'key'))}` }, line };
  if (config.kind === 'map') {
    const value = { config: textOf(at(config, 'name')) ?? '', key: textOf(at(config, 'key')) ?? '' };
    return { name, value, line };
  }
  if (field !== undefined)
    return { name, value: { field: textOf(at(field[1], 'fieldPath')) ?? field[0] }, line };
  return { name, value: { text: textOf(at(tree, 'value')) ?? '' }, line };
}
