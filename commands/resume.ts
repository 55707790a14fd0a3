import { AS_FROZEN, actOnNode } from './shared/act-on-node.js';

export default actOnNode('resume', {
  description:
    'Refuses a master that was replaced while it was paused: it would accept writes for about 10 s and then lose them. restart makes it a replica; --as-frozen resumes it all the same.',
  examples: ['sentinelctl resume redis-3', 'sentinelctl resume sentinel-1'],
  options: { asFrozen: AS_FROZEN },
});
