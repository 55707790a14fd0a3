import { formatDurationMs } from './duration.js';
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
import type { MasterView, Snapshot } from './snapshot.js';
import { listed } from './words.js';

/** What Sentinel uses where a file does not set it (createSentinelRedisInstance). */
export const MASTER_DEFAULTS = {
  'down-after-milliseconds': DEFAULT_DOWN_AFTER_MS,
  'failover-timeout': DEFAULT_FAILOVER_TIMEOUT_MS,
  'parallel-syncs': 1,
} as const;
/** The settings of one master that are numbers, as files, SENTINEL SET and SENTINEL MASTER name them. */
export type MasterSetting = keyof typeof MASTER_DEFAULTS;
export const MASTER_SETTINGS = Object.keys(MASTER_DEFAULTS) as readonly MasterSetting[];

/** What each sentinel has a value of its own for. */
export const SHARED_SETTINGS = ['quorum', ...MASTER_SETTINGS] as const;
export type SharedSetting = (typeof SHARED_SETTINGS)[number];

const VALUE_OF: Record<SharedSetting, (view: MasterView) => number> = {
  quorum: (view) => view.quorum,
  'down-after-milliseconds': (view) => view.downAfterMs,
  'failover-timeout': (view) => view.failoverTimeoutMs,
  'parallel-syncs': (view) => view.parallelSyncs,
};

/** A sentinel's own value, in milliseconds or as a number. */
export const settingIn = (view: MasterView, setting: SharedSetting): number => VALUE_OF[setting](view);

/** A sentinel with what it believes of one master. */
interface Seen {
  sentinel: { id: string };
  view: MasterView;
}

/** `quorum is 2 at sentinel-1 and sentinel-2, 3 at sentinel-3`; null where all have one value. */
export function differenceIn(setting: SharedSetting, seen: readonly Seen[]): string | null {
  return valuesWords(
    setting,
    seen.map(({ sentinel, view }) => ({ id: sentinel.id, value: settingIn(view, setting) })),
  );
}

/** The same of values that were read elsewhere, in files for instance. */
export function valuesWords(
  setting: SharedSetting,
  read: readonly { id: string; value: number }[],
): string | null {
  const values = [...new Set(read.map(({ value }) => value))];
  if (values.length < 2) return null;
  const at = (value: number): string => listed(read.filter((r) => r.value === value).map(({ id }) => id));
  return `${setting} is ${values.map((value) => `${value} at ${at(value)}`).join(', ')}`;
}

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

/** The earliest down-after at which a quorum agrees, in milliseconds; the largest where none ever does. */
export function downAfterOfQuorum(views: readonly MasterView[]): number {
  const values = views.map((view) => view.downAfterMs);
  // ODOWN needs one sentinel that calls the master down itself and counts its own quorum (sentinelCheckObjectivelyDown).
  const agrees = values.filter((ms) => {
    const down = views.filter((view) => view.downAfterMs <= ms);
    return down.some((view) => view.quorum <= down.length);
  });
  return agrees.length === 0 ? Math.max(0, ...values) : Math.min(...agrees);
}

/**
 * The settings that are in effect at the sentinels that answered (SENTINEL MASTER; SENTINEL SET changes them at run
 * time, and at one sentinel only). Where they differ: down-after is the earliest at which a quorum agrees, beside the
 * earliest of all; the others are the largest, because any sentinel may lead. `planned` where no sentinel answered.
 */
export function liveSettings(
  planned: SentinelSettings & { masterName: string },
  snapshot: Snapshot | null,
): SentinelSettings {
  const views = seenIn(snapshot, planned.masterName).map(({ view }) => view);
  const largest = (key: 'failoverTimeoutMs' | 'quorum' | 'parallelSyncs'): number =>
    views.length === 0 ? planned[key] : Math.max(...views.map((view) => view[key]));
  const downAfterMs = views.length === 0 ? planned.downAfterMs : downAfterOfQuorum(views);
  const earliestDownAfterMs = Math.min(downAfterMs, ...views.map((view) => view.downAfterMs));
  return {
    downAfterMs,
    ...(earliestDownAfterMs < downAfterMs && { earliestDownAfterMs }),
    failoverTimeoutMs: largest('failoverTimeoutMs'),
    quorum: largest('quorum'),
    parallelSyncs: largest('parallelSyncs'),
  };
}

/** The sentinels that answer and monitor the master. */
const seenIn = (snapshot: Snapshot | null, masterName: string): Seen[] =>
  (snapshot?.sentinels ?? []).flatMap(
    ({ id, answer }) =>
      answer?.masters.filter(({ name }) => name === masterName).map((view) => ({ sentinel: { id }, view })) ??
      [],
  );

/** What the sentinels do not agree on, `quorum is 2 at sentinel-1, 3 at sentinel-2; …`; null where they have the same. */
export function differences(snapshot: Snapshot, masterName: string): string | null {
  const seen = seenIn(snapshot, masterName);
  return SHARED_SETTINGS.flatMap((setting) => differenceIn(setting, seen) ?? []).join('; ') || null;
}

/** `5s`; where the sentinels differ `8s at a quorum, 2s at the first sentinel`. */
export const downAfterText = ({
  downAfterMs,
  earliestDownAfterMs,
}: Pick<Timing, 'downAfterMs' | 'earliestDownAfterMs'>): string =>
  earliestDownAfterMs === undefined
    ? formatDurationMs(downAfterMs)
    : `${formatDurationMs(downAfterMs)} at a quorum, ${formatDurationMs(earliestDownAfterMs)} at the first sentinel`;
