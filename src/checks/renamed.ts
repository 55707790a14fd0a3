import type { GatheredNode, GatheredSentinel } from '../model/gathered.js';
import { allOf, sentinelLines } from './files/settings.js';
import { linesOf } from './sentinels.js';

/** What Sentinel says to data nodes (sentinel.c, sentinelInstanceMapCommand and its callers). */
export const OF_NODES: ReadonlySet<string> = new Set([
  'SLAVEOF',
  'CONFIG',
  'CLIENT',
  'MULTI',
  'EXEC',
  'PING',
  'INFO',
  'PUBLISH',
  'SUBSCRIBE',
  'SCRIPT',
  'AUTH',
]);

/** By the command in upper case: its other name, empty where it is disabled. */
type Names = ReadonlyMap<string, string>;

const namesIn = (pairs: readonly (readonly [command: string, as: string])[]): Names =>
  new Map(
    pairs.flatMap(([command, as]): [string, string][] =>
      OF_NODES.has(command.toUpperCase()) ? [[command.toUpperCase(), as]] : [],
    ),
  );

/** The commands of Sentinel that a data node's own file renames; null where it cannot be read. */
export function renamedIn(node: GatheredNode): Names | null {
  const lines = linesOf(node);
  return (
    lines && namesIn(allOf(lines, 'rename-command').map(({ args: [command = '', as = ''] }) => [command, as]))
  );
}

/** By which names a sentinel calls commands at the data nodes of a master; null where its file cannot be read. */
export function toldIn(sentinel: GatheredSentinel, masterName: string): Names | null {
  const lines = linesOf(sentinel);
  return (
    lines &&
    namesIn(
      sentinelLines(lines, 'rename-command', masterName).map(({ args: [, , command = '', as = ''] }) => [
        command,
        as,
      ]),
    )
  );
}
