import { broughtIn, extended, settled } from './extend.js';
import { at, entriesOf, type Tree } from './tree.js';

/** A compose file that was read. */
export interface ComposePart {
  /** As it is shown. */
  file: string;
  tree: Tree;
}

/**
 * Compose files of which each changes those before it (compose-spec, 13-merge), and the file that each service stands
 * in: a later file's changes of a service are at the service's own line.
 */
export function mergedFiles(parts: readonly ComposePart[]): {
  tree: Tree;
  fileOf: ReadonlyMap<string, string>;
} {
  const [first, ...others] = parts;
  if (first === undefined) return { tree: { kind: 'nothing', line: 1 }, fileOf: new Map() };
  const fileOf = new Map(entriesOf(at(first.tree, 'services')).map(([name]) => [name, first.file]));
  let { tree } = first;
  for (const part of others) {
    const services = new Map(entriesOf(at(tree, 'services')));
    for (const [name, own] of entriesOf(at(part.tree, 'services'))) {
      const base = services.get(name);
      services.set(name, base === undefined ? own : changed(base, own));
      if (base === undefined) fileOf.set(name, part.file);
    }
    const entries = new Map(entriesOf(tree));
    for (const [section, own] of entriesOf(part.tree)) {
      const base = entries.get(section);
      entries.set(section, base === undefined ? own : settled(section, own, base));
    }
    const { line } = tree;
    tree = { kind: 'map', entries: entries.set('services', { kind: 'map', entries: services, line }), line };
  }
  return { tree, fileOf };
}

function changed(base: Tree, own: Tree): Tree {
  const result = extended(broughtIn(own, '.', base.line), base);
  const isOpen = [base, own].some((tree) => at(tree, 'extends').kind !== 'nothing');
  if (result.kind !== 'map') return base;
  const entries = new Map(result.entries);
  if (isOpen) entries.set('extends', { kind: 'text', text: '', line: base.line });
  return { ...result, entries, line: base.line };
}

/** Whether two services say the same, wherever their lines are. */
export const isAlike = (one: Tree, other: Tree): boolean =>
  JSON.stringify(withoutLines(one)) === JSON.stringify(withoutLines(other));

const withoutLines = (tree: Tree): unknown =>
  tree.kind === 'map'
    ? Object.fromEntries(entriesOf(tree).map(([name, value]) => [name, withoutLines(value)]))
    : tree.kind === 'list'
      ? tree.items.map(withoutLines)
      : tree.kind === 'text'
        ? tree.text
        : null;
