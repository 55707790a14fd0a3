import type { SnapshotCheck } from '../check.js';
import nodeUnreachable, { silentNodes } from './node-unreachable.js';

export default {
  id: 'node-down',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'nodes',
  title: 'a data node does not run',
  consequence: 'what is down cannot be promoted in a failover',
  explanation:
    'Every data node of the cluster was asked: the nodes that sentinelctl created, and those that a sentinel or a ' +
    'data node lists. A node that refuses the connection does not run. It is only down: sentinels keep it in their ' +
    'lists and use it again as soon as it answers. Sentinels are told to forget a node that is gone for good: doctor --gone NODE.',
  remedy: [
    'start it: sentinelctl start NODE, which makes it a replica at once; on an attached cluster start its redis-server',
    'if it is gone for good: sentinelctl doctor --gone NODE shows how the sentinels forget it',
  ],
  sources: ['measured'],
  causes: nodeUnreachable.causes,
  live: (facts) => silentNodes(facts, true),
} satisfies SnapshotCheck;
