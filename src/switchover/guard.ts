import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.js';
import { machineNowMs } from '../host/monotonic.js';
import { sameAddress } from '../model/address.js';
import { until } from '../until.js';
import { ASK_DEADLINE_MS } from '../wire/access.js';
import { type Connection, openConnection } from '../wire/client.js';
import { parseMasterAddress, parseRole } from '../wire/replies.js';
import { transaction } from '../wire/transaction.js';
import { linesOf } from './guard-lines.js';
import {
  demotion,
  type Links,
  type Move,
  openLinks,
  promote,
  putBack,
  type Server,
  sendTurn,
  unpause,
} from './moves.js';

/** The pipe to the command that started it. */
const PIPE = 3;

/** How it ended: nothing was left to do, writes were let go on, the move was finished, or the roles were put back. */
export type Finish = 'not-needed' | 'released' | 'finished' | 'put-back';

/**
 * Stands beside a command that moves a master, with its connections open and its messages ready. Where that command ends
 * between the pause and its last message, or hangs until the pause is nearly over, it sends what is missing.
 */
export async function standBy(clock: Clock, pipe: Duplex = new Socket({ fd: PIPE })): Promise<Finish> {
  pipe.on('error', () => {});
  const ended = new Promise<void>((done) => pipe.once('close', done).once('end', done));
  const lines = linesOf(pipe);
  const first = await Promise.race([lines.next(), ended]);
  if (typeof first !== 'string') return 'not-needed';
  const move = JSON.parse(first) as Move;
  const links = await openLinks(move, clock, ASK_DEADLINE_MS);
  try {
    let armedUntilMs: number | null = null;
    let isHeld = false;
    let followsUntilMs: number | null = null;
    let begun = false;
    let cancel = (): void => {};
    const late = new Promise<void>((ring) => {
      lines.onLine((line) => {
        const [word, until] = line.split(' ');
        if (word === 'held') isHeld = true;
        else if (word === 'follow') followsUntilMs = Number(until);
        else if (word === 'armed') {
          armedUntilMs = Number(until);
          // A quarter of the pause is left for what is missing.
          cancel = clock.after(Math.max(0, armedUntilMs - machineNowMs() - move.pauseMs / 4), ring);
        } else if (word === 'off') {
          if (!begun) armedUntilMs = null;
          isHeld = false;
          followsUntilMs = null;
          pipe.write(begun ? 'begun\n' : 'off\n');
        }
      });
    });
    pipe.write('ready\n');
    await Promise.race([ended, late]);
    cancel();
    if (followsUntilMs !== null) return await demoteWhenPromoted(links, move, followsUntilMs, clock);
    if (armedUntilMs === null) {
      if (!isHeld) return 'not-needed';
      await unpause(links);
      return 'released';
    }
    begun = true;
    const untilMs = armedUntilMs;
    return await withMaster(links, move, clock, (open) => finish(open, move, untilMs, clock));
  } finally {
    links.close();
  }
}

/**
 * The command's own demotion closes the connection to the old master: whether it was that is seen on another one, which
 * is closed afterwards, since an open one keeps this process alive.
 */
async function withMaster(
  links: Links,
  move: Move,
  clock: Clock,
  work: (links: Links) => Promise<Finish>,
): Promise<Finish> {
  const isOpen = await links.master.call('ROLE').then(
    () => true,
    () => false,
  );
  if (isOpen) return work(links);
  const { endpoint, credentials } = move.master;
  const master = await openConnection(endpoint, { clock, deadlineMs: ASK_DEADLINE_MS, credentials }).catch(
    () => null,
  );
  try {
    return await work(master === null ? links : { ...links, master });
  } finally {
    master?.close();
  }
}

async function finish(links: Links, move: Move, untilMs: number, clock: Clock): Promise<Finish> {
  if (machineNowMs() >= untilMs && !(await mayGoOn(links, move))) {
    await putBack(links, move, clock);
    return 'put-back';
  }
  await promote(links);
  const { demoted, told, followed } = sendTurn(links, move);
  await Promise.allSettled([demoted, ...told.map(({ names }) => names), ...followed]);
  return 'finished';
}

/** After the pause the old master may have taken writes: only where it no longer is one, or the new one has been named. */
async function mayGoOn(links: Links, move: Move): Promise<boolean> {
  const isDemoted = links.master.call('ROLE').then(
    (role) => parseRole(role).role === 'replica',
    () => false,
  );
  const named = links.sentinels.map(({ connection }) =>
    connection.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', move.masterName).then(
      (reply) => sameAddress(parseMasterAddress(reply), move.targetAddress),
      () => false,
    ),
  );
  return (await Promise.all([isDemoted, ...named])).includes(true);
}

/** How often the target is asked whether a sentinel has promoted it, in milliseconds. */
const ROLE_EVERY_MS = 2;

/** A sentinel promotes: the old master follows once that is done, while it still holds writes back. */
async function demoteWhenPromoted(links: Links, move: Move, untilMs: number, clock: Clock): Promise<Finish> {
  if (!(await isMasterBy(move.target, clock, untilMs - machineNowMs()))) return 'not-needed';
  return withMaster(links, move, clock, async ({ master }) => {
    await transaction(master, demotion(move));
    return 'finished';
  });
}

/** Waits until a server says master; a sentinel that promotes it closes its connections. False where it does not in time. */
export async function isMasterBy(
  { endpoint, credentials }: Server,
  clock: Clock,
  withinMs: number,
): Promise<boolean> {
  let open: Connection | null = null;
  try {
    const isMaster = await until(
      async () => {
        try {
          open ??= await openConnection(endpoint, { clock, deadlineMs: ASK_DEADLINE_MS, credentials });
          return parseRole(await open.call('ROLE')).role === 'master' ? true : undefined;
        } catch {
          open?.close();
          open = null;
          return undefined;
        }
      },
      { clock, everyMs: ROLE_EVERY_MS, deadlineMs: Math.max(0, withinMs) },
    );
    return isMaster === true;
  } finally {
    (open as Connection | null)?.close();
  }
}
