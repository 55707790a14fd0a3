import { usageError } from '../../../errors.js';
import { BadYaml } from '../../../yaml.js';
import { isAlike } from '../../files/compose/merge.js';
import { at, entriesOf, itemsOf, type Tree, textOf } from '../../files/compose/tree.js';
import type { TwiceInObject } from '../../files/kube/manifests.js';
import { type KubeObject, objectsIn } from '../../files/kube/objects.js';
import { readText } from './disk.js';
import { type TwiceKey, yamlTree } from './yaml-tree.js';

/** What is in a manifest. */
export interface ReadManifest {
  objects: KubeObject[];
  twice: TwiceInObject[];
}

/** The text of a manifest; `-` is standard input. Throws usageError `kube-file`. */
export async function manifestText(file: string): Promise<string> {
  const read = await readText(file === '-' ? '/dev/stdin' : file);
  if ('why' in read)
    throw badManifest(file, read.why, '--kube FILE # a Kubernetes manifest; - is standard input');
  return read.text;
}

/** The objects of a file's documents, which `---` separates; each keeps its lines. Throws usageError `kube-file`. */
export async function objectsOf(file: string, text: string): Promise<ReadManifest> {
  const found: ReadManifest = { objects: [], twice: [] };
  const documents: string[][] = [[]];
  text.split('\n').forEach((line, i) => {
    if (/^---(\s|$)/.test(line)) documents.push(Array.from({ length: i + 1 }, () => ''));
    else documents.at(-1)?.push(line);
  });
  for (const one of documents.map((lines) => lines.join('\n'))) {
    const twice: TwiceKey[] = [];
    // kubectl takes the last one of two equal keys, without a message (kubernetes#99286).
    const tree = await yamlTree(
      one,
      (scalar) => scalar,
      (key) => twice.push(key),
    ).catch((error: unknown) => {
      if (!(error instanceof BadYaml)) throw error;
      const isTemplate = /^[^#\n]*\{\{/m.test(one);
      throw badManifest(
        `${file}:${error.place.line}`,
        isTemplate ? TEMPLATE : error.message,
        isTemplate || file === '-' ? RENDERED : `kubectl apply --dry-run=client -f ${file}`,
      );
    });
    const objects = objectsIn(tree, file);
    found.objects.push(...objects);
    const object = objects.map(({ kind, name }) => `${kind} ${name}`).join(', ');
    found.twice.push(
      ...twice
        .filter(({ first, second }) => !isAlike(first, second))
        .map(({ name, lines, first, second }) => ({
          ...{ object, key: name, file, lines },
          lost: lostOf(first, second),
        })),
    );
  }
  if (found.objects.some(({ name }) => name === '') && text.includes('{{'))
    throw badManifest(file, TEMPLATE, RENDERED);
  if (found.objects.length === 0)
    throw badManifest(file, 'it has no object with apiVersion and kind', RENDERED);
  return found;
}

/** What the first one has and the second one has not, by name: values may be secrets. */
function lostOf(first: Tree, second: Tree): string | null {
  if (first.kind === 'text') return null;
  const names = (tree: Tree): string[] =>
    tree.kind === 'map'
      ? entriesOf(tree).map(([name]) => name)
      : itemsOf(tree).flatMap((item) => textOf(at(item, 'name')) ?? []);
  const lost = names(first).filter((name) => !names(second).includes(name));
  return lost.length > 0 && lost.length < 9 ? lost.join(', ') : null;
}

const TEMPLATE = 'it is a template of a chart: give what helm template prints';
const RENDERED = 'helm template NAME CHART | sentinelctl doctor --kube -';

const badManifest = (where: string, why: string, hint: string): Error =>
  usageError('kube-file', `cannot read the Kubernetes manifest ${where}`, { why, hint });
