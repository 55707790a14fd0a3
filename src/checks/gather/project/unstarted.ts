import { posix } from 'node:path';
import { parseConf } from '../../files/conf.js';
import { subjectOf } from '../../files/kube/facts.js';
import type { UnstartedFile } from '../../files/kube/manifests.js';
import { type ConfigMap, mapFor } from '../../files/kube/objects.js';
import type { Container, Workload } from '../../files/kube/workload.js';

/** The files of Redis and Sentinel in the ConfigMaps of a container whose start is not known. */
export function unstartedFiles(
  { image, mounts, command }: Container,
  workload: Workload,
  maps: readonly ConfigMap[],
): UnstartedFile[] {
  if (image === null) return [];
  return mounts.flatMap(({ volume, target, subPath }) => {
    const of = workload.volumes.find((v) => v.name === volume && v.kind === 'config');
    const data = [...(mapFor(maps, of?.source ?? null, workload)?.data ?? [])];
    return data.flatMap(([key, { text, file, line }]): UnstartedFile[] => {
      const path = of?.items.find((item) => item.key === key)?.path ?? key;
      const isThere = /\.conf$/.test(path) && (subPath === null || subPath === path);
      const inside = subPath === null ? posix.join(target, path) : target;
      const { directives } = parseConf(file, text, line);
      const byImage = command === null;
      return isThere ? [{ workload: subjectOf(workload), image, inside, directives, byImage }] : [];
    });
  });
}
