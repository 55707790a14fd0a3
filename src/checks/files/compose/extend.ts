import { at, entriesOf, itemsOf, pairsOf, type Tree, textOf } from './tree.js';

/** Lists that take the place of those of the base. */
const REPLACED = new Set(['command', 'entrypoint', 'healthcheck']);
/** Lists whose entries have a place in the container, which only one of them can have. */
const UNIQUE = new Set(['volumes', 'configs', 'secrets']);
/** `NAME=VALUE`, as a list or as a map. */
const PAIRS = new Set(['environment', 'labels', 'extra_hosts']);

/** A service with what it extends (compose-spec, 05-services, extends): its own settings stand over those of the base. */
export function extended(own: Tree, base: Tree): Tree {
  const entries = new Map(entriesOf(base));
  for (const [name, value] of entriesOf(own)) {
    const given = entries.get(name);
    entries.set(name, given === undefined ? value : settled(name, value, given));
  }
  entries.delete('extends');
  return { kind: 'map', entries, line: own.line };
}

/** What stands where two files say something of the same setting (compose-spec, 13-merge). */
export function settled(name: string, given: Tree, under: Tree): Tree {
  const [own, base] = [given, under].map((tree) => plain(name, tree)) as [Tree, Tree];
  if (REPLACED.has(name)) return own;
  if (PAIRS.has(name)) return pairsTree(own, base);
  if (UNIQUE.has(name) && own.kind === 'list') {
    const targets = itemsOf(own).map(targetOf);
    const kept = itemsOf(base).filter((item) => !targets.includes(targetOf(item)));
    return { kind: 'list', items: [...kept, ...itemsOf(own)], line: own.line };
  }
  if (own.kind === 'map' && base.kind === 'map') {
    const entries = new Map(entriesOf(base));
    for (const [key, value] of entriesOf(own)) {
      const given = entries.get(key);
      entries.set(key, given === undefined ? value : settled(key, value, given));
    }
    return { kind: 'map', entries, line: own.line };
  }
  if (own.kind === 'list' && base.kind === 'list')
    return { kind: 'list', items: [...base.items, ...own.items], line: own.line };
  return own;
}

function pairsTree(own: Tree, base: Tree): Tree {
  const pairs = new Map([...pairsOf(base), ...pairsOf(own)]);
  const entries = [...pairs].map(([name, { value, line }]): [string, Tree] => [
    name,
    value === null ? { kind: 'nothing', line } : { kind: 'text', text: value, line },
  ]);
  return { kind: 'map', entries: new Map(entries), line: own.line };
}

/** The long form of settings that have a short one: those are merged as the long ones are. */
function plain(name: string, tree: Tree): Tree {
  const { line } = tree;
  if (name === 'networks' && tree.kind === 'list')
    return {
      kind: 'map',
      entries: new Map(tree.items.map((item) => [textOf(item) ?? '', { kind: 'nothing', line: item.line }])),
      line,
    };
  if (name === 'env_file' && tree.kind !== 'list') return { kind: 'list', items: itemsOf(tree), line };
  if (name === 'build' && tree.kind === 'text')
    return { kind: 'map', entries: new Map([['context', tree]]), line };
  return tree;
}

/** Where a volume, a config or a secret is mounted. */
function targetOf(item: Tree): string | null {
  const text = textOf(item);
  if (text === null) return textOf(at(item, 'target')) ?? textOf(at(item, 'source'));
  const [source = '', target] = text.split(':');
  return target ?? source;
}

/** The settings of a service of another file: its relative paths from `directory`, all of it at one line. */
export function broughtIn(base: Tree, directory: string, line: number): Tree {
  const rebased = (text: string, name: string): string => {
    const isRelative = name === 'volumes' ? /^\.\.?(\/|$)/.test(text) : !/^([/~]|\w+:\/\/|git@)/.test(text);
    return isRelative && directory !== '.' ? `./${directory}/${text}` : text;
  };
  const walk = (tree: Tree, name: string): Tree => {
    if (tree.kind === 'list') return { kind: 'list', items: tree.items.map((i) => walk(i, name)), line };
    if (tree.kind === 'map')
      return {
        kind: 'map',
        entries: new Map(entriesOf(tree).map(([key, value]) => [key, walk(value, inner(name, key))])),
        line,
      };
    if (tree.kind === 'nothing') return { kind: 'nothing', line };
    const isPath = /^(volumes|env_file|build)$/.test(name);
    return { kind: 'text', text: isPath ? rebased(tree.text, name) : tree.text, line };
  };
  return walk(base, '');
}

/** Which setting a key within one belongs to: of a volume only its source is a path of this machine. */
const inner = (name: string, key: string): string =>
  name === '' ? key : /^(source|context|path)$/.test(key) ? name : '';
