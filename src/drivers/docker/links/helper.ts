import type { ContainerCreateOptions } from 'dockerode';
import { failed } from '../../../errors.js';
import { RESTORE_OPTIONS } from '../../../host/packet-filter.js';
import type { Connected } from '../containers/containers.js';
import { packConf } from '../containers/files.js';
import { clusterLabels, HELPER_LABEL, ofCluster } from '../containers/labels.js';
import { engineError, statusOf } from '../engine/errors.js';
import { lineReader } from '../engine/streams.js';

const RULES = 'rules';

/** Reads the packet rules in the network namespace of a running container, as `iptables-save` prints them. */
export const rulesInside = (link: Connected, image: string, containerId: string): Promise<string> =>
  runInside(link, image, containerId, ['iptables-save'], null);

/** Changes them as `iptables-restore --noflush` reads them. */
export async function changeInside(
  link: Connected,
  image: string,
  containerId: string,
  changes: string,
): Promise<void> {
  await runInside(link, image, containerId, ['iptables-restore', ...RESTORE_OPTIONS, `/${RULES}`], changes);
}

/**
 * Runs iptables in a helper container that joins another container's network and may administer only that; it is
 * removed immediately. Returns its output. Throws `packet-rules` (1) with the error of iptables.
 */
async function runInside(
  { engine, cluster }: Connected,
  image: string,
  target: string,
  command: string[],
  input: string | null,
): Promise<string> {
  const spec: ContainerCreateOptions = {
    Image: image,
    Cmd: command,
    User: '0:0',
    Labels: { ...clusterLabels(cluster), [HELPER_LABEL]: 'iptables' },
    HostConfig: {
      NetworkMode: `container:${target}`,
      CapDrop: ['ALL'],
      CapAdd: ['NET_ADMIN', 'NET_RAW'],
      SecurityOpt: ['no-new-privileges'],
      LogConfig: { Type: 'json-file', Config: {} },
    },
  };
  try {
    const container = await engine.api.createContainer({ _query: {}, _body: spec } as ContainerCreateOptions);
    try {
      if (input !== null)
        await container.putArchive(await packConf(RULES, input, { uid: 0, gid: 0 }), { path: '/' });
      await container.start();
      const { StatusCode } = (await container.wait()) as { StatusCode: number };
      const logs = { follow: false, stdout: true, stderr: StatusCode !== 0 } as const;
      const reader = lineReader();
      const lines = [...reader.feed(await container.logs(logs)), ...reader.end()];
      if (StatusCode === 0) return lines.join('\n');
      throw failed('packet-rules', 'the packet rules of a container cannot be read or changed', {
        why: lines[0] ?? `iptables ended with ${StatusCode}`,
        hint: 'docker ps',
      });
    } finally {
      await container.remove({ force: true, v: true });
    }
  } catch (error) {
    throw engineError(error, engine.target, "work in a container's network");
  }
}

/** Removes helper containers left by a command that was killed. */
export async function discardHelpers({ engine, cluster, containers }: Connected): Promise<void> {
  const filters = { label: [...ofCluster(cluster).label, HELPER_LABEL] };
  const left = await engine.api.listContainers({ all: true, filters }).catch((error: unknown) => {
    throw engineError(error, engine.target, 'list containers');
  });
  await Promise.all(
    left
      .filter(({ State }) => State !== 'running')
      .map(({ Id }) =>
        containers.discard(engine.api.getContainer(Id)).catch((error: unknown) => {
          if (statusOf(error) !== 404) throw error;
        }),
      ),
  );
}
