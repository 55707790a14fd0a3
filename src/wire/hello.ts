import type { Address } from '../model/address.js';
import { HELLO_CHANNEL, helloMessage } from '../model/hello.js';
import type { Silence } from '../model/snapshot.js';
import { type Connection, type ConnectionOptions, openConnection } from './client.js';
import { silenceOf } from './error.js';
import { addressOf, numberOf } from './info.js';
import { parseRecord, recordAddress } from './replies.js';

/** A sentinel that is announced to the others, and they to it. */
export interface Introduced {
  endpoint: Address;
  /** Where its peers reach it. */
  announce: Address;
  /** Its `sentinel myid`; asked for where it is empty. */
  sentinelId: string;
}

/** A sentinel with an open line, and the master as it has it in its configuration. */
interface Present extends Introduced {
  connection: Connection;
  master: Address;
  configEpoch: number;
}

/**
 * Announces sentinels to each other, instead of waiting for their own hello messages (the first after 2 s). A sentinel
 * that cannot be asked, or does not monitor `masterName`, is left out and named in the result: an announced peer that
 * cannot be reached would only be tried again after a second.
 * Throws only the signal's reason.
 */
export async function announceSentinels(
  sentinels: Introduced[],
  { masterName }: { masterName: string },
  options: ConnectionOptions,
): Promise<{ announce: Address; silence: Silence }[]> {
  const left: { announce: Address; silence: Silence }[] = [];
  const attempt = async <T>(announce: Address, work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      options.signal?.throwIfAborted();
      left.push({ announce, silence: silenceOf(error) });
      return undefined;
    }
  };
  const greeted = await Promise.all(sentinels.map((s) => attempt(s.announce, greet(s, masterName, options))));
  const present = greeted.filter((p) => p !== undefined);
  try {
    await Promise.all(
      present.map((to) =>
        attempt(
          to.announce,
          Promise.all(
            present
              .filter((peer) => peer !== to)
              .map((peer) => to.connection.call('PUBLISH', HELLO_CHANNEL, greetingOf(peer, masterName))),
          ),
        ),
      ),
    );
    return left;
  } finally {
    for (const { connection } of present) connection.close();
  }
}

async function greet(sentinel: Introduced, masterName: string, options: ConnectionOptions): Promise<Present> {
  const connection = await openConnection(sentinel.endpoint, options);
  try {
    const record = parseRecord(await connection.call('SENTINEL', 'MASTER', masterName));
    const configEpoch = numberOf(record.get('config-epoch')) ?? 0;
    const sentinelId = sentinel.sentinelId || String(await connection.call('SENTINEL', 'MYID'));
    return { ...sentinel, sentinelId, connection, master: recordAddress(record), configEpoch };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * What the peer itself would say, with the address and the epoch that it has: a higher one with another address would make
 * the reader switch its master.
 */
const greetingOf = ({ announce, sentinelId, configEpoch, master }: Present, masterName: string): string =>
  helloMessage({ address: announce, sentinelId }, { masterName, master, epoch: configEpoch });

/** `ip,port,runid,current_epoch,master_name,master_ip,master_port,master_config_epoch` (sentinel.c, sentinelSendHello). */
export function helloIn(
  message: string,
): { sentinelId: string; address: Address; masterName: string; master: Address } | null {
  const [ip, port, sentinelId, , masterName, masterIp, masterPort, epoch] = message.split(',');
  const address = addressOf(ip, port);
  const master = addressOf(masterIp, masterPort);
  if (address === undefined || master === undefined || epoch === undefined) return null;
  // A name goes into commands that are printed; sentinel.c takes no other characters.
  if (!sentinelId || !masterName || !/^[\w.-]+$/.test(masterName)) return null;
  return { sentinelId, address, masterName, master };
}
