import { AS_CRASHED, actOnNode } from './shared/act-on-node.js';

export default actOnNode('start', {
  description:
    'A data node becomes a replica of the current master before it accepts clients. An old master that is started as a master accepts writes for about 10 s and then loses them; --as-crashed starts it that way.',
  examples: ['sentinelctl start redis-2', 'sentinelctl start redis-1 --as-crashed'],
  options: { asCrashed: AS_CRASHED },
});
