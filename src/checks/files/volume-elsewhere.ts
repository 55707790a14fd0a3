import { listed } from '../../model/words.js';
import type { RawFinding } from '../check.js';
import type { Mount } from './compose/service.js';
import { dataDirectoryOf } from './data-directory.js';
import { nodesWithCopies } from './groups.js';
import { isUnder } from './paths.js';
import { type FileServer, nameInCompose, type Project } from './project.js';

/** What a volume is mounted for that is not meant for data. */
const OTHER_USE =
  /(^|[/_-])(conf|config|etc|tls|ssl|certs?|secrets?|scripts?|logs?|run|tmp|bin|shared)([/_.-]|$)/i;

/**
 * Data nodes of compose files that have a named volume, and write their data beside it. One that has none at all may be
 * meant to lose its data, and is not looked at.
 */
export function volumesElsewhere(project: Project): RawFinding[] {
  const beside = nodesWithCopies(project).flatMap((node) => besideOf(node) ?? []);
  const [first] = beside;
  if (first === undefined) return [];
  const said = `${beside.length === 1 ? 'its' : 'their'} data directory is in no volume`;
  const each = beside.map(
    ({ node, path, volume }) =>
      `${nameInCompose(node)} writes to ${path}, and ${volume.source} is mounted at ${volume.target}`,
  );
  return [
    {
      subject: beside.map(({ node }) => node.id).join(', '),
      severity: 'warning',
      brief: `the data of ${listed(beside.map(({ node }) => node.id))} is in no volume`,
      evidence: each.join('; '),
      message: `${said}: ${each.join('; ')}`,
      consequence:
        'the data goes with the container: docker compose up after a change or a pull creates all of them again, empty',
      fix: beside.map(
        ({ node, path, volume }) => `${nameInCompose(node)}: volumes: ["${volume.source}:${path}"]`,
      ),
      at: { file: first.node.at.file, line: first.volume.line },
    },
  ];
}

interface Beside {
  node: FileServer;
  path: string;
  volume: Mount;
}

/** The volume that a data node has, and the directory that it writes to beside it; null where that, or a part of it, is in a mount. */
function besideOf(node: FileServer): Beside | null {
  const { service } = node;
  if (service === null || service.pod !== undefined) return null;
  const { path, certain } = dataDirectoryOf(node, service);
  if (!certain || service.mounts.some(({ target }) => isUnder(path, target) || isUnder(target, path)))
    return null;
  const volume = service.mounts.find(
    ({ kind, source, target, readOnly }) =>
      kind === 'volume' && source !== null && !readOnly && !OTHER_USE.test(target),
  );
  return volume === undefined ? null : { node, path, volume };
}
