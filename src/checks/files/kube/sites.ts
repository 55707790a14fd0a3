import { isAlike } from '../compose/merge.js';
import type { KubeObject } from './objects.js';
import { workloadOf } from './workload.js';

/**
 * Tells objects apart that have one kind and name: they are in several namespaces, or in several files of which each
 * is applied to a place of its own. Where the files leave that open, says so.
 */
export function sited(objects: readonly KubeObject[]): { objects: KubeObject[]; unread: string[] } {
  const several = severalOf(objects);
  const open = several.filter((of) => new Set(of.map(({ namespace }) => namespace)).size < of.length);
  const siteOf = ({ namespace, file }: KubeObject): string | null =>
    several.length === 0 ? null : open.length > 0 ? file : (namespace ?? 'default');
  const prefixOf = (object: KubeObject): string =>
    several.some((of) => of[0]?.kind === object.kind && of[0].name === object.name)
      ? `${siteOf(object)}:`
      : '';
  return {
    objects: objects.map((object) => ({ ...object, site: siteOf(object), prefix: prefixOf(object) })),
    unread: open.length === 0 ? [] : [saidOf(open)],
  };
}

/** Objects of one kind and name that are not one: in other namespaces, or other files. */
function severalOf(objects: readonly KubeObject[]): KubeObject[][] {
  const byName = new Map<string, KubeObject[]>();
  for (const object of objects) {
    const key = `${object.kind} ${object.name}`;
    const of = byName.get(key) ?? [];
    // The later one of a file and namespace takes the place of the earlier one.
    const others = of.filter((o) => o.file !== object.file || o.namespace !== object.namespace);
    byName.set(key, [...others, object]);
  }
  return [...byName.values()].filter(([first, ...others]) =>
    first === undefined || others.length === 0
      ? false
      : workloadOf(first) !== null ||
        (/^(ConfigMap|Service)$/.test(first.kind) && !others.every((o) => isAlike(o.tree, first.tree))),
  );
}

function saidOf(open: readonly KubeObject[][]): string {
  const shown = open.map((of) => {
    const places = of.map(({ file, line }) => `${file}:${line}`).join(', ');
    return `${of[0]?.kind} ${of[0]?.name} (${places})`;
  });
  return `several objects have one name: ${shown.join('; ')}: in one namespace the last one replaces the others: write the namespace of each into it (metadata: namespace)`;
}
