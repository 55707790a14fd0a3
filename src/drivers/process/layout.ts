import { type OperatorError, refused, usageError } from '../../errors.js';
import { holderOf, type PortHolder } from '../../host/port-holder.js';
import { isPortFree, type ReservedPort, releaseAll, reservePorts } from '../../host/ports.js';
import { sameAddress } from '../../model/address.js';
import type { NodePlan, NodeSlot } from '../../model/plan.js';
import type { ClusterSpec } from '../../model/spec.js';
import { heldPorts, otherPort, refuseHeld } from '../held-ports.js';
import { HOST } from './node-files.js';

/**
 * Gives every node its port and checks that all of them are free, before anything is started. Throws `bad-port` (64)
 * for ports above 65535 or assigned twice, `port-taken` (3), and what isPortFree and reservePorts throw. `dir` is the
 * cluster's own directory. `hostOf` gives each node its address; ports are distinct even then, so that a port identifies
 * a node. `reserve` gets the ports that were chosen, by node: each is released before its server starts.
 */
export async function layOut(
  dir: string,
  spec: ClusterSpec,
  slots: NodeSlot[],
  reserve: (id: string, reserved: ReservedPort) => void,
  hostOf: (id: string) => string = () => HOST,
): Promise<NodePlan[]> {
  const data = slots.filter((slot) => slot.kind === 'redis');
  const sentinels = slots.filter((slot) => slot.kind === 'sentinel');
  const fixedData = spec.port === 'auto' ? undefined : portRange('--port', spec.port, data.length);
  const fixedSentinels =
    spec.sentinelPort === 'auto'
      ? undefined
      : portRange('--sentinel-port', spec.sentinelPort, sentinels.length);
  if (fixedData !== undefined && fixedSentinels !== undefined) refuseOverlap(fixedData, fixedSentinels);

  const held = await heldPorts(dir);
  const beside = (ports: readonly number[] = []): Set<number> => new Set([...held.keys(), ...ports]);
  const chosenData =
    fixedData === undefined ? await reservePorts(data.length, hostOf('redis-1'), beside(fixedSentinels)) : [];
  const dataPorts = fixedData ?? portsOf(chosenData);
  const chosenSentinels =
    fixedSentinels === undefined
      ? await reservePorts(sentinels.length, hostOf('sentinel-1'), beside(dataPorts))
      : [];
  const sentinelPorts = fixedSentinels ?? portsOf(chosenSentinels);
  const chosen = [...chosenData, ...chosenSentinels];
  // Another `up` may have written the files of its nodes since, and start their servers a moment later.
  const heldNow = await heldPorts(dir);
  if (chosen.some(({ port }) => heldNow.has(port))) {
    await releaseAll(chosen);
    return layOut(dir, spec, slots, reserve, hostOf);
  }
  const nodes = slots.map((slot): NodePlan => {
    const [group, ports] = slot.kind === 'redis' ? [data, dataPorts] : [sentinels, sentinelPorts];
    // A slot is in its own group, and there is a port for each member.
    const address = { host: hostOf(slot.id), port: ports[group.indexOf(slot)] ?? 0 };
    return { ...slot, announce: address, endpoint: { ...address } };
  });
  for (const { id, endpoint } of nodes) {
    const reserved = chosen.find(({ port }) => port === endpoint.port);
    if (reserved !== undefined) reserve(id, reserved);
  }
  await refuseTaken(nodes.filter(({ endpoint }) => !chosen.some((one) => sameAddress(one, endpoint))));
  for (const { id, kind, endpoint } of nodes) refuseHeld({ id, kind, port: endpoint.port }, heldNow);
  return nodes;
}

const portsOf = (reserved: readonly ReservedPort[]): number[] => reserved.map(({ port }) => port);

function portRange(option: string, first: number, count: number): number[] {
  const last = first + count - 1;
  if (last > 65_535) {
    throw usageError(
      'bad-port',
      `${option} ${first} leaves no room: ${count} nodes would need ports up to ${last}`,
      {
        why: 'the last port is 65535',
        hint: `${option} ${65_535 - count + 1} # or less, or ${option} auto`,
      },
    );
  }
  return Array.from({ length: count }, (_, i) => first + i);
}

function refuseOverlap(data: number[], sentinels: number[]): void {
  const both = data.find((port) => sentinels.includes(port));
  if (both === undefined) return;
  throw usageError('bad-port', `port ${both} would be used twice: by a data node and by a sentinel`, {
    why: `data nodes take ${show(data)}, sentinels take ${show(sentinels)}`,
    hint: '--sentinel-port auto # or move one of them: --port, --sentinel-port',
  });
}

const show = (ports: number[]): string =>
  ports.length === 1 ? `${ports[0]}` : `${ports[0]} to ${ports.at(-1)}`;

async function refuseTaken(nodes: NodePlan[]): Promise<void> {
  const free = await Promise.all(nodes.map(({ endpoint }) => isPortFree(endpoint.host, endpoint.port)));
  const taken = nodes.filter((_, i) => free[i] === false);
  const [first, ...others] = taken;
  if (first !== undefined) throw await portTaken(first, others);
}

async function portTaken(node: NodePlan, others: NodePlan[]): Promise<OperatorError> {
  const { port } = node.endpoint;
  const holder = await holderOf(port);
  const held = holder === undefined ? 'in use by an unknown process' : `in use by ${heldBy(holder)}`;
  const more = others.map((other) => `port ${other.endpoint.port} of ${other.id} is also in use`);
  return refused('port-taken', `port ${port} of ${node.id} is in use`, {
    why: [held, ...more].join('\n'),
    hint: otherPort(node.kind),
  });
}

/** The configuration file of a node names its cluster, also that of another state directory. */
function heldBy({ pid, command }: PortHolder): string {
  const [, cluster, node] = /\/clusters\/([^/]+)\/nodes\/([^/]+)\//.exec(command) ?? [];
  const of = cluster === undefined ? '' : `${node} of cluster "${cluster}", `;
  return `${of}pid ${pid}: ${command}`;
}
