import { dirname, isAbsolute, join, relative } from 'node:path';
import { BadYaml } from '../../../yaml.js';
import { broughtIn, extended } from '../../files/compose/extend.js';
import { at, entriesOf, type Tree, textOf } from '../../files/compose/tree.js';
import { readText } from './disk.js';
import { yamlTree } from './yaml-tree.js';

/** As many services may extend one another. */
const DEEPEST = 8;

/**
 * A compose file with what its services extend, in the same file or another one. A service whose base cannot be read
 * keeps its `extends`. Never throws.
 */
export async function withBases(
  compose: Tree,
  directory: string,
  change: (scalar: string) => string,
): Promise<Tree> {
  if (compose.kind !== 'map') return compose;
  const services = new Map<string, Tree>();
  for (const [name, service] of entriesOf(at(compose, 'services')))
    services.set(name, await withBase(service, { compose, directory, change }));
  if (services.size === 0) return compose;
  const { line } = at(compose, 'services');
  return {
    ...compose,
    entries: new Map([...compose.entries, ['services', { kind: 'map', entries: services, line }]]),
  };
}

interface From {
  compose: Tree;
  /** What its paths are relative to. */
  directory: string;
  change: (scalar: string) => string;
}

async function withBase(service: Tree, from: From, depth = 0): Promise<Tree> {
  const given = at(service, 'extends');
  if (given.kind === 'nothing' || depth > DEEPEST) return service;
  const name = textOf(given) ?? textOf(at(given, 'service')) ?? '';
  const path = textOf(at(given, 'file'));
  const source = path === null ? from : await otherFile(path, from);
  const base = source === null ? undefined : at(source.compose, 'services', name);
  if (source === null || base?.kind !== 'map') return service;
  const whole = await withBase(base, source, depth + 1);
  if (at(whole, 'extends').kind !== 'nothing') return service;
  const directory = relative(from.directory, source.directory) || '.';
  return extended(service, source === from ? whole : broughtIn(whole, directory, given.line));
}

async function otherFile(path: string, { directory, change }: From): Promise<From | null> {
  const shown = isAbsolute(path) ? path : join(directory, path);
  const read = await readText(shown);
  if ('why' in read) return null;
  try {
    return { compose: await yamlTree(read.text, change), directory: dirname(shown), change };
  } catch (error) {
    if (error instanceof BadYaml) return null;
    throw error;
  }
}
