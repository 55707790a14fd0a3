import type { Mount, Service, Words } from '../compose/service.js';
import { openText } from '../shell/expand.js';
import { subjectOf } from './facts.js';
import { type ConfigMap, type KubeService, mapFor, selects } from './objects.js';
import type { Container, Workload } from './workload.js';

/** One pod of a workload; of a Deployment, whose pods have no fixed names, all of them. */
export interface Pod {
  workload: Workload;
  /** null where it is not known beforehand. */
  name: string | null;
  copies: number;
}

/** More pods than any group of Sentinel has: what is beyond is not told apart. */
const MOST_PODS = 20;

export function podsOf(workload: Workload): Pod[] {
  const { kind, name, replicas, firstOrdinal } = workload;
  if (kind === 'Pod') return [{ workload, name, copies: 1 }];
  if (kind !== 'StatefulSet') return replicas === 0 ? [] : [{ workload, name: null, copies: replicas }];
  return Array.from({ length: Math.min(replicas, MOST_PODS) }, (_, i) => ({
    workload,
    name: `${name}-${firstOrdinal + i}`,
    copies: 1,
  }));
}

/**
 * The names of a pod in DNS (Kubernetes, DNS for Services and Pods): those of its governing Service, and the names of
 * Services that select this pod alone. `spoken`: what the manifests name, which says the namespace that is meant.
 */
export function namesOf(pod: Pod, services: readonly KubeService[], spoken: readonly string[]): string[] {
  const { workload, name, copies } = pod;
  const { governing, namespace, site, labels, replicas } = workload;
  const namespaces = namespace === null ? ['default', ...spoken] : [namespace];
  const below = (service: string): string[] =>
    ['', ...namespaces.flatMap((ns) => [`.${ns}`, `.${ns}.svc`, `.${ns}.svc.cluster.local`])].map(
      (end) => service + end,
    );
  const alone = services.filter(({ selector, site: of }) => {
    const byName = selector.get('statefulset.kubernetes.io/pod-name');
    if (selector.size === 0 || of !== site) return false;
    if (byName !== undefined) return byName === name;
    return replicas === 1 && copies === 1 && selects(selector, labels);
  });
  return [
    ...(name === null || governing === null ? [] : below(`${name}.${governing}`)),
    ...(name === null ? [] : [name]),
    ...alone.flatMap((service) => below(service.name)),
  ];
}

/** A container's environment: what a Secret or the running pod fills in is open text. */
export function environmentIn(
  { env, envFrom }: Container,
  pod: Pod,
  maps: readonly ConfigMap[],
): Map<string, { value: string; line: number }> {
  const { name, workload } = pod;
  const made = new Map<string, { value: string; line: number }>();
  const fqdn = name === null ? null : fqdnOf(pod);
  if (name !== null) made.set('HOSTNAME', { value: name, line: workload.line });
  if (fqdn !== null) made.set(FQDN, { value: fqdn, line: workload.line });
  for (const from of envFrom)
    for (const [key, { text, line }] of mapFor(maps, from, workload)?.data ?? [])
      made.set(key, { value: text, line });
  for (const { name: variable, value, line } of env) {
    const set = (text: string): void => {
      made.set(variable, { value: text, line });
    };
    if ('text' in value) set(substituted(value.text, made));
    else if ('secret' in value) set(openText(`(secret ${value.secret})`));
    else if ('config' in value)
      set(
        mapFor(maps, value.config, workload)?.data.get(value.key)?.text ??
          openText(`(config ${value.config}/${value.key})`),
      );
    else if (value.field === 'metadata.name' && name !== null) set(name);
    else if (value.field === 'metadata.namespace') set(workload.namespace ?? 'default');
    else set(openText(`(${value.field})`));
  }
  return made;
}

/** What `hostname -f` says in the pod; not a name that a script can use. */
const FQDN = '-f';

const fqdnOf = ({ name, workload: { governing, namespace } }: Pod): string =>
  governing === null ? (name ?? '') : `${name}.${governing}.${namespace ?? 'default'}.svc.cluster.local`;

/** `$(NAME)` in a value, a command or an argument; `$$(NAME)` is text, as is a name that is not set. */
const substituted = (text: string, env: ReadonlyMap<string, { value: string }>): string =>
  text.replace(/\$\$\(|\$\(([A-Za-z_]\w*)\)/g, (whole, name?: string) =>
    name === undefined ? '$(' : (env.get(name)?.value ?? whole),
  );

/** The pod that starts before the others; null where they start together, or have no fixed names. */
const firstOf = ({ kind, name, firstOrdinal, parallel }: Workload): string | null =>
  kind === 'StatefulSet' && parallel === null ? `${name}-${firstOrdinal}` : null;

/** A container of a pod as the reader of compose files knows services. */
export function serviceOf(
  container: Container,
  pod: Pod,
  env: ReadonlyMap<string, { value: string; line: number }>,
  names: readonly string[],
): Service {
  const { workload } = pod;
  const words = (given: Words | null): Words | null =>
    given && { ...given, words: given.words.map((word) => substituted(word, env)) };
  const name = names[0] ?? pod.name ?? workload.name;
  const pause = sleepIn(container.preStop);
  return {
    name,
    line: container.line,
    image: container.image,
    built: false,
    build: null,
    entrypoint: words(container.command),
    command: words(container.args),
    environment: new Map([...env].map(([key, { value, line }]) => [key, { value, line }])),
    envFiles: [],
    restart: { policy: 'Always', line: container.line },
    // What the server has of the grace period begins when the hook has ended.
    stopGrace: {
      ms: Math.max(0, workload.grace.seconds - pause) * 1000,
      text: '',
      line: pause > 0 ? (container.preStop?.line ?? workload.grace.line) : workload.grace.line,
    },
    mounts: container.mounts.map((mount) => mountIn(mount, workload)),
    networks: [{ name: 'pods', address: null, aliases: [...names], line: workload.line }],
    networkMode: null,
    ports: [],
    copies: pod.copies,
    otherNames: [],
    directory: container.directory,
    ...container.limits,
    extends: false,
    pod: {
      workload: subjectOf(workload),
      container: container.name,
      name: pod.name,
      firstPod: firstOf(workload),
      graceS: workload.grace.seconds,
    },
  };
}

/** What a directory of the node begins with as the source of a mount. */
export const NODE_PATH = 'hostPath ';

/** A ConfigMap is read-only whatever the mount says (Kubernetes 1.9.6). */
function mountIn(
  { volume, target, readOnly, subPath, line }: Container['mounts'][number],
  workload: Workload,
): Mount {
  const of = workload.volumes.find((v) => v.name === volume);
  if (of?.kind === 'config') return { kind: 'config', source: of.source, target, readOnly: true, line };
  // A claim is of its namespace.
  const where = workload.site === null ? '' : ` (${workload.site})`;
  // A directory of the node is shared by the pods on it, unless each has a part of it.
  const ofNode = of?.kind === 'host' && subPath === null ? `${NODE_PATH}${of.source}` : null;
  const source = of?.kind === 'claim' ? `${of.source}${where}` : ofNode;
  return { kind: 'volume', source, target, readOnly: readOnly || of?.kind === 'secret', line };
}

/** Seconds that a hook sleeps, by a plain `sleep N`; 0 for none. */
function sleepIn(hook: Words | null): number {
  const found = [...(hook?.words.join(' ') ?? '').matchAll(/(?:^|[\s;&|/"'])sleep\s+(\d+)/g)];
  return found.reduce((sum, [, seconds]) => sum + Number(seconds), 0);
}
