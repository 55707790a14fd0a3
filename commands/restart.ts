import { AS_CRASHED, actOnNode } from './shared/act-on-node.js';

export default actOnNode('restart', {
  description:
    'A master without persistence is started only after another node was promoted: within down-after it would come back empty, and its replicas would copy the empty data set. If sentinelctl is killed in between, recover starts the node.',
  examples: ['sentinelctl restart redis-3', 'sentinelctl restart master'],
  options: { asCrashed: AS_CRASHED },
});
