import type { LiveCluster } from '../cluster/open.js';
import { messageOf, notRestored } from '../errors.js';
import { sameAddress } from '../model/address.js';
import { command } from '../model/hints.js';
import type { NodePlan } from '../model/plan.js';
import { seenReplica } from '../model/records.js';
import { INFO_PERIOD_MS, INFO_SEEN_MS, SWITCHOVER_INFO_AGE_MS } from '../model/sentinel-timing.js';
import { until } from '../until.js';
import { askingAs } from '../wire/access.js';
import { type Connection, openConnection } from '../wire/client.js';
import { parseMasterAddress, parseRecords, parseRole } from '../wire/replies.js';
import { transaction } from '../wire/transaction.js';
import { aborted, catchUp, holdWrites, type MoveContext, type Moved, stepsFrom } from './direct.js';
import { isMasterBy } from './guard.js';
import { demotion, replicaOf, unpause } from './moves.js';

/** How often a sentinel is asked when it last had INFO of the target once that is due, in milliseconds. */
const AGE_EVERY_MS = 50;
/** How often it is asked which master it names, and for how long: some INFO periods of a failover. */
const NAMED_EVERY_MS = 2;
const NAMED_MS = 5000;

/** The sentinel that is told to fail over. */
export interface Leader {
  live: LiveCluster;
  sentinel: NodePlan;
}

/**
 * Pause, compare, SENTINEL FAILOVER, and, once the target is a master, demote in one message. Throws `switchover-aborted`
 * (3) where everything is as it was, `switchover-unfinished` (4) where the failover of the sentinel goes on.
 */
export const bySentinel = (context: MoveContext, leader: Leader): Promise<Moved> =>
  withLeader(leader, async (connection) => {
    const { clock, cluster, links, move, guard } = context;
    await inPhase(context, leader, connection);
    const startedAtMs = clock.now();
    const { steps, did } = stepsFrom(clock, startedAtMs);
    guard.hold();
    const goal = await holdWrites(context);
    did('paused', `${move.master.id} holds writes back`);
    await catchUp(context, goal, startedAtMs);
    did('equal', `${move.target.id} has everything that ${move.master.id} has`);
    try {
      await connection.call('SENTINEL', 'FAILOVER', move.masterName);
    } catch (error) {
      await Promise.allSettled([unpause(links), guard.disarm()]);
      throw aborted(cluster, 'failover', `${leader.sentinel.id} began no failover`, messageOf(error));
    }
    guard.follow(startedAtMs + move.pauseMs);
    did('failover', `${leader.sentinel.id} has begun a failover`);
    const leftMs = startedAtMs + move.pauseMs * 0.95 - clock.now();
    if (!(await isMasterBy(move.target, clock, leftMs))) {
      await guard.disarm();
      throw notRestored('switchover-unfinished', `${move.target.id} was not promoted within the pause`, {
        why: `the failover of ${leader.sentinel.id} goes on, and ${move.master.id} takes writes that it loses`,
        hint: command('recover', cluster),
      });
    }
    did('promoted', `${move.target.id} is a master`);
    const sent = transaction(links.master, demotion(move));
    const followed = links.others.map(({ connection: other }) =>
      other.call(...replicaOf(move.targetAddress)),
    );
    const turnAtMs = clock.now();
    const [ended] = await Promise.allSettled([sent, ...followed]);
    did('demoted', `${move.master.id} follows ${move.target.id}, and its clients look for the master again`);
    await guard.disarm();
    const switchedAtMs = await named(context, leader, connection);
    did(`told ${leader.sentinel.id}`, `${leader.sentinel.id} names ${move.target.id}`, switchedAtMs);
    const offset = ended.status === 'fulfilled' ? parseRole(ended.value[0]).offset : null;
    return { startedAtMs, turnAtMs, switchedAtMs, slipBytes: offset === null ? null : offset - goal, steps };
  });

/**
 * Valkey's own: the master holds writes back, and hands over by FAILOVER. The pause is the server's. Throws as bySentinel does.
 */
export const coordinated = (context: MoveContext, leader: Leader): Promise<Moved> =>
  withLeader(leader, async (connection) => {
    const { clock, cluster, move } = context;
    await inPhase(context, leader, connection);
    const startedAtMs = clock.now();
    const { steps, did } = stepsFrom(clock, startedAtMs);
    try {
      await connection.call('SENTINEL', 'FAILOVER', move.masterName, 'COORDINATED');
    } catch (error) {
      throw aborted(cluster, 'failover', `${leader.sentinel.id} began no failover`, messageOf(error));
    }
    did('failover', `${leader.sentinel.id} has begun a coordinated failover`);
    const switchedAtMs = await named(context, leader, connection);
    did(`told ${leader.sentinel.id}`, `${leader.sentinel.id} names ${move.target.id}`, switchedAtMs);
    return { startedAtMs, turnAtMs: switchedAtMs, switchedAtMs, slipBytes: 0, steps };
  });

async function withLeader<T>(
  { live: { asking }, sentinel }: Leader,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await openConnection(sentinel.endpoint, {
    ...askingAs(asking, 'sentinel'),
    // What has begun is not cut in the middle.
    signal: undefined,
  });
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}

/** Waits until the sentinel's INFO of the target is of the best age; one that never is does not prevent the move. */
async function inPhase(
  { clock, move }: MoveContext,
  { live }: Leader,
  connection: Connection,
): Promise<void> {
  const { signal } = live.asking;
  const { least, most } = SWITCHOVER_INFO_AGE_MS;
  const endMs = clock.now() + INFO_SEEN_MS;
  while (clock.now() < endMs) {
    const records = parseRecords(await connection.call('SENTINEL', 'REPLICAS', move.masterName));
    const seen = records.map(seenReplica).find(({ address }) => sameAddress(address, move.targetAddress));
    const ageMs = seen?.infoMsAgo ?? 0;
    if (ageMs >= least && ageMs <= most) return;
    const waitMs =
      ageMs < least ? (least + most) / 2 - ageMs : Math.max(AGE_EVERY_MS, INFO_PERIOD_MS - ageMs);
    await clock.sleep(Math.min(waitMs, endMs - clock.now()), signal);
  }
}

/** When the sentinel named the new master. Throws `switchover-unfinished` (4). */
async function named(
  { clock, cluster, move }: MoveContext,
  { sentinel }: Leader,
  connection: Connection,
): Promise<number> {
  const at = await until(
    async () => {
      const reply = await connection.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', move.masterName);
      return sameAddress(parseMasterAddress(reply), move.targetAddress) ? clock.now() : undefined;
    },
    { clock, everyMs: NAMED_EVERY_MS, deadlineMs: NAMED_MS },
  );
  if (at !== undefined) return at;
  throw notRestored(
    'switchover-unfinished',
    `${sentinel.id} does not name ${move.target.id} after ${NAMED_MS / 1000} s`,
    {
      hint: command('recover', cluster),
    },
  );
}
