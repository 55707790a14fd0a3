import { majorityOf } from '../../../model/sentinel-timing.js';
import type { Skip } from '../../check.js';
import type { Words } from '../compose/service.js';
import { mountAt } from '../paths.js';
import type { Project } from '../project.js';
import type { KubeFacts, ServerWorkload } from './manifests.js';
import { type ConfigMap, mapFor } from './objects.js';
import type { Container, Volume, Workload } from './workload.js';

const noManifest: Skip = { skip: 'no Kubernetes manifest was given (--kube FILE)', applies: false };

/** Judges the workloads that run a Redis or a Sentinel. */
export function judgeWorkloads<T>(project: Project, judge: (kube: KubeFacts) => T[]): T[] | Skip {
  const { kube } = project;
  return kube === null || kube.workloads.length === 0 ? noManifest : judge(kube);
}

export const subjectOf = ({ kind, name, prefix }: Workload): string => `${kind} ${prefix}${name}`;

/** Its containers of one kind. */
export const containersOf = (workload: ServerWorkload, role: 'redis' | 'sentinel'): Container[] =>
  workload.containers.filter((c) => workload.roles.get(c.name) === role);

/** How many of its pods must stay: a majority of sentinels, else one of two and more data nodes. */
export const neededOf = (workload: ServerWorkload): number =>
  containersOf(workload, 'sentinel').length > 0 ? majorityOf(workload.replicas) : 1;

/** The volume that has a path of a container; undefined where that is the container's own file system. */
export function volumeAt({ volumes }: Workload, { mounts }: Container, path: string): Volume | undefined {
  const mount = mountAt(mounts, path);
  return volumes.find((v) => v.name === mount?.volume);
}

/** A command, and the text of each script of a ConfigMap that it names. */
export const commandText = (
  command: Pick<Words, 'words'>,
  container: Container,
  workload: Workload,
  maps: readonly ConfigMap[],
): string => commandScripts(command, container, workload, maps).text;

/** A command with the scripts of ConfigMaps that it names, and those that they name; `paths` are theirs. */
export function commandScripts(
  { words }: Pick<Words, 'words'>,
  { mounts }: Container,
  workload: Workload,
  maps: readonly ConfigMap[],
): { text: string; paths: string[] } {
  const all = mounts.flatMap(({ volume, target }) => {
    const of = workload.volumes.find((v) => v.name === volume && v.kind === 'config');
    return [...(mapFor(maps, of?.source ?? null, workload)?.data ?? [])].map(([key, { text }]) => {
      const path = of?.items.find((item) => item.key === key)?.path ?? key;
      return { text, path: `${target.replace(/\/$/, '')}/${path}` };
    });
  });
  let text = words.join(' ');
  const paths: string[] = [];
  for (;;) {
    const next = all.find(({ path }) => !paths.includes(path) && text.includes(path));
    if (next === undefined) return { text, paths };
    paths.push(next.path);
    text = `${text}\n${next.text}`;
  }
}
