import type { Check } from '../check.js';
import { judgeNodeFiles } from '../files/judge.js';
import { lostPeers } from '../files/lost-peers.js';

export default {
  id: 'master-address-lost',
  needs: 'files',
  severity: 'critical',
  impact: 'no-failover',
  group: 'configuration',
  part: 'names',
  title: 'the address of the master leads to no server',
  consequence:
    'a replica or a sentinel with this address never reaches the master: the replica gets no data, and the sentinel finds nothing that it can promote',
  explanation:
    'replicaof and sentinel monitor name the host and the port of the master. A port on which the master does not ' +
    'listen, a name in a network that the container is not in, and a name that no service or pod has lead to nothing.',
  remedy: ['the name and the port at which the master listens, in a network that both are in'],
  sources: [
    'https://docs.docker.com/compose/how-tos/networking/',
    'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id',
  ],
  causes: ['replica-orphan', 'node-down', 'seen-down'],
  files: (project) => judgeNodeFiles(project, () => lostPeers(project)),
} satisfies Check;
