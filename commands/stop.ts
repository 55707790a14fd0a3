import { actOnNode } from './shared/act-on-node.js';

export default actOnNode('stop', {
  description: 'Sends SIGTERM, and SIGKILL when the node has not ended after 15 s.',
  examples: ['sentinelctl stop redis-3', 'sentinelctl stop sentinel-1'],
});
