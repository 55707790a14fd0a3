import type { Registry } from '../src/cli/registry.js';

/** Every command by its name, in the order in which help lists them. */
export const commands: Registry = {
  up: {
    group: 'Cluster',
    summary: 'bring a cluster up and prove that it converged',
    load: () => import('./up.js'),
  },
  down: {
    group: 'Cluster',
    summary: 'remove a cluster of ours: processes, containers, network, volumes, files',
    load: () => import('./down.js'),
  },
  list: { group: 'Cluster', summary: 'the clusters known on this machine', load: () => import('./list.js') },
  env: {
    group: 'Cluster',
    summary: 'the application’s settings: REDIS_SENTINEL_ADDRS, REDIS_MASTER_NAME, REDIS_URL',
    load: () => import('./env.js'),
  },
  config: {
    group: 'Cluster',
    summary: 'the nodes’ configuration as it is now, secrets redacted',
    load: () => import('./config.js'),
  },

  status: {
    group: 'Look',
    summary: 'one screen: what every node says and what every sentinel believes',
    load: () => import('./status.js'),
  },
  masters: {
    group: 'Look',
    summary: 'the monitored masters as each sentinel sees them',
    load: () => import('./masters.js'),
  },
  replicas: {
    group: 'Look',
    summary: 'the replicas as each sentinel sees them',
    load: () => import('./replicas.js'),
  },
  sentinels: {
    group: 'Look',
    summary: 'the sentinels as each of them sees the others',
    load: () => import('./sentinels.js'),
  },
  'master-addr': {
    group: 'Look',
    summary: 'where the master is, as the sentinels say',
    load: () => import('./master-addr.js'),
  },
  logs: {
    group: 'Look',
    summary: 'the nodes’ own logs, merged by time',
    load: () => import('./logs.js'),
  },
  doctor: {
    group: 'Look',
    summary: 'what is wrong with a cluster, why it matters, and what to type',
    load: () => import('./doctor.js'),
  },
  explain: {
    group: 'Look',
    summary: 'a check of doctor at length: cause, consequence, remedy, sources',
    load: () => import('./explain.js'),
  },

  kill: {
    group: 'Act on a node',
    summary: 'send SIGKILL to a node, as a crash would',
    load: () => import('./kill.js'),
  },
  stop: { group: 'Act on a node', summary: 'stop a node in an orderly way', load: () => import('./stop.js') },
  start: {
    group: 'Act on a node',
    summary: 'start a node, a data node as a replica of the master of this moment',
    load: () => import('./start.js'),
  },
  restart: {
    group: 'Act on a node',
    summary: 'stop a node and start it again, guarded as start is',
    load: () => import('./restart.js'),
  },
  pause: {
    group: 'Act on a node',
    summary: 'freeze a node: it keeps its connections and answers nothing',
    load: () => import('./pause.js'),
  },
  resume: {
    group: 'Act on a node',
    summary: 'thaw a node that was paused',
    load: () => import('./resume.js'),
  },

  faults: {
    group: 'Break and mend',
    summary: 'every fault that can be injected, and what a correct cluster does',
    load: () => import('./faults.js'),
  },
  inject: {
    group: 'Break and mend',
    summary: 'inject a fault; with --for it is taken back in the end',
    load: () => import('./inject.js'),
  },
  heal: {
    group: 'Break and mend',
    summary: 'take back what inject left in effect',
    load: () => import('./heal.js'),
  },
  recover: {
    group: 'Break and mend',
    summary: 'put back what a run that was cut off left',
    load: () => import('./recover.js'),
  },

  'failover-test': {
    group: 'Prove',
    summary: 'kill the master, time the promotion phase by phase, prove the rejoin',
    load: () => import('./failover-test.js'),
  },
  sweep: {
    group: 'Prove',
    summary: 'measure the outage and the loss of writes under several settings',
    load: () => import('./sweep.js'),
  },
  'quorum-test': {
    group: 'Prove',
    summary: 'what the sentinels can lose: one of them, and a majority of them',
    load: () => import('./quorum-test.js'),
  },
  chaos: {
    group: 'Prove',
    summary: 'play scenarios: faults in steps, what must follow and what must not',
    load: () => import('./chaos.js'),
  },
  report: {
    group: 'Prove',
    summary: 'render the result of an earlier failover test again',
    load: () => import('./report.js'),
  },
  history: {
    group: 'Prove',
    summary: 'past failover tests of a cluster: verdicts, times, losses, trends',
    load: () => import('./history.js'),
  },

  completion: {
    group: 'Shell',
    summary: 'print the completion script for bash, zsh or fish',
    load: () => import('./completion.js'),
  },
  __proxy: {
    group: 'Shell',
    summary: 'delay what is sent to a node, until it is ended',
    hidden: true,
    load: () => import('./__proxy.js'),
  },
  __guard: {
    group: 'Break and mend',
    summary: 'heal a cluster whose run has died when its time has come',
    hidden: true,
    load: () => import('./__guard.js'),
  },
  __complete: {
    group: 'Shell',
    summary: 'answer a shell that completes',
    hidden: true,
    load: () => import('./__complete.js'),
  },
};
