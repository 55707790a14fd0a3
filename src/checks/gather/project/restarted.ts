import { launchesOf } from '../../files/compose/launch.js';
import type { Container } from '../../files/kube/workload.js';
import { isUnder } from '../../files/paths.js';
import type { AtRestart, Project } from '../../files/project.js';
import { type Content, type Machine, segment } from '../../files/shell/machine.js';
import { isIn } from './kube-roles.js';
import { keyOf, type Shared, writableIn } from './pod-files.js';
import { addWritten, followInits, type InitListener, launchingOf, type PodContext } from './pod-start.js';

/** What stands for the lines that a server wrote into its file since the first start. */
const WRITTEN = '# written by the server';

/**
 * Follows a pod once more, with what its first start left in the volumes that outlive it, and says of each of its
 * servers whether its file kept what it had written. Says nothing of one whose second start cannot be followed.
 */
export async function restarted(
  context: PodContext,
  project: Project,
  first: Shared,
  made: readonly { container: Container; machine: Machine }[],
): Promise<void> {
  const { workload, name } = context.pod;
  if (name === null) return;
  const left: Shared = { files: new Map(first.files), unknown: new Map(first.unknown) };
  for (const { container, machine } of made) addWritten(left, container, workload, machine);
  const kept = new Set(workload.volumes.filter(({ kind }) => kind !== 'empty').map((v) => v.name));
  const shared: Shared = { files: new Map(), unknown: new Map() };
  for (const [key, content] of left.files)
    if (kept.has(key.slice(0, key.indexOf(':')))) shared.files.set(key, withWritten(content));
  let isKnown = true;
  const writers = new Map<string, Writer>();
  const listener: InitListener = {
    failed() {
      isKnown = false;
    },
    ended(init, { files }) {
      for (const [path] of files) {
        const key = keyIn(init, context, path);
        if (key !== null && !isKept(shared.files.get(key)))
          writers.set(key, { container: init.name, path, line: init.line });
      }
    },
  };
  await followInits(context, shared, listener, true);
  for (const { container } of made) {
    const servers = project.servers.filter(
      ({ service }) => isIn(service, workload, container.name) && service?.pod?.name === name,
    );
    const [server] = servers;
    if (!isKnown || server === undefined || servers.length > 1) continue;
    const { service, container: machine } = launchingOf(container, context, shared, '', true);
    const launched = await launchesOf(service, machine);
    const [start, ...more] = 'why' in launched ? [] : launched.launches;
    if (start === undefined || more.length > 0) continue;
    const { confPath } = start;
    const read = confPath === null ? null : await machine.read(confPath);
    if (read !== null && 'why' in read) continue;
    const path = machine.at(confPath ?? '');
    server.atRestart = isKept(read ?? undefined)
      ? { file: 'kept' }
      : {
          file: 'replaced',
          by: machine.files.has(path)
            ? { container: container.name, path, line: container.line }
            : (writers.get(keyIn(container, context, path) ?? '') ?? null),
        };
  }
}

type Writer = Extract<AtRestart, { file: 'replaced' }>['by'];

/** Where in a volume a path of a container is; null where it is in none that can be written. */
function keyIn(container: Container, { pod }: PodContext, path: string): string | null {
  const mount = writableIn(container, pod.workload).find(({ target }) => isUnder(path, target));
  return mount === undefined ? null : keyOf(mount, path);
}

const isKept = (content: Content | undefined): boolean =>
  content !== undefined &&
  'segments' in content &&
  content.segments.some(({ text }) => text.includes(WRITTEN));

const withWritten = (content: Content): Content =>
  'why' in content
    ? content
    : { segments: [...content.segments, segment(`\n${WRITTEN}\n`, content.segments[0]?.file ?? '', 1)] };
