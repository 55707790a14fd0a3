import { randomInt } from 'node:crypto';
import { refused } from '../../errors.js';
import type { NodePlan, NodeSlot } from '../../model/plan.js';
import type { ClusterSpec } from '../../model/spec.js';
import { type Held, heldPorts, refuseHeld } from '../held-ports.js';
import type { Engine, EngineFacts } from './engine/engine.js';
import { engineSubnets, hostSubnets, ownSubnet } from './network/network.js';
import { checkPorts, choosePorts } from './network/port-choice.js';
import { addressIn, chooseSubnet, isRoomy, overlaps } from './network/subnet.js';
import type { DockerSettings } from './settings.js';

/** Data nodes are pinned to .11, .12, …, sentinels to .21, .22, …: room for ten and nine, and easy to tell apart. */
const FIRST_HOST = { redis: 11, sentinel: 21 } as const;

/**
 * Gives every node its addresses. With a network of its own, each server listens inside on the very port that is
 * published, so that what the cluster announces and what this machine uses differ in the host alone.
 * Changes nothing. Throws OperatorError for ports and subnets that are not available.
 */
export async function layOut(
  engine: Engine,
  facts: EngineFacts,
  { cluster, dir }: { cluster: string; dir: string },
  settings: DockerSettings,
  spec: ClusterSpec,
  slots: readonly NodeSlot[],
): Promise<{ nodes: NodePlan[]; subnet: string }> {
  checkReach(engine, facts, settings);
  const listenOn = settings.network === 'host' ? '127.0.0.1' : settings.publish;
  const held = engine.target.remoteHost === null ? await heldPorts(dir) : new Map<number, Held>();
  const ports = await choosePorts(engine, listenOn, spec, slots, held);
  await checkPorts(engine, listenOn, ports);
  for (const { id, kind } of slots) refuseHeld({ id, kind, port: ports.get(id) ?? 0 }, held);
  const subnet = settings.network === 'host' ? '' : await pickSubnet(engine, cluster, settings.subnet);
  const count = { redis: 0, sentinel: 0 };
  const nodes = slots.map((slot): NodePlan => {
    const port = ports.get(slot.id) ?? 0;
    const host = endpointHost(engine, settings);
    const pinned = subnet === '' ? host : addressIn(subnet, FIRST_HOST[slot.kind] + count[slot.kind]++);
    return { ...slot, announce: { host: pinned, port }, endpoint: { host, port } };
  });
  return { nodes, subnet };
}

/** Where this machine reaches what is published. */
export function endpointHost(engine: Engine, settings: DockerSettings): string {
  if (settings.network === 'host') return '127.0.0.1';
  if (engine.target.remoteHost !== null) return engine.target.remoteHost;
  if (settings.publish === '0.0.0.0') return '127.0.0.1';
  return settings.publish === '::' ? '::1' : settings.publish;
}

function checkReach(engine: Engine, facts: EngineFacts, settings: DockerSettings): void {
  const { remoteHost, shown } = engine.target;
  if (settings.network === 'host' && (remoteHost !== null || facts.desktop)) {
    throw refused(
      'no-host-network',
      `the host network of the engine at ${shown} is not the network of this machine`,
      {
        why: facts.desktop
          ? 'Docker Desktop runs containers in a virtual machine'
          : `it runs on ${remoteHost}`,
        hint: '--network bridge',
      },
    );
  }
  const isLoopback = settings.publish.startsWith('127.') || settings.publish === '::1';
  if (settings.network === 'bridge' && remoteHost !== null && isLoopback) {
    throw refused(
      'publish-unreachable',
      `ports published on ${settings.publish} of ${remoteHost} cannot be reached from here`,
      {
        hint: `--publish ADDRESS # one of ${remoteHost} that this machine reaches; set a password too: --password-file FILE`,
      },
    );
  }
}

async function pickSubnet(engine: Engine, cluster: string, asked: string): Promise<string> {
  // The network of an interrupted `up` is used again.
  const own = await ownSubnet(engine, cluster);
  if (own !== undefined && isRoomy(own) && (asked === '' || asked === own)) return own;
  const ofEngine = await engineSubnets(engine);
  const ofHost = engine.target.remoteHost === null ? await hostSubnets() : [];
  const taken = [...ofEngine.map(({ subnet }) => subnet), ...ofHost];
  if (asked !== '') {
    const holder = ofEngine.find(({ subnet }) => overlaps(subnet, asked));
    if (isRoomy(asked) && !taken.some((other) => overlaps(other, asked))) return asked;
    throw refused('subnet-taken', `the subnet ${asked} is not available`, {
      why: !isRoomy(asked)
        ? 'it is not an IPv4 subnet of at least 32 addresses, such as 10.213.7.0/24'
        : holder === undefined
          ? 'this machine has an interface in it or a route to it'
          : `the Docker network ${holder.network} has ${holder.subnet}`,
      hint: 'omit it, and sentinelctl chooses one',
    });
  }
  const found = chooseSubnet(taken, randomInt(256));
  if (found !== undefined) return found;
  throw refused('no-free-subnet', "no private subnet is free for the cluster's network", {
    why: `${taken.length} subnets are in use by Docker networks and this machine's routes`,
    hint: '--network host # or remove unused networks: docker network prune',
  });
}
