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
  __complete: {
    group: 'Shell',
    summary: 'answer a shell that completes',
    hidden: true,
    load: () => import('./__complete.js'),
  },
};
