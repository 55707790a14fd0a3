import { aclChannel, aclShort } from './rules/acl.js';
import {
  appAddrsBad,
  appAddrsUnresolvable,
  appNameUnknown,
  appNotSentinel,
  appSentinelSilent,
  appTooFewAddrs,
} from './rules/application.js';
import { confFilemount, confShared, confUnwritable } from './rules/conf-files.js';
import {
  backlogSmall,
  maxmemorySkew,
  minReplicas,
  outputBuffer,
  priorityZero,
  replicaHidden,
  versionSkew,
} from './rules/data.js';
import { hostnameMixed, hostnameNoresolve, hostnameSlowDns } from './rules/hostnames.js';
import { bindLoopback, masterLoopback } from './rules/loopback.js';
import { masterDisagree, myidDup, nameMismatch, overlap } from './rules/names.js';
import { dynamicIp, ephemeralPort, protectedMode } from './rules/network.js';
import { authPassMissing, masterauthMissing, sentinelPass } from './rules/passwords.js';
import { persistenceSkew, restartWipe, stopGrace } from './rules/persistence.js';
import { quorumGtN, quorumLtMajority, sentinelsEven, sentinelsFew } from './rules/quorum.js';
import { renameCommand } from './rules/rename-command.js';
import type { Rule } from './rules/rule.js';
import { confSyntax, confUnknown } from './rules/syntax.js';
import {
  downHigh,
  downLow,
  failoverTimeout,
  parallelSyncs,
  scriptBad,
  settingsSkew,
} from './rules/timing.js';
import { tlsMismatch } from './rules/tls.js';

/** What files can show of each check; a new one is a rule and a line here. */
export const RULES: readonly Rule[] = [
  confSyntax,
  confUnknown,
  hostnameNoresolve,
  hostnameSlowDns,
  hostnameMixed,
  confShared,
  confFilemount,
  confUnwritable,
  myidDup,
  nameMismatch,
  overlap,
  masterDisagree,
  quorumGtN,
  quorumLtMajority,
  sentinelsFew,
  sentinelsEven,
  settingsSkew,
  downLow,
  downHigh,
  failoverTimeout,
  parallelSyncs,
  scriptBad,
  bindLoopback,
  masterLoopback,
  authPassMissing,
  masterauthMissing,
  sentinelPass,
  aclShort,
  aclChannel,
  renameCommand,
  tlsMismatch,
  protectedMode,
  dynamicIp,
  ephemeralPort,
  restartWipe,
  stopGrace,
  priorityZero,
  replicaHidden,
  minReplicas,
  outputBuffer,
  backlogSmall,
  maxmemorySkew,
  versionSkew,
  persistenceSkew,
  appAddrsBad,
  appAddrsUnresolvable,
  appSentinelSilent,
  appNotSentinel,
  appNameUnknown,
  appTooFewAddrs,
];
