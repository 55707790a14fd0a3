import type { Address } from '../model/address.js';
import type { Silence } from '../model/snapshot.js';
import { type Found, keyOf } from './discovery.js';

/** What a server says of itself; undefined where it did not. */
interface Said {
  /** The path of its configuration file; empty for a server that was started without one. */
  configFile: string | undefined;
  pid: string | undefined;
}

/** What is known of the server that answers in the place of a node, in words; null where the node does, by its file. */
function otherThan(file: string | undefined, { configFile, pid }: Said): string | null {
  if (file === undefined || configFile === undefined) return null;
  // `redis-server ./redis.conf` (config.c keeps the dot, util.c: getAbsolutePath).
  if (configFile.replaceAll('/./', '/').endsWith(file)) return null;
  return [...(pid === undefined ? [] : [`pid ${pid}`]), configFile || 'no configuration file'].join(', ');
}

/**
 * All of them; what was heard at the address of a node where another server answers is not the node's: `silenced` makes
 * one that said nothing. One that the sentinels name as the master is what the clients use: what it says stays, and
 * `other` says what it is. `known`: how the paths of the nodes' files end. `masters`: the addresses that the sentinels name.
 */
export function withoutOthers<S extends { id: string; announce: Address; other?: string }>(
  all: readonly Found<S>[],
  {
    known,
    masters,
  }: { known: readonly { id: string; file?: string | undefined }[]; masters: readonly Address[] },
  said: (server: S) => Said,
  silenced: (server: S, silence: Silence) => S,
): Found<S>[] {
  return all.map((found) => {
    const { server } = found;
    const other = otherThan(known.find(({ id }) => id === server.id)?.file, said(server));
    if (other === null) return found;
    const isMaster = masters.some((master) => keyOf(master) === keyOf(server.announce));
    const message = `is not the server that answers at its address (${other})`;
    return {
      ...found,
      server: isMaster ? { ...server, other } : silenced(server, { kind: 'protocol', other, message }),
    };
  });
}
