import { connect, type Socket } from 'node:net';
import { systemClock } from '../../src/clock.js';

/** A server as this machine reaches it. */
export interface Watched {
  id: string;
  host: string;
  port: number;
}

/** How often every data node is asked, and after how long its last answer no longer counts; milliseconds. */
const EVERY_MS = 50;
const FRESH_MS = 150;
/** For an answer: while watching, a frozen node must not hold the watch up; afterwards every node answers in the end. */
const WATCHED_MS = 1000;
const ASKED_MS = 30_000;

/** What the watcher saw. Moments are milliseconds of the system clock. */
export interface Watch {
  /** When two nodes accepted writes, with which; one entry per look. */
  readonly doubles: readonly { atMs: number; ids: string[] }[];
  /** How many answers were received. */
  answers(): number;
  close(): void;
}

/**
 * Asks every data node for ROLE and INFO over sockets of its own, and notes when two of them accept writes. Shares no
 * code with what it watches.
 */
export function watchMasters(nodes: readonly Watched[]): Watch {
  const doubles: { atMs: number; ids: string[] }[] = [];
  const lastAsMaster = new Map<string, number>();
  const stop = new AbortController();
  let answers = 0;
  const look = async (node: Watched): Promise<void> => {
    const reply = await ask(node, WATCHED_MS, ['ROLE'], ['INFO', 'replication']);
    answers += 1;
    const atMs = systemClock.now();
    const isMaster = /^\*\d+\r\n\$6\r\nmaster\r\n/.test(reply) && /\r\nrole:master\r\n/.test(reply);
    if (!isMaster) {
      lastAsMaster.delete(node.id);
      return;
    }
    lastAsMaster.set(node.id, atMs);
    const ids = [...lastAsMaster].filter(([, seenMs]) => atMs - seenMs < FRESH_MS).map(([id]) => id);
    if (ids.length > 1) doubles.push({ atMs, ids });
  };
  const follow = async (node: Watched): Promise<void> => {
    while (!stop.signal.aborted) {
      await look(node).catch(() => lastAsMaster.delete(node.id));
      await systemClock.sleep(EVERY_MS, stop.signal).catch(() => {});
    }
  };
  for (const node of nodes) void follow(node);
  return { doubles, answers: () => answers, close: () => stop.abort() };
}

/** Every key of a node that matches; throws where it does not answer. */
export async function keysAt(node: Watched, pattern: string): Promise<string[]> {
  return bulks(await ask(node, ASKED_MS, ['KEYS', pattern]));
}

/** What keeps the cluster from being converged, asked of every server; empty where nothing does. */
export async function unsettled(data: readonly Watched[], sentinels: readonly Watched[]): Promise<string[]> {
  const wrong: string[] = [];
  const named = new Set<string>();
  for (const sentinel of sentinels) {
    const fields = bulks(await ask(sentinel, ASKED_MS, ['SENTINEL', 'MASTER', 'mymaster']));
    const field = (name: string): string => fields[fields.indexOf(name) + 1] ?? '';
    named.add(`${field('ip')}:${field('port')}`);
    if (field('flags') !== 'master') wrong.push(`${sentinel.id} sees the master as ${field('flags')}`);
    if (field('num-slaves') !== String(data.length - 1))
      wrong.push(`${sentinel.id} knows ${field('num-slaves')} replicas`);
    if (field('num-other-sentinels') !== String(sentinels.length - 1))
      wrong.push(`${sentinel.id} knows ${field('num-other-sentinels')} peers`);
  }
  if (named.size !== 1) wrong.push(`the sentinels name ${[...named].join(' and ')}`);
  const infos = await Promise.all(
    data.map(async (node) => ({ node, info: await ask(node, ASKED_MS, ['INFO', 'replication']) })),
  );
  const masters = infos.filter(({ info }) => /\r\nrole:master\r\n/.test(info));
  if (masters.length !== 1)
    wrong.push(`${masters.map(({ node }) => node.id).join(', ') || 'no node'} says master`);
  for (const { node, info } of infos) {
    if (/\r\nrole:slave\r\n/.test(info) && !/\r\nmaster_link_status:up\r\n/.test(info))
      wrong.push(`${node.id} has no link`);
  }
  return wrong;
}

/** The bulk strings of a reply. */
const bulks = (reply: string): string[] =>
  [...reply.matchAll(/\$\d+\r\n([^\r]*)\r\n/g)].map((match) => match[1] ?? '');

/** Sends commands over one connection and answers with everything that comes back, up to its end. */
function ask({ host, port }: Watched, deadlineMs: number, ...commands: string[][]): Promise<string> {
  return new Promise((done, fail) => {
    const socket: Socket = connect({ host, port });
    let reply = '';
    const late = AbortSignal.timeout(deadlineMs);
    late.addEventListener('abort', () => socket.destroy(new Error('no answer')));
    socket.setEncoding('latin1');
    socket.on('connect', () => {
      const words = [...commands, ['QUIT']];
      socket.end(words.map((command) => `${command.join(' ')}\r\n`).join(''));
    });
    socket.on('data', (text: string) => {
      reply += text;
    });
    socket.on('error', fail);
    socket.on('close', () => (reply === '' ? fail(new Error('closed')) : done(reply)));
  });
}
