import { humanDurationMs } from '../../model/duration.js';
import {
  DEFAULT_FAILOVER_TIMEOUT_MS,
  failoverGuardMs,
  SHORT_FAILOVER_TIMEOUT_MS,
} from '../../model/sentinel-timing.js';
import { DEFAULT_SPEC } from '../../model/spec.js';
import type { Check } from '../check.js';
import { judgeMasterSetting, type WrongValue } from '../files/judge.js';
import { judgeSetting } from '../sentinels.js';

/** Fits a down-after of some seconds. */
const { failoverTimeoutMs: USUAL_MS } = DEFAULT_SPEC;

function wrong(ms: number): ReturnType<WrongValue> {
  if (ms >= DEFAULT_FAILOVER_TIMEOUT_MS) {
    const retry = humanDurationMs(failoverGuardMs({ failoverTimeoutMs: ms }));
    const why = `means that a failed failover is retried only after ${retry}`;
    // Sentinel's own default does not deserve a warning.
    return { why, better: USUAL_MS, ...(ms === DEFAULT_FAILOVER_TIMEOUT_MS && { severity: 'info' }) };
  }
  return ms < SHORT_FAILOVER_TIMEOUT_MS
    ? {
        why: `is below ${SHORT_FAILOVER_TIMEOUT_MS} ms: a failover is aborted before its promotion is confirmed`,
        better: USUAL_MS,
      }
    : null;
}

export default {
  id: 'failover-timeout',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'configuration',
  part: 'settings',
  title: 'failover-timeout is too long or too short',
  consequence: `after a failed failover the next attempt comes only after 2 x failover-timeout, 6 min by default; below ${SHORT_FAILOVER_TIMEOUT_MS} ms a failover is aborted before the INFO that confirms the promotion arrives`,
  explanation:
    'failover-timeout limits each step of a failover, and twice this time must pass before the same master is ' +
    'failed over again; it is also how long a replica may follow the wrong master before it is corrected. The ' +
    `promotion is confirmed by an INFO that is sent once a second; ${SHORT_FAILOVER_TIMEOUT_MS / 1000} s is the minimum that allows one retry.`,
  remedy: [`SENTINEL SET NAME failover-timeout ${USUAL_MS} at every sentinel`],
  sources: [
    'sentinel.c: sentinelStartFailoverIfNeeded, sentinelFailoverWaitPromotion',
    'sentinel.conf: failover-timeout',
  ],
  live: (gathered) => judgeSetting(gathered, 'failover-timeout', wrong),
  files: (project) => judgeMasterSetting(project, 'failover-timeout', wrong),
} satisfies Check;
