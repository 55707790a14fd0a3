import type { AttachedHostContext, OpenAttachedHost } from '../attached-host.js';
import { limitedHost, type NodeInspection } from '../node-host.js';

/** Servers that are reached over the network alone: only their answers tell whether they run. */
export const networkHost: OpenAttachedHost = ({ cluster, nodes }: AttachedHostContext) => {
  const lack = {
    reason: `${cluster} was attached without a way to its processes: sentinelctl reaches its servers over the network alone`,
    hint: `sentinelctl attach ${cluster} --local # for processes of this machine; --docker for containers`,
  };
  const host = limitedHost(
    {
      async inspect(id): Promise<NodeInspection> {
        const said = await nodes.find((node) => node.id === id)?.ask();
        return said == null || said === 'silent'
          ? { state: 'exited', detail: 'it does not answer' }
          : { state: 'running', detail: 'it answers' };
      },
      routable: async () => true,
      links: async () => ({ ok: false, ...lack }),
    },
    {
      start: lack,
      stop: lack,
      kill: lack,
      pause: lack,
      resume: lack,
      life: lack,
      blockDump: lack,
      readConf: lack,
      logs: lack,
    },
  );
  return { ...host, close: () => {} };
};
