import masterauthMissing from './authentication/masterauth-missing.js';
import type { LiveCheck } from './check.js';
import lag from './live/lag.js';
import { SNAPSHOT_CHECKS } from './snapshot-checks.js';

/**
 * What decides the verdict of `status`, in the order of CHECKS: what its snapshot is read for, and those checks of
 * `doctor` that weigh on the verdict and need no other question. A master that is down is `no-master` here, whatever
 * `doctor` says of it beside.
 */
export const STATUS_CHECKS: readonly LiveCheck[] = [masterauthMissing, ...SNAPSHOT_CHECKS, lag];
