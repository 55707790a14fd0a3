import { listed } from '../model/words.js';
import { flagsOf, type MonitoredAt } from './evidence.js';
import { num } from './group.js';

/** Two hello periods: by then every sentinel that hears the others has what one of them switched to. */
const SPREAD_MS = 4000;

/**
 * What is happening at this moment, where a failover is: until it ends its leader names the old master and the others
 * the new one, at one and the same epoch. What looks wrong then rights itself, and mending it by hand breaks it.
 */
export function failoverUnderWay(views: readonly MonitoredAt[]): string | null {
  const busy = views.find(({ master }) => flagsOf(master.fields).includes('failover_in_progress'));
  if (busy !== undefined) {
    const state = busy.master.fields['failover-state'];
    return `a failover is under way at ${busy.sentinel.id}${state === undefined ? '' : ` (${state})`}`;
  }
  const epochs = views.map(({ master }) => num(master.fields, 'config-epoch') ?? 0);
  const newest = Math.max(...epochs);
  // sentinel.c, sentinelResetMaster: a switch sets the time anew.
  const fresh = views.find(
    ({ master }, i) =>
      epochs[i] === newest && (num(master.fields, 'role-reported-time') ?? SPREAD_MS) < SPREAD_MS,
  );
  return fresh !== undefined && epochs.some((epoch) => epoch < newest)
    ? `${fresh.sentinel.id} has switched just now, and the others are told within 2 s`
    : null;
}

/**
 * Who holds the master for down, and not for so long that a failover should have ended: one may be about to begin, or
 * has ended and not all have been told. Sentinel tries again only after 2 x failover-timeout.
 */
export function heldDown(views: readonly MonitoredAt[]): string | null {
  const holding = views.filter(({ master: { fields } }) => {
    const isDown = flagsOf(fields).some((flag) => flag === 's_down' || flag === 'o_down');
    return isDown && (num(fields, 's-down-time') ?? 0) < (num(fields, 'failover-timeout') ?? 0);
  });
  if (holding.length === 0) return null;
  return `${listed(holding.map(({ sentinel }) => sentinel.id))} ${holding.length === 1 ? 'holds' : 'hold'} the master for down: a failover may be under way`;
}

/** What to type instead of a cure. */
export const lookAgain = (again: string): string[] => ['# in 10 seconds:', again];
