import { readFile } from 'node:fs/promises';
import { refused } from '../../../errors.js';
import { changePacketRules, readPacketRules, whyNoPacketRules } from '../../../host/packet-filter.js';
import type { Env } from '../../driver.js';
import type { Connected } from '../containers/containers.js';
import type { EngineFacts } from '../engine/engine.js';
import { changeInside, rulesInside } from './helper.js';
import { ensureLinksImage } from './image.js';
import type { NodeParty } from './parties.js';

/** Packet rules in the network namespaces of running containers. */
export interface Inside {
  read(party: NodeParty): Promise<string>;
  change(party: NodeParty, changes: string): Promise<void>;
}

/**
 * How rules in the containers' networks are changed: with this machine's iptables where the containers run here and this
 * user is root, which takes milliseconds; else with a container that joins each network, which takes 0.5 s. Or why not.
 */
export async function waysInside(
  cluster: Connected,
  facts: EngineFacts,
  env: Env,
): Promise<{ inside: Inside } | { why: string }> {
  const isHere = cluster.engine.target.remoteHost === null && !facts.desktop;
  if (isHere && (await whyNoPacketRules()) === undefined)
    return { inside: byThisMachine(byHelper(cluster, facts, env)) };
  const image = await ensureLinksImage(cluster.engine, facts, env);
  return 'why' in image ? image : { inside: byHelper(cluster, facts, env) };
}

/**
 * Through a helper container; its image is built when first needed.
 * @internal Tests need this way also where the other one works.
 */
export function byHelper(cluster: Connected, facts: EngineFacts, env: Env): Inside {
  let made: Promise<string> | undefined;
  const image = (): Promise<string> => {
    made ??= ensureLinksImage(cluster.engine, facts, env).then((found) => {
      if ('ref' in found) return found.ref;
      throw refused('no-links', "the containers' networks cannot be entered", { why: found.why });
    });
    return made;
  };
  return {
    read: async ({ containerId }) => rulesInside(cluster, await image(), containerId),
    change: async ({ containerId }, changes) => changeInside(cluster, await image(), containerId, changes),
  };
}

function byThisMachine(otherwise: Inside): Inside {
  return {
    read: async (party) =>
      (await isSameProcess(party)) ? readPacketRules(party.pid) : otherwise.read(party),
    change: async (party, changes) =>
      (await isSameProcess(party)) ? changePacketRules(changes, party.pid) : otherwise.change(party, changes),
  };
}

/** Whether the engine's pid means the same process here: its control group is named after the container. */
async function isSameProcess({ pid, containerId }: NodeParty): Promise<boolean> {
  if (pid <= 0) return false;
  const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  return groups.includes(containerId);
}
