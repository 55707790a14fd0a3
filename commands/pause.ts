import { actOnNode } from './shared/act-on-node.js';

export default actOnNode('pause', {
  description:
    'Acts at once: no check that the cluster is steady, no journal, and resume ends it. inject freeze checks first, and\n' +
    'heal rolls it back: a master that was replaced meanwhile returns as a replica, not as a second master.',
  examples: ['sentinelctl pause redis-3', 'sentinelctl pause sentinel-1'],
});
