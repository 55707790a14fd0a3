import type { Address } from '../model/address.js';
import type { Silence } from '../model/snapshot.js';
import { keyOf } from './discovery.js';

/** A node whose configuration file is known, and what answered at its address. */
interface Answered {
  announce: Address;
  /** How the path of its file ends; absent where that is not known. */
  file?: string | undefined;
  /** The path that INFO gave; empty for a server that was started without a file, absent where it did not say. */
  configFile: string | undefined;
  pid: string | undefined;
}

/**
 * What is said of a node at whose address another server answers, by that server's file; null of every other. One that
 * the sentinels name as the master is what the clients use: it stays. `masters`: the addresses that they name.
 */
export function otherServer(
  { announce, configFile, file, pid }: Answered,
  masters: readonly Address[],
): Silence | null {
  if (file === undefined || configFile === undefined || configFile.endsWith(file)) return null;
  if (masters.some((master) => keyOf(master) === keyOf(announce))) return null;
  const who = [...(pid === undefined ? [] : [`pid ${pid}`]), configFile || 'no configuration file'].join(
    ', ',
  );
  return { kind: 'protocol', other: who, message: `is not what answers there: another server does (${who})` };
}
