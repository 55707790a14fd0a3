import type { Target } from '../../cluster/target.js';
import type { GatheredNode, GatheredSentinel, RenamedCommand } from '../../model/gathered.js';
import { askingAs } from '../../wire/access.js';
import type { ConnectionOptions } from '../../wire/client.js';
import { gatherByNames } from '../../wire/gather-node.js';
import { renamedIn, toldIn } from '../renamed.js';

/**
 * Asks each data node what it could not answer because a command has another name there: by the names in its own file and
 * in those of its sentinels. Throws only the signal's reason.
 */
export const completeRenamed = (
  sentinels: readonly GatheredSentinel[],
  nodes: readonly GatheredNode[],
  target: Target,
  asking: Omit<ConnectionOptions, 'credentials'>,
): Promise<GatheredNode[]> =>
  Promise.all(
    nodes.map(async (node): Promise<GatheredNode> => {
      const names = namesFor(node, sentinels);
      if (node.silence !== null) return node;
      if (names.length === 0) return { ...node, config: explained(node.config) };
      const to = askingAs({ ...asking, access: target.access }, 'redis');
      const known = { ...node, ...(await gatherByNames(node, names, to)) };
      return { ...known, config: explained(known.config) };
    }),
  );

/** The names, each once, that files give to commands at this node, and the real ones of these commands. */
function namesFor(
  node: GatheredNode,
  sentinels: readonly GatheredSentinel[],
): Omit<RenamedCommand, 'verdict'>[] {
  const files = [
    renamedIn(node),
    ...sentinels.flatMap((s) => node.masterNames.map((name) => toldIn(s, name))),
  ];
  const given = new Map<string, Set<string>>();
  for (const names of files)
    for (const [command, as] of names ?? [])
      given.set(command, (given.get(command) ?? new Set([command])).add(as));
  return [...given].flatMap(([command, names]) =>
    [...names].filter((as) => as !== '').map((as) => ({ command, as })),
  );
}

/** Why CONFIG was not answered, where it is known by another name or by none. */
const explained = (config: GatheredNode['config']): GatheredNode['config'] =>
  !config.ok && /unknown command/i.test(config.why)
    ? {
        ok: false,
        why: 'CONFIG is renamed or disabled there, and no configuration file that can be read from here has its name',
      }
    : config;
