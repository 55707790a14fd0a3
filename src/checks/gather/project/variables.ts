import { at, entriesOf, textsOf } from '../../files/compose/tree.js';
import type { Project } from '../../files/project.js';
import { withBases } from './with-bases.js';
import { yamlTree } from './yaml-tree.js';

/**
 * The variables in what a compose file, and what its services extend, say of its servers; what others lack is not of
 * this cluster.
 */
export async function variablesOf(
  text: string,
  directory: string,
  { servers }: Project,
): Promise<ReadonlySet<string>> {
  const asItIs = (scalar: string): string => scalar;
  const raw = await withBases(await yamlTree(text, asItIs), directory, asItIs);
  const names = new Set(servers.map((s) => s.service?.name ?? ''));
  const texts = entriesOf(at(raw, 'services'))
    .filter(([name]) => names.has(name))
    .flatMap(([, service]) => textsOf(service));
  return new Set(
    texts.flatMap((one) => [...one.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name)),
  );
}
