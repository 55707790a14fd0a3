import { at, entriesOf, itemsOf, type Tree, textOf } from '../compose/tree.js';

/** One object of a manifest. */
export interface KubeObject {
  kind: string;
  name: string;
  /** null where the manifest leaves it to `kubectl -n`. */
  namespace: string | null;
  /** Where several have one name: the namespace, or the file, that tells them apart; null where none have. */
  site: string | null;
  /** What stands before its name where another object of its kind has it: its site; empty where none has. */
  prefix: string;
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
      site: null,
      prefix: '',
      tree,
      file,
      line: at(tree, 'metadata', 'name').line,
    },
  ];
}

/** Labels, or the `matchLabels` of a selector. */
export const labelsOf = (tree: Tree): ReadonlyMap<string, string> =>
  new Map(entriesOf(tree).map(([name, value]) => [name, textOf(value) ?? '']));

/** Labels as YAML, each value a text: `true` and `1` are none without quotes. */
export const labelsText = (labels: ReadonlyMap<string, string>): string =>
  `{${[...labels].map(([name, value]) => `${name}: ${/^[a-z][\w./-]*$/i.test(value) && !/^(true|false|yes|no|on|off|null|[yn])$/i.test(value) ? value : JSON.stringify(value)}`).join(', ')}}`;

/** What a selector asks for: `matchLabels` and `matchExpressions`. */
export interface Selector {
  labels: ReadonlyMap<string, string>;
  expressions: { key: string; operator: string; values: string[] }[];
}

export const selectorOf = (tree: Tree): Selector => ({
  labels: labelsOf(at(tree, 'matchLabels')),
  expressions: itemsOf(at(tree, 'matchExpressions')).map((one) => ({
    key: textOf(at(one, 'key')) ?? '',
    operator: textOf(at(one, 'operator')) ?? '',
    values: itemsOf(at(one, 'values')).map((value) => textOf(value) ?? ''),
  })),
});

/** Whether a selector means pods with these labels; an empty one means all (Kubernetes, LabelSelector v1). */
export const meansLabels = (
  { labels: wanted, expressions }: Selector,
  labels: ReadonlyMap<string, string>,
): boolean =>
  selects(wanted, labels) &&
  expressions.every(({ key, operator, values }) => {
    const value = labels.get(key);
    if (operator === 'Exists') return value !== undefined;
    if (operator === 'DoesNotExist') return value === undefined;
    const isOne = value !== undefined && values.includes(value);
    return operator === 'NotIn' ? !isOne : isOne;
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
  namespace: string | null;
  site: string | null;
  /** `clusterIP`, where it is a fixed address. */
  address: string | null;
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
    .map(({ name, namespace, site, tree, file, line }) => ({
      name,
      namespace,
      site,
      address: /^(None)?$/.exec(textOf(at(tree, 'spec', 'clusterIP')) ?? '')
        ? null
        : textOf(at(tree, 'spec', 'clusterIP')),
      selector: labelsOf(at(tree, 'spec', 'selector')),
      headless: textOf(at(tree, 'spec', 'clusterIP')) === 'None',
      notReady: textOf(at(tree, 'spec', 'publishNotReadyAddresses')) === 'true',
      file,
      line,
    }));

/** A ConfigMap: its texts by their keys, each with its place. */
export interface ConfigMap {
  name: string;
  site: string | null;
  data: ReadonlyMap<string, { text: string; file: string; line: number }>;
}

export const configMapsIn = (objects: readonly KubeObject[]): ConfigMap[] =>
  objects
    .filter((o) => o.kind === 'ConfigMap')
    .map(({ name, site, tree, file }) => ({
      name,
      site,
      data: new Map(
        entriesOf(at(tree, 'data')).map(([key, value]) => [
          key,
          { text: textOf(value) ?? '', file, line: value.line },
        ]),
      ),
    }));

/**
 * What the Secrets of manifests hold, by the stand-in of each key (kube/pod.ts): `(secret NAME/KEY)`. One of which
 * several objects say different things is not known.
 */
export function secretsIn(objects: readonly KubeObject[]): ReadonlyMap<string, string> {
  const known = new Map<string, string | null>();
  for (const { kind, name, tree } of objects) {
    if (kind !== 'Secret') continue;
    const own = new Map([
      ...entriesOf(at(tree, 'data')).map(([key, value]) => [key, decoded(textOf(value) ?? '')] as const),
      // stringData stands over data (kubectl explain secret.stringData).
      ...entriesOf(at(tree, 'stringData')).map(([key, value]) => [key, textOf(value)] as const),
    ]);
    for (const [key, value] of own) {
      const word = `(secret ${name}/${key})`;
      known.set(word, known.has(word) && known.get(word) !== value ? null : value);
    }
  }
  return new Map([...known].flatMap(([word, value]) => (value === null ? [] : [[word, value]])));
}

/** null for what a template fills in, which is not base64. */
const decoded = (text: string): string | null =>
  /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text) ? Buffer.from(text, 'base64').toString('utf8') : null;

/** The ConfigMap that an object means by a name: the last of its own site, else the only one. */
export function mapFor(
  maps: readonly ConfigMap[],
  name: string | null,
  { site }: { site: string | null },
): ConfigMap | undefined {
  const named = maps.filter((map) => map.name === name);
  return named.findLast((map) => map.site === site) ?? (named.length === 1 ? named[0] : undefined);
}
