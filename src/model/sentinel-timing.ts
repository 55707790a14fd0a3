/*
 * Sentinel's own timing, and every duration that follows from it. Nothing else computes with these numbers. All are
 * milliseconds; names in capitals are those of sentinel.c, unchanged from Redis 6.2 to 8.0 and in Valkey 8.
 */

/** The timer runs at least 10 times a second (sentinelTimer: server.hz is 10 plus a random part). */
export const TICK_MS = 100;
/** SENTINEL_PING_PERIOD; the effective period is the shorter of this and down-after. */
export const PING_PERIOD_MS = 1000;
/** SENTINEL_INFO_PERIOD. */
export const INFO_PERIOD_MS = 10_000;
/** INFO to the replicas while the master is objectively down or a failover runs (sentinelSendPeriodicCommands). */
const INFO_PERIOD_DURING_FAILOVER_MS = 1000;
/** SENTINEL_ASK_PERIOD: how often the peers are asked for their verdict. */
export const ASK_PERIOD_MS = 1000;
/** SENTINEL_PUBLISH_PERIOD: the hello on `__sentinel__:hello`. */
export const HELLO_PERIOD_MS = 2000;
/** SENTINEL_MAX_DESYNC: a random delay before a sentinel stands for election. */
const MAX_DESYNC_MS = 1000;
/** SENTINEL_ELECTION_TIMEOUT: an election without a winner ends after this, or after failover-timeout where that is shorter. */
export const ELECTION_TIMEOUT_MS = 10_000;
/** SENTINEL_TILT_TRIGGER: a timer that is this late, or runs backwards, starts TILT. */
export const TILT_TRIGGER_MS = 2000;
/** SENTINEL_TILT_PERIOD, counted from the last disturbance. */
export const TILT_PERIOD_MS = 30_000;
/** SENTINEL_SLAVE_RECONF_TIMEOUT. */
export const SLAVE_RECONF_TIMEOUT_MS = 10_000;
/** SENTINEL_MIN_LINK_RECONNECT_PERIOD: a link that is hung is closed and opened again at most this often. */
export const MIN_LINK_RECONNECT_PERIOD_MS = 15_000;
/** SENTINEL_DEFAULT_DOWN_AFTER: down-after where no configuration sets it. */
export const DEFAULT_DOWN_AFTER_MS = 30_000;
/** SENTINEL_DEFAULT_FAILOVER_TIMEOUT. */
export const DEFAULT_FAILOVER_TIMEOUT_MS = 180_000;
/** SENTINEL_SCRIPT_MAX_RUNTIME and SENTINEL_SCRIPT_RETRY_DELAY. */
export const SCRIPT_MAX_RUNTIME_MS = 60_000;
export const SCRIPT_RETRY_DELAY_MS = 30_000;

/**
 * Below this down-after a failover can be followed by a second one, away from a healthy master: the peers' verdicts on
 * the old master are still valid when the link to the new one is opened. Measured: 7 of 95 at 1000, 0 of 51 at 1500
 * (0 of 12 at 1200 proves nothing: at the rate of 1000 that is 4 runs in 10).
 */
export const DOUBLE_FAILOVER_BELOW_MS = 1500;

/** More than half of all voters must elect the leader (sentinelGetLeader); voters that are down count. */
export const majorityOf = (voters: number): number => Math.floor(voters / 2) + 1;

/** How many sentinels must be alive to elect a leader: the larger of the majority and the quorum (sentinelGetLeader). */
export const votesNeeded = (voters: number, quorum: number): number => Math.max(majorityOf(voters), quorum);

/** Sentinel's settings of one master on which its timing depends; milliseconds. */
export interface Timing {
  /** After this a quorum calls the master down. */
  downAfterMs: number;
  /** After this the first sentinel does; only where the sentinels have different values. */
  earliestDownAfterMs?: number;
  failoverTimeoutMs: number;
}
type DownAfter = Pick<Timing, 'downAfterMs'>;
type Timings = Pick<Timing, 'downAfterMs' | 'earliestDownAfterMs'>;

/** How often a master is pinged (sentinelSendPeriodicCommands). */
export const pingPeriodMs = (downAfterMs: number): number => Math.min(downAfterMs, PING_PERIOD_MS);

/** When the first sentinel calls the master down, after its last answered PING. */
export const firstDownAfterMs = ({ downAfterMs, earliestDownAfterMs }: Timings): number =>
  earliestDownAfterMs ?? downAfterMs;

/** A sentinel's +sdown comes at most this long after a fault; a master that hangs is noticed only by the next PING. */
const sdownWithinMs = (downAfterMs: number, hangs: boolean): number =>
  downAfterMs + (hangs ? pingPeriodMs(downAfterMs) : 0) + 2 * TICK_MS;

/** The first +sdown comes at most this long after a fault. */
export const sdownBoundMs = (settings: Timings, hangs: boolean): number =>
  sdownWithinMs(firstDownAfterMs(settings), hangs);

/** A sentinel that has called the master down learns within this that the others have: they are asked, a tick at a time. */
const ASKED_MS = 3 * TICK_MS;

/** +odown comes at most this long after the first +sdown: until a quorum has called the master down, and is asked. */
export const odownBoundMs = (settings: Timings): number =>
  settings.downAfterMs - firstDownAfterMs(settings) + ASKED_MS;

/** From +odown to the first vote: the next tick, and the random start of an election. */
export const VOTE_BOUND_MS = MAX_DESYNC_MS + TICK_MS;
/** From the first vote to +elected-leader: a tick at a time, and another round where the votes split. */
export const ELECTED_BOUND_MS = MAX_DESYNC_MS + TICK_MS;
/** From +elected-leader to +selected-slave: the next tick. */
export const SELECTED_BOUND_MS = 2 * TICK_MS;
/** From +selected-slave until ROLE says master: three to four ticks of the leader's state machine (measured). */
export const PROMOTED_BOUND_MS = 4 * TICK_MS;
/** From then to +promoted-slave, which the next INFO proves. */
export const CONFIRMED_BOUND_MS = INFO_PERIOD_DURING_FAILOVER_MS + TICK_MS;
/** From +promoted-slave to the other sentinels' +switch-master: the leader's hello, at once (sentinelForceHelloUpdateForMaster). */
export const SWITCHED_BOUND_MS = 2 * TICK_MS;
/** From +switch-master until the other replicas follow the new master: an INFO proves each. */
export const reattachedBoundMs = ({ failoverTimeoutMs }: Pick<Timing, 'failoverTimeoutMs'>): number =>
  Math.min(failoverTimeoutMs, INFO_PERIOD_DURING_FAILOVER_MS + 2 * TICK_MS);
/** While a failover is in progress a sentinel publishes an event at least this often: an INFO period, and some ticks. */
export const SILENT_IN_FAILOVER_MS = INFO_PERIOD_DURING_FAILOVER_MS + 5 * TICK_MS;
/** Below this failover-timeout a failover can end before the INFO that proves its promotion; one retry is allowed for. */
export const SHORT_FAILOVER_TIMEOUT_MS = 3 * INFO_PERIOD_DURING_FAILOVER_MS;

/** How long a usual failover takes from the fault to the first +switch-master; see typicalFailoverMs. */
const USUAL_BEYOND_DOWN_AFTER_MS = 2000;
/** The default budget of a failover, from the fault to the first +switch-master. */
export const usualFailoverMs = ({ downAfterMs }: DownAfter, hangs = false): number =>
  downAfterMs + USUAL_BEYOND_DOWN_AFTER_MS + (hangs ? pingPeriodMs(downAfterMs) : 0);

/** The longest down-after with which a usual failover keeps a budget, in tenths of a second; may be below zero. */
export const downAfterWithinMs = (budgetMs: number, hangs = false): number => {
  const restMs = budgetMs - USUAL_BEYOND_DOWN_AFTER_MS;
  // The ping period is the shorter one of its own and down-after.
  const downAfterMs = hangs
    ? Math.max(restMs - PING_PERIOD_MS, Math.min(restMs / 2, PING_PERIOD_MS))
    : restMs;
  return Math.floor(downAfterMs / TICK_MS) * TICK_MS;
};

/** From +sdown to the first +switch-master on a quiet machine: measured. */
export const TYPICAL_BEYOND_DOWN_AFTER_MS = 1250;
/** From the fault to the first +switch-master on a quiet machine. */
export const typicalFailoverMs = ({ downAfterMs }: DownAfter): number =>
  downAfterMs + TYPICAL_BEYOND_DOWN_AFTER_MS;

/** An election, a promotion and the ticks before them, beyond down-after, also on a busy machine. */
const FAILOVER_BEYOND_DOWN_AFTER_MS = 15_000;

/**
 * A master that is down is started as it was only while more than this is left of down-after: 2 s to start and to be
 * heard again (a sentinel reconnects once a second, sentinelReconnectInstance), and the random start of an election.
 */
export const SAFE_RETURN_MS = 2000 + MAX_DESYNC_MS;

/** How long a failover that is possible at once may take to come. */
export const nextFailoverMs = ({ downAfterMs }: DownAfter): number =>
  downAfterMs + FAILOVER_BEYOND_DOWN_AFTER_MS;

/** After a failed attempt the next one starts no sooner than this (sentinelStartFailoverIfNeeded). */
export const failoverGuardMs = ({ failoverTimeoutMs }: Pick<Timing, 'failoverTimeoutMs'>): number =>
  2 * failoverTimeoutMs;
/** How long a failover may take to come where an earlier attempt has failed: what a failover test waits by default. */
export const failoverBoundMs = (settings: Timing): number =>
  nextFailoverMs(settings) + failoverGuardMs(settings);

/** How long a scenario waits for a condition by default: a failover, then an INFO period on a busy machine. */
export const conditionWaitMs = (settings: Timing): number => failoverBoundMs(settings) + INFO_PERIOD_MS;

/** Between +odown and the vote: the peers' verdicts, the random delay of up to 1 s, some ticks. */
const UNTIL_VOTE_MS = 2000;
/** How long it takes at most from a fault to the first vote. */
const firstVoteMs = ({ downAfterMs }: DownAfter): number =>
  downAfterMs + pingPeriodMs(downAfterMs) + UNTIL_VOTE_MS;

/** "No failover happens" proves nothing before this has passed: down-after, a ping period, and an election. */
export const noFailoverHoldMs = (settings: Timing): number =>
  firstVoteMs(settings) + Math.min(ELECTION_TIMEOUT_MS, settings.failoverTimeoutMs);

/** A replica whose link was down for longer when the master was marked down is not promoted (sentinelSelectSlave). */
export const maxLinkDownMs = ({ downAfterMs }: DownAfter): number => 10 * downAfterMs;

/**
 * The same for a majority that is down, and must be able to promote a replica once it is back, before the replica's link
 * was down for too long: a restarted sentinel waits down-after before it marks the master down again. 2000 ms of the
 * time are left for starting the sentinels.
 */
export const majorityDownHoldMs = (settings: Timing): number => {
  const untilTooLate = maxLinkDownMs(settings) - 2 * settings.downAfterMs - 2000;
  return Math.max(firstVoteMs(settings), Math.min(noFailoverHoldMs(settings), untilTooLate));
};

/** How long a master is frozen by default: a failover ends while it is still frozen. */
export const freezeMs = ({ downAfterMs }: DownAfter): number => downAfterMs + 10_000;
/** The longest freeze that can be asked for; the default may be longer. */
export const LONGEST_FREEZE_MS = 600_000;
/** A pause that Sentinel must not react to. */
export const shortFreezeMs = ({ downAfterMs }: DownAfter): number => downAfterMs / 2;

/**
 * Whether a master that hangs for so long may be called down: at most a second before down-after, too, since on a busy
 * machine it hangs for longer than was asked for, and answered its last PING late (measured: 1 of 32 at 0.5 s before it).
 */
export const mayBeCalledDown = (hungMs: number, { downAfterMs }: DownAfter): boolean =>
  hungMs >= downAfterMs - Math.min(1000, downAfterMs / 4);

/** Whether a master that hung this long may have recovered before a quorum could call it down. */
export const endsBeforeOdown = (hungMs: number, { downAfterMs }: DownAfter): boolean =>
  hungMs < sdownWithinMs(downAfterMs, true) + ASKED_MS;

/** How long a planned move of the master holds writes back at most: measured, 20 ms are usual. */
const LONGEST_SWITCHOVER_PAUSE_MS = 1000;
/** The same where a sentinel promotes: once told, it cannot be told to stop, and a pause that ends before loses writes. */
const LONGEST_SENTINEL_PAUSE_MS = 3000;
/** A shorter pause does not give a replica the time to catch up. */
export const SHORTEST_SWITCHOVER_PAUSE_MS = 200;
/**
 * The same below half of down-after, since a pause also holds back the hello of the sentinels, and with it their PING: a
 * link that was silent for half of down-after is closed (sentinelCheckSubjectivelyDown).
 */
export const switchoverPauseMs = (settings: Timings, bySentinel: boolean): number =>
  Math.min(
    bySentinel ? LONGEST_SENTINEL_PAUSE_MS : LONGEST_SWITCHOVER_PAUSE_MS,
    Math.floor(firstDownAfterMs(settings) / 2) - TICK_MS,
  );
/**
 * How old a sentinel's INFO of a replica is best when it is told to promote it: it asks again a second after the last one
 * (sentinelSendPeriodicCommands), which is then right after the promotion. Measured: 530 ms instead of 1180 ms.
 */
export const SWITCHOVER_INFO_AGE_MS = { least: 600, most: 760 } as const;
/** A shorter pause may end before a sentinel has promoted the replica: some ticks, and the time to catch up. */
export const SHORTEST_SENTINEL_PAUSE_MS =
  SELECTED_BOUND_MS + PROMOTED_BOUND_MS + SHORTEST_SWITCHOVER_PAUSE_MS;
/** How long of it the new master may take to catch up: the rest is for the moves. */
export const switchoverBudgetMs = (pauseMs: number): number => Math.floor(pauseMs / 2);

/** A sentinel that is frozen for this long is in TILT when it runs again: one second more than the trigger. */
export const TILTING_FREEZE_MS = TILT_TRIGGER_MS + 1000;

/** A reply to a PING that is younger came to the last one or the one before it. */
export const HEARD_MS = 2 * PING_PERIOD_MS;
/** A reply to a PING that is older was not followed by another one: three periods. */
export const REPLIES_MS = 3 * PING_PERIOD_MS;
/** The same of an error: Sentinel closes and opens the link of what it calls down, and asks no PING meanwhile (2.1 s measured on an idle machine). */
export const ERRORS_MS = 3 * REPLIES_MS;

/** Who listens this long hears a hello of each sentinel, of a busy one a little later. */
export const HELLO_HEARD_MS = HELLO_PERIOD_MS + 3 * TICK_MS;
/** A change that one sentinel publishes is known to all that hear it after one hello period; one second for a busy machine. */
export const HELLO_SEEN_MS = HELLO_PERIOD_MS + 1000;
/** The same where one hello may be lost. */
export const HELLO_SPREAD_MS = 2 * HELLO_PERIOD_MS;
/** A sentinel whose last hello is older does not reach this one: three periods. */
export const HELLO_OVERDUE_MS = 3 * HELLO_PERIOD_MS;
/** A sentinel that monitors an address for the first time has heard its peers after this: two hellos, and the connection. */
export const PEERS_FOUND_MS = HELLO_SPREAD_MS + PING_PERIOD_MS;

/** A server that was found, and can be reached, is connected after this: two attempts (sentinelReconnectInstance), and ticks. */
export const CONNECTED_MS = 2 * PING_PERIOD_MS + 5 * TICK_MS;

/** By then every sentinel has tried to reconnect to a server that was started: each second, and one attempt may hang. */
export const RETRIED_MS = 5 * PING_PERIOD_MS;
/** By then a start or a repair shows at every sentinel and replica: they reconnect, and a replica asks for its link each second. */
export const NOTICED_MS = 10 * PING_PERIOD_MS;

/** What one sentinel learns from INFO is known after this: a period, and a hello on a busy machine. */
export const INFO_SEEN_MS = INFO_PERIOD_MS + HELLO_PERIOD_MS;

/** A master that reports the role of a replica is called down after down-after and this (sentinelCheckSubjectivelyDown). */
export const WRONG_ROLE_DOWN_MS = 2 * INFO_PERIOD_MS;
/** How much later than the earliest moment the switch is still usual then: INFO of a sentinel, and a second attempt. */
export const WRONG_ROLE_SPREAD_MS = 3 * INFO_PERIOD_MS;

/**
 * A master that returns as it was is usually demoted this long after its return: the second INFO of the sentinels comes
 * after the wrong role was reported for 4 hello periods. Measured: 9.9 to 11.0 s.
 */
export const USUAL_RETURN_MS = 10_000;

/**
 * A master that returns as it was is demoted after this at the latest: it must report the wrong role for 4 hello
 * periods, which is noticed when INFO comes (sentinelRefreshInstanceInfo); reconnecting and two ticks come on top.
 */
export const RETURNED_MASTER_MS = 4 * HELLO_PERIOD_MS + INFO_PERIOD_MS + 2000;

/** After a heal: TILT, a second one at its end, and a role that Sentinel corrects then. */
export const RECOVERED_MS = 2 * TILT_PERIOD_MS + RETURNED_MASTER_MS;

/** Between two SENTINEL RESETs: a sentinel has found its peers and replicas again (sentinel.md recommends 30 s). */
export const RESETS_APART_MS = 30_000;

/**
 * A down-after with which a replica may be promoted that was cut off from its master this long: in whole seconds, with one
 * down-after more for sentinels that wait from the beginning again (maxLinkDownMs), and a minute until it is typed.
 */
export const downAfterForCutOffMs = (cutOffMs: number): number =>
  Math.ceil((cutOffMs + 60_000) / 9000) * 1000;

/** For how long a replica may have been without its master: as long as a sentinel calls that down, and 10 x down-after. */
const linkDownAllowedMs = ({ downAfterMs, downMs }: DownAfter & { downMs?: number | null }): number =>
  (downMs ?? 0) + maxLinkDownMs({ downAfterMs });

/** A replica with older news than this is not promoted; all from sentinelSelectSlave. */
export const promotableWithin = ({
  downAfterMs,
  masterDownForMs,
  pingMs = PING_PERIOD_MS,
  infoMs = INFO_PERIOD_MS,
}: {
  downAfterMs: number;
  /** For how long the sentinel calls the master down itself; null: it does not. */
  masterDownForMs: number | null;
  pingMs?: number | undefined;
  infoMs?: number | undefined;
}): { pingMs: number; infoMs: number; linkDownMs: number } => ({
  pingMs: 5 * pingMs,
  infoMs: masterDownForMs === null ? 3 * infoMs : 5 * pingMs,
  linkDownMs: linkDownAllowedMs({ downAfterMs, downMs: masterDownForMs }),
});
