import authPassMissing from './authentication/auth-pass-missing.js';
import masterauthMissing from './authentication/masterauth-missing.js';
import protectedMode from './authentication/protected-mode.js';
import sentinelPass from './authentication/sentinel-pass.js';
import type { LiveCheck } from './check.js';
import bindLoopback from './configuration/bind-loopback.js';
import masterLoopback from './configuration/master-loopback.js';
import myidDup from './configuration/myid-dup.js';
import nameMismatch from './configuration/name-mismatch.js';
import overlap from './configuration/overlap.js';
import quorumGtN from './configuration/quorum-gt-n.js';
import addressNotOwn from './live/address-not-own.js';
import failoverStuck from './live/failover-stuck.js';
import lag from './live/lag.js';
import addressShared from './network/address-shared.js';
import natReplica from './network/nat-replica.js';
import natSentinel from './network/nat-sentinel.js';
import { SNAPSHOT_CHECKS } from './snapshot-checks.js';

/**
 * What decides the verdict of `status`, in the order of CHECKS: what its snapshot is read for, and those checks of
 * `doctor` that weigh on the verdict and need no other question. A master that is down is `no-master` here, whatever
 * `doctor` says of it beside.
 */
export const STATUS_CHECKS: readonly LiveCheck[] = [
  myidDup,
  nameMismatch,
  overlap,
  bindLoopback,
  masterLoopback,
  quorumGtN,
  protectedMode,
  authPassMissing,
  masterauthMissing,
  sentinelPass,
  addressShared,
  natReplica,
  natSentinel,
  addressNotOwn,
  ...SNAPSHOT_CHECKS,
  failoverStuck,
  lag,
];
