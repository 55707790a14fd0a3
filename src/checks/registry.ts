import { APPLICATION_CHECKS } from './application-checks.js';
import aclChannel from './authentication/acl-channel.js';
import aclShort from './authentication/acl-short.js';
import aclSyntax from './authentication/acl-syntax.js';
import authPassMissing from './authentication/auth-pass-missing.js';
import { authPassFiles } from './authentication/auth-pass-missing-files.js';
import authUserMissing from './authentication/auth-user-missing.js';
import { masterauthFiles } from './authentication/masterauth-files.js';
import masterauthMissing from './authentication/masterauth-missing.js';
import probePassword from './authentication/probe-password.js';
import probeUnauthorized from './authentication/probe-unauthorized.js';
import protectedMode from './authentication/protected-mode.js';
import { protectedModeFiles } from './authentication/protected-mode-files.js';
import renameCommand from './authentication/rename-command.js';
import sentinelAclShort from './authentication/sentinel-acl-short.js';
import sentinelPass from './authentication/sentinel-pass.js';
import { sentinelPassFiles } from './authentication/sentinel-pass-files.js';
import tlsExpiring from './authentication/tls-expiring.js';
import tlsMismatch from './authentication/tls-mismatch.js';
import type { Check } from './check.js';
import bindLoopback from './configuration/bind-loopback.js';
import { bindLoopbackFiles } from './configuration/bind-loopback-files.js';
import clusterEnabled from './configuration/cluster-enabled.js';
import confDuplicate from './configuration/conf-duplicate.js';
import confFilemount from './configuration/conf-filemount.js';
import confInclude from './configuration/conf-include.js';
import confPlaceholder from './configuration/conf-placeholder.js';
import confShared from './configuration/conf-shared.js';
import confSyntax from './configuration/conf-syntax.js';
import confUnknown from './configuration/conf-unknown.js';
import confUnused from './configuration/conf-unused.js';
import confUnwritable from './configuration/conf-unwritable.js';
import debugTuned from './configuration/debug-tuned.js';
import downHigh from './configuration/down-high.js';
import downLow from './configuration/down-low.js';
import failoverTimeout from './configuration/failover-timeout.js';
import firstPodMaster from './configuration/first-pod-master.js';
import hostnameMixed from './configuration/hostname-mixed.js';
import hostnameNoresolve from './configuration/hostname-noresolve.js';
import hostnameSlowDns from './configuration/hostname-slow-dns.js';
import imageVariable from './configuration/image-variable.js';
import initStops from './configuration/init-stops.js';
import keyTwice from './configuration/key-twice.js';
import masterAddressLost from './configuration/master-address-lost.js';
import masterLoopback from './configuration/master-loopback.js';
import { masterLoopbackFiles } from './configuration/master-loopback-files.js';
import mastersSeveral from './configuration/masters-several.js';
import monitorReplica from './configuration/monitor-replica.js';
import myidDup from './configuration/myid-dup.js';
import { myidDupFiles } from './configuration/myid-dup-files.js';
import nameMismatch from './configuration/name-mismatch.js';
import { nameMismatchFiles } from './configuration/name-mismatch-files.js';
import notStarted from './configuration/not-started.js';
import overlap from './configuration/overlap.js';
import { overlapFiles } from './configuration/overlap-files.js';
import ownNameUnready from './configuration/own-name-unready.js';
import parallelStart from './configuration/parallel-start.js';
import parallelSyncs from './configuration/parallel-syncs.js';
import quorumGtN from './configuration/quorum-gt-n.js';
import { quorumGtNFiles } from './configuration/quorum-gt-n-files.js';
import quorumLtMajority from './configuration/quorum-lt-majority.js';
import scriptBad from './configuration/script-bad.js';
import sentinelStateLost from './configuration/sentinel-state-lost.js';
import sentinelsColocated from './configuration/sentinels-colocated.js';
import sentinelsEven from './configuration/sentinels-even.js';
import serviceLinks from './configuration/service-links.js';
import unitType from './configuration/unit-type.js';
import versionFault from './configuration/version-fault.js';
import backlogSmall from './data/backlog-small.js';
import dataShared from './data/data-shared.js';
import dirUnwritable from './data/dir-unwritable.js';
import disklessDelay from './data/diskless-delay.js';
import maxclients from './data/maxclients.js';
import maxmemorySkew from './data/maxmemory-skew.js';
import minReplicas from './data/min-replicas.js';
import minReplicasUnreachable from './data/min-replicas-unreachable.js';
import outputBuffer from './data/output-buffer.js';
import persistenceSkew from './data/persistence-skew.js';
import rebootGap from './data/reboot-gap.js';
import replicaEvicts from './data/replica-evicts.js';
import replicaHidden from './data/replica-hidden.js';
import replicaWritable from './data/replica-writable.js';
import restartRewinds from './data/restart-rewinds.js';
import slowCommand from './data/slow-command.js';
import versionSkew from './data/version-skew.js';
import { sharedInFiles } from './files/announced.js';
import addressNotOwn from './live/address-not-own.js';
import addressSwitching from './live/address-switching.js';
import clientPinned from './live/client-pinned.js';
import clientRefused from './live/client-refused.js';
import clockSkew from './live/clock-skew.js';
import failoverStuck from './live/failover-stuck.js';
import flapping from './live/flapping.js';
import foreignSentinels from './live/foreign-sentinels.js';
import lag from './live/lag.js';
import lagGrowing from './live/lag-growing.js';
import mastersMany from './live/masters-many.js';
import replicaChained from './live/replica-chained.js';
import replicaForeign from './live/replica-foreign.js';
import restartLoop from './live/restart-loop.js';
import resyncLoop from './live/resync-loop.js';
import addressShared from './network/address-shared.js';
import announceInvalid from './network/announce-invalid.js';
import disruptionBudget from './network/disruption-budget.js';
import dynamicIp from './network/dynamic-ip.js';
import ephemeralPort from './network/ephemeral-port.js';
import livenessKills from './network/liveness-kills.js';
import natClient from './network/nat-client.js';
import natReplica from './network/nat-replica.js';
import { natReplicaFiles } from './network/nat-replica-files.js';
import natSentinel from './network/nat-sentinel.js';
import { natSentinelFiles } from './network/nat-sentinel-files.js';
import networkPolicy from './network/network-policy.js';
import oom from './network/oom.js';
import podsTogether from './network/pods-together.js';
import readyEarly from './network/ready-early.js';
import restartWipe from './network/restart-wipe.js';
import stopGrace from './network/stop-grace.js';
import { SNAPSHOT_CHECKS } from './snapshot-checks.js';

/**
 * Every check, causes before what they cause: where two findings are equally severe, the earlier one is listed first.
 * A new one is one file, one import and one line here.
 */
export const CHECKS: readonly Check[] = [
  // configuration
  confPlaceholder,
  confSyntax,
  confUnknown,
  aclSyntax,
  clusterEnabled,
  minReplicasUnreachable,
  dataShared,
  dirUnwritable,
  confInclude,
  confDuplicate,
  confShared,
  confFilemount,
  confUnused,
  confUnwritable,
  initStops,
  ownNameUnready,
  serviceLinks,
  notStarted,
  keyTwice,
  firstPodMaster,
  unitType,
  versionFault,
  { ...myidDup, files: myidDupFiles },
  hostnameNoresolve,
  hostnameSlowDns,
  hostnameMixed,
  { ...nameMismatch, files: nameMismatchFiles },
  monitorReplica,
  { ...overlap, files: overlapFiles },
  { ...bindLoopback, files: bindLoopbackFiles },
  { ...masterLoopback, files: masterLoopbackFiles },
  masterAddressLost,
  mastersSeveral,
  imageVariable,
  { ...quorumGtN, files: quorumGtNFiles },
  debugTuned,
  quorumLtMajority,
  parallelStart,
  sentinelStateLost,
  sentinelsEven,
  sentinelsColocated,
  downLow,
  failoverTimeout,
  parallelSyncs,
  scriptBad,
  downHigh,

  // authentication
  probePassword,
  probeUnauthorized,
  { ...protectedMode, files: protectedModeFiles },
  tlsExpiring,
  tlsMismatch,
  { ...authPassMissing, files: authPassFiles },
  { ...masterauthMissing, files: masterauthFiles },
  authUserMissing,
  // Sentinels that have not found each other come before what a promotion would lack.
  aclChannel,
  aclShort,
  renameCommand,
  sentinelAclShort,
  { ...sentinelPass, files: sentinelPassFiles },

  // network
  networkPolicy,
  dynamicIp,
  announceInvalid,
  { ...addressShared, files: sharedInFiles },
  { ...natReplica, files: natReplicaFiles },
  { ...natSentinel, files: natSentinelFiles },
  natClient,
  restartWipe,
  restartRewinds,
  oom,
  stopGrace,
  livenessKills,
  disruptionBudget,
  podsTogether,
  readyEarly,
  ephemeralPort,

  // data
  slowCommand,
  versionSkew,
  rebootGap,
  minReplicas,
  outputBuffer,
  backlogSmall,
  maxmemorySkew,
  maxclients,
  persistenceSkew,
  replicaHidden,
  replicaWritable,
  replicaEvicts,
  disklessDelay,

  // live
  addressNotOwn,
  foreignSentinels,
  resyncLoop,
  clientPinned,
  clientRefused,
  replicaChained,
  replicaForeign,
  ...SNAPSHOT_CHECKS,
  clockSkew,
  failoverStuck,
  lag,
  addressSwitching,
  restartLoop,
  flapping,
  lagGrowing,
  mastersMany,

  ...APPLICATION_CHECKS,
];
