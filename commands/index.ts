import type { Registry } from '../src/cli/registry.js';

/**
 * Every command by its name, in the order in which help lists them. Name and summary stand here only, so that
 * `--help` need not load a command.
 */
export const commands: Registry = {
  up: {
    group: 'Cluster',
    summary: 'create or start a cluster, and prove that it has converged',
    creates: true,
    load: () => import('./up.js'),
  },
  down: {
    group: 'Cluster',
    summary: 'remove a cluster: processes, containers, network, volumes, files',
    harmful: true,
    load: () => import('./down.js'),
  },
  attach: {
    group: 'Cluster',
    summary: 'give a name to a cluster that sentinelctl did not start',
    creates: true,
    load: () => import('./attach.js'),
  },
  detach: {
    group: 'Cluster',
    summary: 'forget an attached cluster; nothing changes there',
    load: () => import('./detach.js'),
  },
  audit: {
    group: 'Cluster',
    summary: 'list what was done to attached clusters: who, when, which command, how it ended',
    load: () => import('./audit.js'),
  },
  use: {
    group: 'Cluster',
    summary: 'choose the cluster that commands work on when none is named',
    load: () => import('./use.js'),
  },
  list: {
    group: 'Cluster',
    summary: 'list the clusters known on this machine',
    load: () => import('./list.js'),
  },
  env: {
    group: 'Cluster',
    summary: 'print the application’s settings: REDIS_SENTINEL_ADDRS, REDIS_MASTER_NAME, REDIS_URL',
    load: () => import('./env.js'),
  },
  config: {
    group: 'Cluster',
    summary: 'print the current configuration files of the nodes, secrets redacted',
    load: () => import('./config.js'),
  },

  status: {
    group: 'Inspect',
    summary: 'show on one screen the state of every node and the view of every sentinel',
    load: () => import('./status.js'),
  },
  wait: {
    group: 'Inspect',
    summary: 'wait until the cluster is healthy, or has a master',
    load: () => import('./wait.js'),
  },
  topology: {
    group: 'Inspect',
    summary: 'show the replication as a tree: also replicas of replicas, and unlisted ones',
    load: () => import('./topology.js'),
  },
  crosscheck: {
    group: 'Inspect',
    summary: 'show which server reaches which: sentinels, data nodes and this machine',
    load: () => import('./crosscheck.js'),
  },
  masters: {
    group: 'Inspect',
    summary: 'show the monitored masters as each sentinel sees them',
    load: () => import('./masters.js'),
  },
  replicas: {
    group: 'Inspect',
    summary: 'show the replicas as each sentinel sees them',
    load: () => import('./replicas.js'),
  },
  sentinels: {
    group: 'Inspect',
    summary: 'show the sentinels as each of them sees the others',
    load: () => import('./sentinels.js'),
  },
  'master-addr': {
    group: 'Inspect',
    summary: 'print the address of the master according to the sentinels',
    load: () => import('./master-addr.js'),
  },
  call: {
    group: 'Inspect',
    summary: 'send one command to several servers and compare their answers',
    stopsNode: true,
    load: () => import('./call.js'),
  },
  logs: {
    group: 'Inspect',
    summary: 'print the logs of the nodes, merged by time',
    load: () => import('./logs.js'),
  },
  doctor: {
    group: 'Inspect',
    summary: 'find what is wrong with a cluster, why it matters, and which command fixes it',
    load: () => import('./doctor.js'),
  },
  explain: {
    group: 'Inspect',
    summary: 'describe a check of doctor: cause, consequence, remedy, sources',
    load: () => import('./explain.js'),
  },

  kill: {
    group: 'Act on a node',
    summary: 'send SIGKILL to a node, like a crash',
    harmful: true,
    load: () => import('./kill.js'),
  },
  stop: {
    group: 'Act on a node',
    summary: 'shut a node down cleanly',
    harmful: true,
    load: () => import('./stop.js'),
  },
  start: {
    group: 'Act on a node',
    summary: 'start a node; a data node starts as a replica of the current master',
    load: () => import('./start.js'),
  },
  restart: {
    group: 'Act on a node',
    summary: 'stop a node and start it again, with the same checks as start',
    stopsNode: true,
    load: () => import('./restart.js'),
  },
  pause: {
    group: 'Act on a node',
    summary: 'freeze a node: it keeps its connections and does not answer',
    harmful: true,
    load: () => import('./pause.js'),
  },
  resume: {
    group: 'Act on a node',
    summary: 'resume a node that was paused',
    load: () => import('./resume.js'),
  },

  switchover: {
    group: 'Act on a node',
    summary: 'move the master to a replica: no write lost, writes wait for about 20 ms',
    harmful: true,
    load: () => import('./switchover.js'),
  },

  faults: {
    group: 'Faults',
    summary: 'list the faults that can be injected, and how a correct cluster reacts',
    load: () => import('./faults.js'),
  },
  inject: {
    group: 'Faults',
    summary: 'inject a fault; with --for, roll it back afterwards',
    harmful: true,
    load: () => import('./inject.js'),
  },
  heal: {
    group: 'Faults',
    summary: 'roll back what inject left active, or an interrupted run; the same as recover',
    load: () => import('./heal.js'),
  },
  recover: {
    group: 'Faults',
    summary: 'roll back an interrupted run, or what inject left active; the same as heal',
    load: () => import('./recover.js'),
  },

  'failover-test': {
    group: 'Test',
    summary: 'kill the master, measure the failover phase by phase, prove the rejoin',
    harmful: true,
    load: () => import('./failover-test.js'),
  },
  sweep: {
    group: 'Test',
    summary: 'measure outage and lost writes under several settings',
    harmful: true,
    load: () => import('./sweep.js'),
  },
  'quorum-test': {
    group: 'Test',
    summary: 'test failover without one sentinel, and without a majority of them',
    harmful: true,
    load: () => import('./quorum-test.js'),
  },
  chaos: {
    group: 'Test',
    summary: 'run scenarios: faults in steps, and what must and must not follow',
    load: () => import('./chaos.js'),
  },
  report: {
    group: 'Test',
    summary: 'render the result of an earlier failover test',
    load: () => import('./report.js'),
  },
  history: {
    group: 'Test',
    summary: 'show past failover tests of a cluster: verdicts, times, losses, trends',
    load: () => import('./history.js'),
  },

  completion: {
    group: 'Shell',
    summary: 'print the completion script for bash, zsh or fish',
    load: () => import('./completion.js'),
  },
  __proxy: {
    group: 'Shell',
    summary: 'delay the traffic of a node until it is stopped',
    hidden: true,
    load: () => import('./__proxy.js'),
  },
  __guard: {
    group: 'Faults',
    summary: 'roll back a fault on time when the command that injected it has died',
    hidden: true,
    load: () => import('./__guard.js'),
  },
  __finish: {
    group: 'Act on a node',
    summary: 'finish a switchover when the command that began it has died',
    hidden: true,
    load: () => import('./__finish.js'),
  },
  __complete: {
    group: 'Shell',
    summary: 'answer a shell that completes a command line',
    hidden: true,
    load: async () => ({ default: (await import('./__complete.js')).default(commands) }),
  },
};
