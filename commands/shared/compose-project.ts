import type { Context } from '../../src/cli/context.js';
import type { ProjectAddress } from '../../src/drivers/docker/compose-project.js';
import { unreachable } from '../../src/errors.js';
import type { Address } from '../../src/model/address.js';
import type { AddressRule } from '../../src/model/address-map.js';
import { isLocked } from '../../src/model/snapshot.js';

/** How long a container may take to say what it is, in milliseconds. */
const PROBE_MS = 2000;

/**
 * The sentinels of a compose project, and where its announced addresses are reached from here. Throws `no-such-project`
 * (3), and `no-sentinel` (5) where none of its containers is a sentinel.
 */
export async function sentinelsOfProject(
  context: Context,
  project: string,
): Promise<{ sentinels: Address[]; rules: AddressRule[] }> {
  const { composeProject } = await import('../../src/drivers/docker/compose-project.js');
  const { addresses, rules } = await composeProject(project, context.env);
  const are = await Promise.all(addresses.map((one) => isSentinelAt(context, one)));
  const sentinels = addresses.flatMap(({ reach }, i) => (are[i] === true ? [reach] : []));
  if (sentinels.length > 0) return { sentinels, rules };
  const containers = [...new Set(addresses.map(({ container }) => container))];
  throw unreachable('no-sentinel', `no container of the compose project "${project}" is a sentinel`, {
    why: `it has ${containers.join(', ')}`,
    hint: 'sentinelctl attach NAME --sentinel-addrs HOST:PORT # if a sentinel listens on another port',
  });
}

async function isSentinelAt(
  { clock, signal }: Context,
  { reach, isSentinelByCommand }: ProjectAddress,
): Promise<boolean> {
  const { openConnection, WireError } = await import('../../src/wire/client.js');
  const { isSentinel, parseInfo } = await import('../../src/wire/info.js');
  try {
    const connection = await openConnection(reach, { clock, signal, deadlineMs: PROBE_MS });
    try {
      return isSentinel(parseInfo(await connection.call('INFO', 'server')));
    } finally {
      connection.close();
    }
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    // It wants a password or TLS, and says nothing of itself without.
    return isLocked(error.silence) && isSentinelByCommand;
  }
}
