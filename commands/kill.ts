import { actOnNode } from './shared/act-on-node.js';

export default actOnNode('kill', {
  description:
    'Acts at once: no check that the cluster is steady, no journal, and start brings the node back. inject kill checks\n' +
    'first, and heal rolls it back. The sentinels replace a killed master after down-after; failover-test measures that.',
  examples: ['sentinelctl kill redis-2', 'sentinelctl kill master'],
});
