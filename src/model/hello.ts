import { type Address, sameAddress } from './address.js';
import { sentinelViewsOf } from './facts.js';
import { isDown } from './flags.js';
import type { MasterView, SeenSentinel, Snapshot } from './snapshot.js';

/** On which every sentinel tells the others about itself and its master. */
export const HELLO_CHANNEL = '__sentinel__:hello';

/** The master as a hello carries it. */
export interface Told {
  masterName: string;
  master: Address;
  /** The configuration epoch of that address. */
  epoch: number;
}

/**
 * What a sentinel says of itself and of its master (sentinel.c, sentinelSendHello; read by
 * sentinelProcessHelloMessage): eight tokens,
 * `ip,port,runid,current_epoch,master_name,master_ip,master_port,master_config_epoch`. A higher configuration epoch with
 * another address makes the reader switch its master. The current epoch cannot be queried; it is never below the
 * configuration epoch, and a reader takes only a higher one than its own.
 */
export const helloMessage = (
  peer: { address: Address; sentinelId: string },
  { masterName, master, epoch }: Told,
): string =>
  [
    peer.address.host,
    peer.address.port,
    peer.sentinelId,
    epoch,
    masterName,
    master.host,
    master.port,
    epoch,
  ].join(',');

/**
 * A peer that a sentinel may be given a hello of: one that it knows by id and address, and that is alive. Its own id would
 * make a permanent ghost of itself, an unknown one a ghost or an evicted peer (sentinelProcessHelloMessage). Null: it has none.
 */
export function livingPeer(
  view: Pick<MasterView, 'sentinels'>,
  alive: readonly string[],
): SeenSentinel | null {
  const fit = view.sentinels.filter(
    ({ sentinelId, flags }) =>
      alive.includes(sentinelId) && !isDown(flags) && !flags.includes('disconnected'),
  );
  return fit[0] ?? null;
}

/** The hello for one sentinel, in the words of a peer of it. */
export interface HelloTo {
  sentinel: string;
  message: string;
}

/**
 * For each sentinel that answers: the hello that makes it take `to` for the master, spelled as it lists that node. Not
 * for one without a living peer. Without `epoch`: what changes nothing, the master and the epoch that it has.
 */
export function hellosFor(
  snapshot: Snapshot,
  masterName: string,
  { to, epoch }: { to?: Address; epoch?: number } = {},
): HelloTo[] {
  const alive = snapshot.sentinels.flatMap((s) => s.answer?.sentinelId ?? []);
  return sentinelViewsOf(snapshot, masterName).flatMap(({ sentinel, view }): HelloTo[] => {
    const peer = livingPeer(
      view,
      alive.filter((id) => id !== sentinel.answer.sentinelId),
    );
    if (peer === null) return [];
    const listed = view.replicas.find(({ address }) => sameAddress(address, to))?.address;
    const master = to === undefined ? view.address : (listed ?? to);
    const told = { masterName, master, epoch: epoch ?? view.configEpoch };
    return [{ sentinel: sentinel.id, message: helloMessage(peer, told) }];
  });
}
