import type { Alias, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { BadYaml, readYaml } from '../../../yaml.js';
import type { Tree } from '../../files/compose/tree.js';

/** More than any compose file has; what aliases of aliases can blow a small one up to. */
const MOST_NODES = 50_000;
/** Deeper than any compose file; what an alias within itself would be without end. */
const DEEPEST = 100;

/** A key that a map has twice: the lines of both, and what it has there; the second one is in the tree. */
export interface TwiceKey {
  name: string;
  lines: [first: number, second: number];
  first: Tree;
  second: Tree;
}

/**
 * Reads YAML into a plain tree: aliases and merge keys (`<<`) resolved, every scalar as text, changed by `change`.
 * Throws BadYaml for text that is not YAML, and for aliases that would fill the memory; without `twice` for a key that
 * a map has twice too.
 */
export async function yamlTree(
  text: string,
  change: (scalar: string) => string,
  twice?: (key: TwiceKey) => void,
): Promise<Tree> {
  // The tree is walked here, so nothing is resolved, nor limited, by the library.
  const { document, placeOf, yaml } = await readYaml(text, { twice: twice !== undefined });
  const lineOf = (node: unknown): number => placeOf(node).line;
  let nodes = 0;

  function treeOf(node: unknown, depth: number): Tree {
    const line = lineOf(node);
    if (++nodes > MOST_NODES || depth > DEEPEST)
      throw new BadYaml(placeOf(node), 'it is too large, or an alias contains itself');
    if (yaml.isAlias(node)) return aliased(node, line, depth);
    if (yaml.isMap(node)) return { kind: 'map', entries: entriesOf(node, depth), line };
    if (yaml.isSeq(node)) {
      return { kind: 'list', items: (node as YAMLSeq).items.map((item) => treeOf(item, depth + 1)), line };
    }
    return yaml.isScalar(node) ? scalar(node, line) : { kind: 'nothing', line };
  }

  function aliased(node: Alias, line: number, depth: number): Tree {
    const target = node.resolve(document);
    return target === undefined ? { kind: 'nothing', line } : treeOf(target, depth + 1);
  }

  function scalar(node: Scalar, line: number): Tree {
    if (node.value === null) return { kind: 'nothing', line };
    // A number or a switch is taken as it was written: 0644, 1e3, yes.
    const raw = typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
    const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
    // A block begins on the line after its sign.
    return { kind: 'text', text: change(raw), line: block ? line + 1 : line };
  }

  /** Merged entries come first, the map's own stand over them (YAML's merge key: the first of several maps wins). */
  function entriesOf(map: YAMLMap, depth: number): Map<string, Tree> {
    const own = new Map<string, Tree>();
    const merged = new Map<string, Tree>();
    const lines = new Map<string, number>();
    for (const { key, value } of map.items as Pair[]) {
      const name = yaml.isScalar(key) ? String(key.value) : '';
      const keyLine = lineOf(key);
      const tree = treeOf(value, depth + 1);
      const first = own.get(name);
      if (first !== undefined)
        twice?.({ name, lines: [lines.get(name) ?? first.line, keyLine], first, second: tree });
      lines.set(name, keyLine);
      if (name !== '<<') {
        // A map is where its name is: that is the line to look at.
        own.set(name, tree.kind === 'text' ? tree : { ...tree, line: keyLine });
        continue;
      }
      for (const source of tree.kind === 'list' ? tree.items : [tree]) {
        if (source.kind !== 'map') continue;
        for (const [inherited, at] of source.entries) if (!merged.has(inherited)) merged.set(inherited, at);
      }
    }
    return new Map([...merged, ...own]);
  }

  return document.contents === null ? { kind: 'nothing', line: 1 } : treeOf(document.contents, 0);
}
