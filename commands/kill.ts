import { actOnNode } from './shared/act-on-node.js';

export default actOnNode('kill', {
  description:
    'The sentinels replace a killed master after down-after; failover-test does the same and measures it.',
  examples: ['sentinelctl kill redis-2', 'sentinelctl kill master'],
});
