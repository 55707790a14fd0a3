import type { Project } from '../project.js';
import { at, entriesOf, itemsOf, type Tree, textOf } from './tree.js';

/** A compose file of a project, with what it includes beside it. */
interface Model {
  tree: Tree;
  fileOf: (service: string) => string;
}

type Undefined = Project['undefinedNames'][number];

/** What services name and no file of the project defines: Compose rejects it (compose-go, checkConsistency). */
export function undefinedNames(models: readonly Model[]): Undefined[] {
  const defined = (key: string): Set<string> =>
    new Set(models.flatMap(({ tree }) => entriesOf(at(tree, key)).map(([name]) => name)));
  const [volumes, networks, services] = [defined('volumes'), defined('networks'), defined('services')];
  return models.flatMap(({ tree, fileOf }) =>
    entriesOf(at(tree, 'services')).flatMap(([service, own]) => {
      const lacking = (what: Undefined['what'], known: ReadonlySet<string>, named: Named[]): Undefined[] =>
        named
          .filter(({ name }) => !known.has(name) && /^[\w.-]+$/.test(name))
          .map(({ name, line }) => ({ service, what, name, file: fileOf(service), line }));
      return [
        ...lacking('volume', volumes, itemsOf(at(own, 'volumes')).flatMap(volumeIn)),
        ...lacking('network', new Set([...networks, 'default']), namesIn(at(own, 'networks'))),
        ...lacking('service', services, namesIn(at(own, 'depends_on'))),
      ];
    }),
  );
}

interface Named {
  name: string;
  line: number;
}

/** The names of a map, or of a list. */
const namesIn = (tree: Tree): Named[] =>
  tree.kind === 'map'
    ? entriesOf(tree).map(([name, { line }]) => ({ name, line }))
    : itemsOf(tree).flatMap((item) => {
        const name = textOf(item);
        return name === null ? [] : [{ name, line: item.line }];
      });

/** A volume with a name; a path is a directory of the machine. */
function volumeIn(tree: Tree): Named[] {
  const { line } = tree;
  if (tree.kind === 'map') {
    const source = textOf(at(tree, 'source'));
    return textOf(at(tree, 'type')) === 'volume' && source !== null ? [{ name: source, line }] : [];
  }
  const [source = '', target] = (textOf(tree) ?? '').split(':');
  return target === undefined || /^[./~]/.test(source) ? [] : [{ name: source, line }];
}
