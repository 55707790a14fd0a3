import {
  ASK_PERIOD_MS,
  DEFAULT_DOWN_AFTER_MS,
  DEFAULT_FAILOVER_TIMEOUT_MS,
  ELECTION_TIMEOUT_MS,
  HELLO_PERIOD_MS,
  INFO_PERIOD_MS,
  MIN_LINK_RECONNECT_PERIOD_MS,
  PING_PERIOD_MS,
  SCRIPT_MAX_RUNTIME_MS,
  SCRIPT_RETRY_DELAY_MS,
  SLAVE_RECONF_TIMEOUT_MS,
  TILT_PERIOD_MS,
  TILT_TRIGGER_MS,
  type Timing,
} from './sentinel-timing.js';
import type { Snapshot } from './snapshot.js';

/** What Sentinel uses where a file does not set it (createSentinelRedisInstance). */
export const MASTER_DEFAULTS = {
  'down-after-milliseconds': DEFAULT_DOWN_AFTER_MS,
  'failover-timeout': DEFAULT_FAILOVER_TIMEOUT_MS,
  'parallel-syncs': 1,
} as const;
/** The settings of one master that are numbers, as files, SENTINEL SET and SENTINEL MASTER name them. */
export type MasterSetting = keyof typeof MASTER_DEFAULTS;
export const MASTER_SETTINGS = Object.keys(MASTER_DEFAULTS) as readonly MasterSetting[];

/** What SENTINEL DEBUG shows and sets (sentinel.c of 7.0, addReplySentinelDebugInfo), with Sentinel's defaults. */
export const DEBUG_PERIODS_MS: Readonly<Record<string, number>> = {
  'info-period': INFO_PERIOD_MS,
  'ping-period': PING_PERIOD_MS,
  'ask-period': ASK_PERIOD_MS,
  'publish-period': HELLO_PERIOD_MS,
  'default-down-after': DEFAULT_DOWN_AFTER_MS,
  'default-failover-timeout': DEFAULT_FAILOVER_TIMEOUT_MS,
  'tilt-trigger': TILT_TRIGGER_MS,
  'tilt-period': TILT_PERIOD_MS,
  'slave-reconf-timeout': SLAVE_RECONF_TIMEOUT_MS,
  'min-link-reconnect-period': MIN_LINK_RECONNECT_PERIOD_MS,
  'election-timeout': ELECTION_TIMEOUT_MS,
  'script-max-runtime': SCRIPT_MAX_RUNTIME_MS,
  'script-retry-delay': SCRIPT_RETRY_DELAY_MS,
};

/** Sentinel's settings of one master. */
export interface SentinelSettings extends Timing {
  quorum: number;
  parallelSyncs: number;
}

/**
 * The settings that are in effect at the sentinels that answered (SENTINEL MASTER; SENTINEL SET changes them at run
 * time, and at one sentinel only). Where they differ: down-after is the earliest at which a quorum agrees, the others
 * are the largest, because any sentinel may lead. `planned` where no sentinel answered.
 */
export function liveSettings(
  planned: SentinelSettings & { masterName: string },
  snapshot: Snapshot | null,
): SentinelSettings {
  const views = (snapshot?.sentinels ?? []).flatMap(
    (s) => s.answer?.masters.filter((m) => m.name === planned.masterName) ?? [],
  );
  const largest = (key: keyof SentinelSettings): number =>
    views.length === 0 ? planned[key] : Math.max(...views.map((view) => view[key]));
  // ODOWN needs one sentinel that calls the master down itself and counts its own quorum (sentinelCheckObjectivelyDown).
  const agrees = views
    .map(({ downAfterMs }) => downAfterMs)
    .filter((ms) => {
      const down = views.filter((view) => view.downAfterMs <= ms);
      return down.some((view) => view.quorum <= down.length);
    });
  return {
    downAfterMs: agrees.length === 0 ? largest('downAfterMs') : Math.min(...agrees),
    failoverTimeoutMs: largest('failoverTimeoutMs'),
    quorum: largest('quorum'),
    parallelSyncs: largest('parallelSyncs'),
  };
}
