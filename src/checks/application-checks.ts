import appAddrsBad from './application/app-addrs-bad.js';
import appAddrsUnresolvable from './application/app-addrs-unresolvable.js';
import appEnvMissing from './application/app-env-missing.js';
import appMasterNotMaster from './application/app-master-not-master.js';
import appMasterUnroutable from './application/app-master-unroutable.js';
import appNameUnknown from './application/app-name-unknown.js';
import appNotSentinel from './application/app-not-sentinel.js';
import appNotWritable from './application/app-not-writable.js';
import appSentinelSilent from './application/app-sentinel-silent.js';
import appTooFewAddrs from './application/app-too-few-addrs.js';
import appUrlMismatch from './application/app-url-mismatch.js';
import type { Check } from './check.js';

/** What is judged with the settings of an application; the more fundamental first. */
export const APPLICATION_CHECKS: readonly Check[] = [
  appEnvMissing,
  appAddrsBad,
  appAddrsUnresolvable,
  appNotSentinel,
  appSentinelSilent,
  appNameUnknown,
  appMasterUnroutable,
  appMasterNotMaster,
  appNotWritable,
  appUrlMismatch,
  appTooFewAddrs,
];
