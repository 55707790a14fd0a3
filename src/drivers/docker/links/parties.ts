import type { Link } from '../../links.js';
import { dropRule, type PacketRule } from '../../links-rules.js';
import type { Connected } from '../containers/containers.js';
import { NODE_LABEL, networkName, ofCluster } from '../containers/labels.js';
import { engineError } from '../engine/errors.js';

/** A node as far as its packets are concerned. */
export interface NodeParty {
  id: string;
  containerId: string;
  running: boolean;
  /** Of its server, as the engine's machine counts; 0 where it is down. */
  pid: number;
  /** In the cluster's network; kept while the container is down. */
  address: string;
  /** The same inside and published. */
  port: number;
}

/** Every node that has a container. Throws OperatorError. */
export async function partiesOf({ engine, cluster }: Connected): Promise<NodeParty[]> {
  const listed = await engine.api
    .listContainers({ all: true, filters: ofCluster(cluster) })
    .catch((error: unknown) => Promise.reject(engineError(error, engine.target, 'list containers')));
  const nodes = listed.filter(({ Labels }) => Labels[NODE_LABEL] !== undefined);
  return Promise.all(
    nodes.map(async ({ Id, Labels }) => {
      const { State, NetworkSettings, Config } = await engine.api
        .getContainer(Id)
        .inspect()
        .catch((error: unknown) => Promise.reject(engineError(error, engine.target, 'look at a container')));
      const endpoint = NetworkSettings.Networks[networkName(cluster)];
      return {
        id: Labels[NODE_LABEL] ?? '',
        containerId: Id,
        running: State.Running,
        pid: State.Pid,
        address: endpoint?.IPAMConfig?.IPv4Address ?? endpoint?.IPAddress ?? '',
        port: Number.parseInt(Object.keys(Config.ExposedPorts ?? {})[0] ?? '0', 10),
      };
    }),
  );
}

/**
 * Which rules go into which node's network. A link can be cut at either end; the node that is an end of most of them
 * takes its share first, so that cutting one node off from all others touches that one alone. Links between two stopped
 * nodes do not exist.
 */
export function placed(
  links: readonly Link[],
  parties: readonly NodeParty[],
  tag: string,
): Map<NodeParty, PacketRule[]> {
  const addressOf = (id: string): string => parties.find((party) => party.id === id)?.address ?? '';
  const touches = (party: NodeParty, { from, to }: Link): boolean => party.id === from || party.id === to;
  const rules = new Map<NodeParty, PacketRule[]>();
  let left = [...links];
  for (;;) {
    const counted = parties
      .filter(({ running }) => running)
      .map((party) => ({ party, links: left.filter((link) => touches(party, link)) }))
      .sort((a, b) => b.links.length - a.links.length);
    const [most] = counted;
    if (most === undefined || most.links.length === 0) return rules;
    rules.set(
      most.party,
      most.links.map(({ from, to }) =>
        to === most.party.id
          ? dropRule('INPUT', addressOf(from), null, tag)
          : dropRule('OUTPUT', null, addressOf(to), tag),
      ),
    );
    left = left.filter((link) => !touches(most.party, link));
  }
}
