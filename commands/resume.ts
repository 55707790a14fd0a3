import { actOnNode } from './shared/act-on-node.js';

export default actOnNode('resume', {
  examples: ['sentinelctl resume redis-3', 'sentinelctl resume sentinel-1'],
});
