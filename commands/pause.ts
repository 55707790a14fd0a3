import { actOnNode } from './shared/act-on-node.js';

export default actOnNode('pause', {
  examples: ['sentinelctl pause redis-3', 'sentinelctl pause sentinel-1'],
});
