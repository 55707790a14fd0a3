import type { Context } from '../../src/cli/context.js';
import type { Store } from '../../src/cluster/store/state.js';
import type { PublishedAddress } from '../../src/drivers/docker/published.js';
import { formatAddress, sameAddress } from '../../src/model/address.js';
import type { AddressRule } from '../../src/model/address-map.js';
import { count, listed } from '../../src/model/words.js';
import { type AttachedHere, attachAs, type Definition } from './attach-by.js';

/** A server that is not reached where it is announced, and whose container publishes the port. */
export interface PublishedServer extends PublishedAddress {
  id: string;
}

/** One more time for a sentinel that only those name that the first map led to, and once more for who is seen by it. */
const MOST_TIMES = 3;

/**
 * Attaches a cluster with its published ports in the address map, where that was typed, or is answered with yes on a
 * terminal; otherwise they are only found.
 */
export async function attachPublished(
  context: Context,
  store: Store,
  definition: Definition,
  isTyped: boolean,
): Promise<AttachedHere & { published: PublishedServer[] }> {
  const first = await attachAs(context, store, definition);
  let attached = first;
  let { sources } = definition;
  let isWanted = isTyped;
  for (let time = 1; time <= MOST_TIMES; time += 1) {
    const published = await publishedOf(context, attached);
    if (published.length === 0) break;
    isWanted ||= await isAskedFor(context, published);
    if (!isWanted) return { ...attached, published };
    sources = { ...sources, addressMap: [...sources.addressMap, ...published.map(ruleOf)] };
    attached = await attachAs(context, store, { ...definition, sources });
  }
  return { ...attached, again: first.again, published: [] };
}

/** Of servers that are containers: those that are not reached, and where they are published. */
export async function publishedOf(
  { env }: Context,
  { record, unreached }: Pick<AttachedHere, 'record' | 'unreached'>,
): Promise<PublishedServer[]> {
  if (record.way !== 'docker' || unreached.length === 0) return [];
  const { publishedFor } = await import('../../src/drivers/docker/published.js');
  const found = await publishedFor(
    unreached.map(({ announce }) => announce),
    env,
  );
  return found.flatMap((one) => {
    const server = unreached.find(({ announce }) => sameAddress(announce, one.announce));
    // A rule that leads there already did not help.
    const isNew = server !== undefined && !sameAddress(server.endpoint, one.reach);
    return isNew ? [{ ...one, id: server.id }] : [];
  });
}

const ruleOf = ({ announce, reach }: PublishedAddress): AddressRule => ({
  ...announce,
  toHost: reach.host,
  toPort: { port: reach.port },
});

const isAskedFor = async ({ prompts }: Context, published: readonly PublishedServer[]): Promise<boolean> => {
  if (prompts === null) return false;
  const pairs = published.map(
    ({ id, announce, reach }) => `${id} ${formatAddress(announce)} → ${formatAddress(reach)}`,
  );
  return prompts.confirm(
    `${count(published.length, 'server')} can be reached by published ports: ${listed(pairs)}. Record this map?`,
  );
};
