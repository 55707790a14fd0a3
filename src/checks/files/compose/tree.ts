/** A YAML document, plain: aliases and merge keys resolved, scalars as text, each with its line. */
export type Tree =
  | { kind: 'map'; entries: ReadonlyMap<string, Tree>; line: number }
  | { kind: 'list'; items: readonly Tree[]; line: number }
  | { kind: 'text'; text: string; line: number }
  | { kind: 'nothing'; line: number };

const NOTHING: Tree = { kind: 'nothing', line: 1 };

/** What a map has under a name; nothing where it is not a map or lacks that name. */
export const at = (tree: Tree, ...path: string[]): Tree =>
  path.reduce<Tree>(
    (t, name) => (t.kind === 'map' ? (t.entries.get(name) ?? { kind: 'nothing', line: t.line }) : NOTHING),
    tree,
  );

export const textOf = (tree: Tree): string | null => (tree.kind === 'text' ? tree.text : null);

/** A list's items; of anything else but nothing, itself alone. */
export const itemsOf = (tree: Tree): readonly Tree[] =>
  tree.kind === 'list' ? tree.items : tree.kind === 'nothing' ? [] : [tree];

export const entriesOf = (tree: Tree): [string, Tree][] => (tree.kind === 'map' ? [...tree.entries] : []);

/** `KEY=VALUE` items or a map, as `environment` and `labels` may be written; null for a key without a value. */
export function pairsOf(tree: Tree): Map<string, { value: string | null; line: number }> {
  if (tree.kind === 'map') {
    return new Map(
      entriesOf(tree).map(([name, value]) => [name, { value: textOf(value), line: value.line }]),
    );
  }
  return new Map(
    itemsOf(tree).flatMap((item) => {
      const match = /^([^=]+)(?:=([\s\S]*))?$/.exec(textOf(item) ?? '');
      return match === null ? [] : [[match[1] ?? '', { value: match[2] ?? null, line: item.line }]];
    }),
  );
}

/** Every text in a tree. */
export const textsOf = (tree: Tree): string[] =>
  tree.kind === 'text'
    ? [tree.text]
    : tree.kind === 'nothing'
      ? []
      : (tree.kind === 'list' ? [...tree.items] : [...tree.entries.values()]).flatMap(textsOf);
