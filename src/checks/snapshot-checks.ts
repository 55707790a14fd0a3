import type { SnapshotCheck } from './check.js';
import sentinelsFew from './configuration/sentinels-few.js';
import settingsSkew from './configuration/settings-skew.js';
import simfailArmed from './configuration/simfail-armed.js';
import bgsaveError from './data/bgsave-error.js';
import dataDiffers from './data/data-differs.js';
import dataGone from './data/data-gone.js';
import masterFull from './data/master-full.js';
import priorityZero from './data/priority-zero.js';
import restartedEmpty from './data/restarted-empty.js';
import addressDouble from './live/address-double.js';
import addressReused from './live/address-reused.js';
import auth from './live/auth.js';
import epochDisagree from './live/epoch-disagree.js';
import failoverInProgress from './live/failover-in-progress.js';
import ghostReplica from './live/ghost-replica.js';
import ghostSentinel from './live/ghost-sentinel.js';
import journalUnreadable from './live/journal-unreadable.js';
import linkDown from './live/link-down.js';
import loading from './live/loading.js';
import masterAddressNotMaster from './live/master-address-not-master.js';
import masterDisagree from './live/master-disagree.js';
import masterDown from './live/master-down.js';
import masterForeign from './live/master-foreign.js';
import masterFrozen from './live/master-frozen.js';
import masterNeverReached from './live/master-never-reached.js';
import masterPaused from './live/master-paused.js';
import mastersDead from './live/masters-dead.js';
import networkCut from './live/network-cut.js';
import noGoodSlave from './live/no-good-slave.js';
import noMaster from './live/no-master.js';
import noQuorum from './live/no-quorum.js';
import noReplica from './live/no-replica.js';
import noSentinel from './live/no-sentinel.js';
import nodeDown from './live/node-down.js';
import nodeUnreachable from './live/node-unreachable.js';
import notMonitored from './live/not-monitored.js';
import pauseTooLong from './live/pause-too-long.js';
import replicaMissing from './live/replica-missing.js';
import replicaOrphan from './live/replica-orphan.js';
import replicaRing from './live/replica-ring.js';
import roleUnknown from './live/role-unknown.js';
import runUnderWay from './live/run-under-way.js';
import seenDown from './live/seen-down.js';
import sentinelDisconnected from './live/sentinel-disconnected.js';
import sentinelIsolated from './live/sentinel-isolated.js';
import sentinelUnreachable from './live/sentinel-unreachable.js';
import splitBrain from './live/split-brain.js';
import tilt from './live/tilt.js';
import unexpectedNode from './live/unexpected-node.js';
import unfinishedJournal from './live/unfinished-journal.js';
import unknownMasterName from './live/unknown-master-name.js';
import writesRefused from './live/writes-refused.js';

/**
 * What `status` judges, and `doctor` among its checks, in the order in which findings of one severity are shown: what
 * a run of sentinelctl did, what clients feel now, what would hurt at the next failure, what only looks wrong.
 */
export const SNAPSHOT_CHECKS: readonly SnapshotCheck[] = [
  runUnderWay,
  unfinishedJournal,
  journalUnreadable,

  // What is wrong with the addresses, or with the network, makes other things look wrong.
  addressDouble,
  addressReused,
  networkCut,

  // Nothing can be written.
  replicaRing,
  bgsaveError,
  masterFull,
  pauseTooLong,
  writesRefused,
  masterNeverReached,
  masterPaused,
  masterFrozen,
  noMaster,
  nodeDown,
  nodeUnreachable,

  // No failover would happen.
  noSentinel,
  noQuorum,
  auth,
  priorityZero,
  noGoodSlave,
  sentinelsFew,
  simfailArmed,

  // What is written goes to a server of others.
  masterForeign,
  // What is left of the data is about to be deleted.
  restartedEmpty,
  // It was deleted.
  dataGone,
  dataDiffers,

  // Writes may go to the wrong node.
  masterDisagree,
  splitBrain,
  masterAddressNotMaster,
  unknownMasterName,
  masterDown,

  // Not known, or of no use.
  roleUnknown,
  failoverInProgress,
  replicaOrphan,
  linkDown,
  loading,
  noReplica,
  sentinelUnreachable,
  notMonitored,
  sentinelIsolated,
  tilt,
  replicaMissing,
  epochDisagree,
  settingsSkew,
  seenDown,
  ghostSentinel,
  ghostReplica,

  sentinelDisconnected,
  unexpectedNode,

  // Beside the masters.
  mastersDead,
];
