import { textsOf } from '../../files/compose/tree.js';
import { closedWays } from '../../files/kube/closed-ways.js';
import type { TwiceInObject } from '../../files/kube/manifests.js';
import { foreignPolicies, namespacesIn, policiesIn } from '../../files/kube/network-policy.js';
import { budgetsIn, configMapsIn, type KubeObject, secretsIn, servicesIn } from '../../files/kube/objects.js';
import { namesOf, podsOf } from '../../files/kube/pod.js';
import { setsReplicas } from '../../files/kube/sets-replicas.js';
import { sited } from '../../files/kube/sites.js';
import { type Container, type Workload, workloadOf } from '../../files/kube/workload.js';
import type { Project } from '../../files/project.js';
import { isWithoutFile } from '../../files/project.js';
import { isIn, roleBy, withRoles } from './kube-roles.js';
import { manifestText, objectsOf } from './manifest-file.js';
import { readPod } from './read-pod.js';
import { unstartedFiles } from './unstarted.js';

/**
 * Adds what rendered Kubernetes manifests describe: every container that runs a Redis or a Sentinel is a server, one
 * for each pod of a StatefulSet. Throws usageError `kube-file` for a file that cannot be read or has no object.
 */
export async function readKube(files: readonly string[], project: Project): Promise<void> {
  const read = await Promise.all(files.map(async (file) => ({ file, text: await manifestText(file) })));
  const all: KubeObject[] = [];
  const twice: TwiceInObject[] = [];
  for (const { file, text } of read) {
    const manifest = await objectsOf(file, text);
    all.push(...manifest.objects);
    twice.push(...manifest.twice);
  }
  const { objects, unread } = sited(all);
  const maps = configMapsIn(objects);
  const services = servicesIn(objects);
  const spoken = [
    ...new Set(
      read.flatMap(({ text }) => [...text.matchAll(/\.([a-z0-9-]+)\.svc\b/g)].map((m) => m[1] ?? '')),
    ),
  ];
  const workloads = objects.flatMap((object) => workloadOf(object) ?? []);
  for (const workload of workloads)
    for (const pod of podsOf(workload)) {
      await readPod({ pod, names: namesOf(pod, services, spoken), maps }, project);
    }
  const serversOf = (workload: Workload, { name }: Container) =>
    project.servers.filter((s) => isIn(s.service, workload, name));
  project.kube = {
    files: [...files],
    workloads: workloads.map((w) => withRoles(w, project)).filter((w) => w.roles.size > 0),
    allLabels: workloads.map((w) => w.labels),
    budgets: budgetsIn(objects),
    services,
    policies: policiesIn(objects),
    namespaces: namespacesIn(objects),
    maps,
    secrets: secretsIn(objects),
    twice,
    setsReplicas: objects.some(({ tree }) => textsOf(tree).some(setsReplicas)),
    unstarted: workloads.flatMap((w) =>
      w.containers
        .filter((c) => roleBy(c) !== null && serversOf(w, c).length === 0)
        .flatMap((c) => unstartedFiles(c, w, maps)),
    ),
    unused: workloads.flatMap((w) =>
      w.containers
        .filter((c) => serversOf(w, c).length > 0 && serversOf(w, c).every(isWithoutFile))
        .flatMap((c) => unstartedFiles(c, w, maps)),
    ),
  };
  project.unread.push(
    ...unread,
    ...operatorsIn(objects),
    ...installersIn(objects),
    ...closedWays(project).unclear,
    ...filtersIn(objects, workloads),
  );
  if (project.servers.length === 0 && project.unread.length === 0)
    project.unread.push(`${files.join(', ')}: no container in it is a Redis or a Sentinel`);
}

/** Custom resources of operators, which make the pods by themselves. */
const operatorsIn = (objects: readonly KubeObject[]): string[] =>
  objects
    .filter(({ kind }) => /^(Redis|Valkey|KeyDB|Dragonfly)/.test(kind))
    .map(({ kind, name, file, line }) =>
      // RedisCluster of several operators; RedisEnterpriseCluster.
      /Cluster$/.test(kind)
        ? `${kind} ${name} (${file}:${line}): a cluster without Sentinel, which has a failover of its own: it is not judged`
        : `${kind} ${name} (${file}:${line}): its operator makes the pods and their files: give the addresses of the running sentinels (--sentinel-addrs)`,
    );

/** What filters the connections of pods by rules that are not judged. */
const filtersIn = (objects: readonly KubeObject[], workloads: readonly Workload[]): string[] =>
  foreignPolicies(objects)
    .filter(
      ({ namespace }) =>
        namespace === null || workloads.some((w) => w.namespace === null || w.namespace === namespace),
    )
    .map(
      ({ kind, name, file, line }) =>
        `${kind} ${name} (${file}:${line}): which connections it lets through is not judged`,
    );

/** What installs a chart or other files with a Redis, which are not in these: HelmRelease of Flux, Application of Argo CD. */
const installersIn = (objects: readonly KubeObject[]): string[] =>
  objects
    .filter(
      ({ kind, name, tree }) =>
        /^(HelmRelease|HelmChart|HelmChartConfig|Application|ApplicationSet)$/.test(kind) &&
        [name, ...textsOf(tree)].some((text) => /redis|valkey|sentinel/i.test(text)),
    )
    .map(
      ({ kind, name, file, line }) =>
        `${kind} ${name} (${file}:${line}): what it installs is not in these files: give what helm template prints of its chart`,
    );
