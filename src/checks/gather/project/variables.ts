import { at, entriesOf, textsOf } from '../../files/compose/tree.js';
import type { Project } from '../../files/project.js';
import { yamlTree } from './yaml-tree.js';

/** The variables in what the compose file says of its servers; what others lack is not of this cluster. */
export async function variablesOf(text: string, { servers }: Project): Promise<ReadonlySet<string>> {
  const raw = await yamlTree(text, (scalar) => scalar);
  const names = new Set(servers.map((s) => s.service?.name ?? ''));
  const texts = entriesOf(at(raw, 'services'))
    .filter(([name]) => names.has(name))
    .flatMap(([, service]) => textsOf(service));
  return new Set(
    texts.flatMap((one) => [...one.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name)),
  );
}
