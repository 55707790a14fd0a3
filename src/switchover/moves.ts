import type { Clock } from '../clock.js';
import type { Address } from '../model/address.js';
import { HELLO_CHANNEL } from '../model/hello.js';
import { until } from '../until.js';
import type { Credentials } from '../wire/access.js';
import { type Connection, openConnection } from '../wire/client.js';
import { parseRole } from '../wire/replies.js';
import { transaction } from '../wire/transaction.js';

/** A server, and what opens it. Plain data: the guard is given it through a pipe. */
export interface Server {
  id: string;
  endpoint: Address;
  credentials: Credentials;
}

/** A sentinel, the hello that makes it name the new master, and the one that takes that back. */
interface ToldSentinel extends Server {
  hello: string;
  back: string;
}

/** Everything that the moves need, read beforehand. Contains passwords: never written down, never an argument. */
export interface Move {
  masterName: string;
  master: Server;
  target: Server;
  /** The other replicas. */
  others: Server[];
  sentinels: ToldSentinel[];
  /** As the sentinels name them. */
  masterAddress: Address;
  targetAddress: Address;
  /** How long writes are held back at most, in milliseconds. */
  pauseMs: number;
}

/** One connection to each server of a move. */
export interface Links {
  master: Connection;
  target: Connection;
  others: { id: string; connection: Connection }[];
  sentinels: { id: string; hello: string; back: string; connection: Connection }[];
  /** That of a server by its id. Throws where the move does not know it. */
  to(id: string): Connection;
  close(): void;
}

/** Opens all of them. Throws WireError where one cannot be opened; leaves nothing open then. */
export async function openLinks(move: Move, clock: Clock, deadlineMs: number): Promise<Links> {
  const open: Connection[] = [];
  const byId = new Map<string, Connection>();
  const link = async ({ id, endpoint, credentials }: Server): Promise<Connection> => {
    // Without a signal: the turn is never cut in the middle.
    const connection = await openConnection(endpoint, { clock, deadlineMs, credentials });
    open.push(connection);
    byId.set(id, connection);
    return connection;
  };
  const close = (): void => {
    for (const connection of open) connection.close();
  };
  const all = await Promise.allSettled([
    link(move.master),
    link(move.target),
    Promise.all(move.others.map(async (server) => ({ id: server.id, connection: await link(server) }))),
    Promise.all(
      move.sentinels.map(async ({ hello, back, ...server }) => ({
        id: server.id,
        hello,
        back,
        connection: await link(server),
      })),
    ),
  ]);
  const to = (id: string): Connection => {
    const connection = byId.get(id);
    if (connection === undefined) throw new Error(`${id} takes no part in the move`);
    return connection;
  };
  const failure = all.find((one) => one.status === 'rejected');
  const [master, target, others, sentinels] = all.map((one) =>
    one.status === 'fulfilled' ? one.value : undefined,
  ) as [Connection, Connection, Links['others'], Links['sentinels']];
  if (failure === undefined) return { master, target, others, sentinels, to, close };
  close();
  throw failure.reason;
}

/** `REPLICAOF host port`. */
export const replicaOf = ({ host, port }: Address): (string | number)[] => ['REPLICAOF', host, port];

/** What makes the old master a replica, in one message: nothing is written in between, and its clients look again. */
export const demotion = (move: Pick<Move, 'targetAddress'>): (string | number)[][] => [
  ['ROLE'],
  replicaOf(move.targetAddress),
  ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'],
  ['CLIENT', 'KILL', 'TYPE', 'pubsub'],
  ['CLIENT', 'UNPAUSE'],
];

/** Makes the target a master. Throws WireError. */
export const promote = async ({ target }: Links): Promise<void> => {
  await target.call('REPLICAOF', 'NO', 'ONE');
};

/** The same answers in any order: each settles by itself. */
export interface TurnSent {
  /** The old master's ROLE right before it became a replica. */
  demoted: Promise<unknown>;
  /** Per sentinel: the master that it names right after its hello. */
  told: { id: string; names: Promise<unknown> }[];
  followed: Promise<unknown>[];
}

/**
 * Sends the demotion, then the hellos, then the other replicas' new master, all at once: none waits for another. The old
 * master's goes out first: a master that is named while the old one still takes writes loses those.
 */
export function sendTurn(links: Links, move: Move): TurnSent {
  const demoted = transaction(links.master, demotion(move)).then(([role]) => role);
  const told = links.sentinels.map(({ id, hello, connection }) => {
    const published = connection.call('PUBLISH', HELLO_CHANNEL, hello);
    const names = connection.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', move.masterName);
    return { id, names: Promise.all([published, names]).then(([, named]) => named) };
  });
  const followed = links.others.map(({ connection }) => connection.call(...replicaOf(move.targetAddress)));
  return { demoted, told, followed };
}

/** Lets writes go on where they were: idempotent. */
export const unpause = ({ master }: Links): Promise<unknown> => master.call('CLIENT', 'UNPAUSE');

/**
 * Puts every role back, once what follows the target has taken over its history: without that, the target would need a full
 * resync. The old master first, then the target and the others behind it. A sentinel that did not answer may
 * take its hello later: all are told of the old master with a higher epoch. Throws the first WireError.
 */
export async function putBack(links: Links, move: Move, clock: Clock): Promise<void> {
  await Promise.all(
    [links.master, ...links.others.map((one) => one.connection)].map((c) => isLinked(c, clock)),
  );
  await transaction(links.master, [
    ['REPLICAOF', 'NO', 'ONE'],
    ['CLIENT', 'UNPAUSE'],
  ]);
  const followers = [links.target, ...links.others.map(({ connection }) => connection)];
  const back = await Promise.allSettled([
    ...followers.map((c) => c.call(...replicaOf(move.masterAddress))),
    Promise.any(
      links.sentinels.map(({ connection, back }) => connection.call('PUBLISH', HELLO_CHANNEL, back)),
    ),
  ]);
  const failure = back.find((one) => one.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

/** How long a node may take to be linked to its new master, and how often it is asked; milliseconds. */
const LINKED_MS = 1000;
const LOOK_EVERY_MS = 2;

/** Waits until a node that follows another one has its link; also where it is not said in time. */
async function isLinked(connection: Connection, clock: Clock): Promise<void> {
  await until(
    async () => {
      const { role, link } = parseRole(await connection.call('ROLE'));
      return role !== 'replica' || link === 'connected' ? true : undefined;
    },
    { clock, everyMs: LOOK_EVERY_MS, deadlineMs: LINKED_MS },
  ).catch(() => {});
}
