import { at, entriesOf, itemsOf, type Tree, textOf } from '../compose/tree.js';

/** One object of a manifest. */
export interface KubeObject {
  kind: string;
  name: string;
  /** null where the manifest leaves it to `kubectl -n`. */
  namespace: string | null;
  tree: Tree;
  file: string;
  line: number;
}

/** The objects of one YAML document: one, or the items of a List. */
export function objectsIn(tree: Tree, file: string): KubeObject[] {
  const kind = textOf(at(tree, 'kind')) ?? '';
  if (/List$/.test(kind) && at(tree, 'items').kind === 'list')
    return itemsOf(at(tree, 'items')).flatMap((item) => objectsIn(item, file));
  if (kind === '' || at(tree, 'apiVersion').kind !== 'text') return [];
  return [
    {
      kind,
      name: textOf(at(tree, 'metadata', 'name')) ?? '',
      namespace: textOf(at(tree, 'metadata', 'namespace')),
      tree,
      file,
      line: at(tree, 'metadata', 'name').line,
    },
  ];
}

/** Labels, or the `matchLabels` of a selector. */
export const labelsOf = (tree: Tree): ReadonlyMap<string, string> =>
  new Map(entriesOf(tree).map(([name, value]) => [name, textOf(value) ?? '']));

/** What a selector asks for; `expressions`: it has `matchExpressions`, which are not judged. */
export interface Selector {
  labels: ReadonlyMap<string, string>;
  expressions: boolean;
}

export const selectorOf = (tree: Tree): Selector => ({
  labels: labelsOf(at(tree, 'matchLabels')),
  expressions: at(tree, 'matchExpressions').kind !== 'nothing',
});

/** Whether labels have everything that a selector asks for. */
export const selects = (wanted: ReadonlyMap<string, string>, labels: ReadonlyMap<string, string>): boolean =>
  [...wanted].every(([name, value]) => labels.get(name) === value);

/** A PodDisruptionBudget. */
export interface Budget {
  name: string;
  selector: Selector;
  /** `1`, `50%`; null where it is not set. */
  minAvailable: string | null;
  maxUnavailable: string | null;
  file: string;
  line: number;
}

/** A Service. */
export interface KubeService {
  name: string;
  selector: ReadonlyMap<string, string>;
  /** `clusterIP: None`. */
  headless: boolean;
  /** `publishNotReadyAddresses`. */
  notReady: boolean;
  file: string;
  line: number;
}

export const budgetsIn = (objects: readonly KubeObject[]): Budget[] =>
  objects
    .filter((o) => o.kind === 'PodDisruptionBudget')
    .map(({ name, tree, file, line }) => ({
      name,
      selector: selectorOf(at(tree, 'spec', 'selector')),
      minAvailable: textOf(at(tree, 'spec', 'minAvailable')),
      maxUnavailable: textOf(at(tree, 'spec', 'maxUnavailable')),
      file,
      line,
    }));

export const servicesIn = (objects: readonly KubeObject[]): KubeService[] =>
  objects
    .filter((o) => o.kind === 'Service')
    .map(({ name, tree, file, line }) => ({
      name,
      selector: labelsOf(at(tree, 'spec', 'selector')),
      headless: textOf(at(tree, 'spec', 'clusterIP')) === 'None',
      notReady: textOf(at(tree, 'spec', 'publishNotReadyAddresses')) === 'true',
      file,
      line,
    }));

/** The texts of ConfigMaps, each with its place; by the map's name, then by the key. */
export type ConfigMaps = ReadonlyMap<
  string,
  ReadonlyMap<string, { text: string; file: string; line: number }>
>;

export const configMapsIn = (objects: readonly KubeObject[]): ConfigMaps =>
  new Map(
    objects
      .filter((o) => o.kind === 'ConfigMap')
      .map(({ name, tree, file }) => [
        name,
        new Map(
          entriesOf(at(tree, 'data')).map(([key, value]) => [
            key,
            { text: textOf(value) ?? '', file, line: value.line },
          ]),
        ),
      ]),
  );
